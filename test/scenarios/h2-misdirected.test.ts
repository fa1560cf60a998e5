/** Requests that reach a connection whose certificate does not cover their host: 421 (RFC 9110 §15.5.20). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { HttpResponse } from "../../src/index.ts";
import { http2Client } from "../support/http2-client.ts";
import { runProgram } from "../support/programs.ts";
import { routesOf, run } from "../support/running.ts";
import { type Authority, makeAuthority, type SecureRunning, secured } from "../support/secure.ts";

describe("misdirected requests", () => {
  let authority: Authority;
  let running: SecureRunning;

  before(async () => {
    authority = await makeAuthority();
    const site = (hosts: readonly string[], certificates: { cert: string; key: string }) => ({
      hosts,
      tls: { certificates },
      routes: routesOf({ "/*": (request) => HttpResponse.text(200, `${hosts[0]} for ${request.authority}`) }),
    });
    const shared = await authority.issue(["one.test", "two.test", "*.wild.test"]);
    running = secured(
      authority,
      await run({
        listen: { host: "127.0.0.1", port: 0, tls: true },
        sites: [
          site(["one.test"], shared),
          site(["two.test"], shared),
          site(["*.wild.test"], shared),
          site(["other.test"], await authority.issue(["other.test"])),
        ],
      }),
    );
  });
  after(() => running[Symbol.asyncDispose]());

  /** Asks for one authority after the other on a connection made for `name`. */
  async function statuses(name: string, authorities: readonly string[]): Promise<string[]> {
    await using client = await http2Client(`https://127.0.0.1:${running.port}`, {
      ca: running.ca,
      servername: name,
    });
    const answers = [];
    for (const one of authorities) {
      const { status, body } = await client.ask({ ":authority": one, ":path": "/" });
      answers.push(status === 200 ? `200 ${body}` : String(status));
    }
    return answers;
  }

  it("hosts of one certificate share a connection, others do not", async () => {
    deepStrictEqual(
      await statuses("one.test", ["one.test", "two.test", "a.wild.test", "other.test", "one.test"]),
      [
        "200 one.test for one.test",
        "200 two.test for two.test",
        "200 *.wild.test for a.wild.test",
        "421",
        "200 one.test for one.test",
      ],
    );
  });

  it("the other way round", async () => {
    deepStrictEqual(await statuses("other.test", ["other.test", "one.test"]), [
      "200 other.test for other.test",
      "421",
    ]);
  });

  it("the port does not matter, nor do capitals", async () => {
    deepStrictEqual(await statuses("one.test", [`ONE.test:${running.port}`]), [
      `200 one.test for ONE.test:${running.port}`,
    ]);
  });

  it("HTTP/1.1 likewise", async () => {
    const args = [
      "-sS",
      "--http1.1",
      "--cacert",
      running.caFile,
      "--resolve",
      `one.test:${running.port}:127.0.0.1`,
    ];
    const ask = async (host: string): Promise<string> => {
      const url = `https://one.test:${running.port}/`;
      const got = await runProgram("curl", [
        ...args,
        "-H",
        `Host: ${host}`,
        "-o",
        "/dev/null",
        "-w",
        "%{response_code}",
        url,
      ]);
      return got.stdout.toString();
    };
    strictEqual(await ask("two.test"), "200");
    strictEqual(await ask("other.test"), "421");
  });
});
