/** nc against a running server: what a person types, or a broken program sends. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { respond } from "../../src/index.ts";
import { runProgram } from "../support/programs.ts";
import { readResponses } from "../support/responses.ts";
import { type Running, serve } from "../support/running.ts";

describe("nc", () => {
  let running: Running;

  before(async () => {
    running = await serve(
      { "/*": respond("hello") },
      { timeouts: { firstByte: "50ms", fieldSection: "50ms", linger: "50ms" } },
    );
  });
  after(() => running[Symbol.asyncDispose]());

  /** All that came back. With `half` nc ends its side after the input; without, it waits until the server does. */
  async function said(input: string | Uint8Array, half: boolean): Promise<Buffer> {
    const port = String(running.port);
    const args = half ? ["-N", "127.0.0.1", port] : ["127.0.0.1", port];
    const { code, stdout } = await runProgram("nc", args, { input, timeout: 10_000 });
    strictEqual(code, 0);
    return stdout;
  }

  const status = (bytes: Buffer): readonly number[] =>
    readResponses(bytes, []).map((response) => response.status);

  it("refuses an HTTP/0.9 request and says why", async () => {
    const [response] = readResponses(await said("GET /\r\n", true), []);
    deepStrictEqual([response?.status, response?.fields.connection], [400, "close"]);
    match(response?.body.toString() ?? "", /HTTP\/0\.9 is not spoken here/);
  });

  it("answers after the client has ended its side", async () => {
    const input = "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const responses = readResponses(await said(input, true), []);
    deepStrictEqual(
      responses.map(({ status: code, body, fields }) => [code, body.toString(), fields.connection]),
      [
        [200, "hello", undefined],
        [200, "hello", "close"],
      ],
    );
  });

  it("answers HTTP/1.0 without Host and closes", async () => {
    const [response] = readResponses(await said("GET / HTTP/1.0\r\n\r\n", false), []);
    deepStrictEqual(
      [response?.status, response?.body.toString(), response?.fields.connection],
      [200, "hello", "close"],
    );
  });

  const garbage: readonly (readonly [
    rule: string,
    input: string | Uint8Array,
    statuses: readonly number[],
  ])[] = [
    ["words", "hello, is anybody there?\r\n\r\n", [400]],
    ["the start of a TLS handshake", Buffer.from("160301020001fc0303aabbccdd0d0a0d0a", "hex"), [400]],
    ["a response", "HTTP/1.1 200 OK\r\n\r\n", [400]],
    ["bare line feeds", "GET / HTTP/1.1\nHost: a\n\n", [400]],
    ["no Host", "GET / HTTP/1.1\r\n\r\n", [400]],
    ["a request and then noise", "GET / HTTP/1.1\r\nHost: a\r\n\r\n\x00\x01\x02\r\n\r\n", [200, 400]],
    ["nothing at all", "", []],
    ["half a request line", "GET / HT", [408]],
    ["half a field section", "GET / HTTP/1.1\r\nHost: a\r\nX-Slow:", [408]],
  ];
  for (const [rule, input, statuses] of garbage) {
    it(`is answered and closed: ${rule}`, async () => {
      deepStrictEqual(status(await said(input, false)), statuses);
    });
  }

  it("survives a megabyte of noise", async () => {
    const noise = randomBytes(1_048_576).map((octet) => (octet === 0x0a ? 0x0b : octet));
    const [response] = readResponses(await said(noise, true), []);
    deepStrictEqual(
      [response?.status === 400 || response?.status === 414, response?.fields.connection],
      [true, "close"],
    );
    deepStrictEqual(status(await said("GET / HTTP/1.1\r\nHost: a\r\n\r\n", true)), [200]);
  });
});
