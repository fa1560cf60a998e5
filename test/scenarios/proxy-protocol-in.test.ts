/** Real senders of PROXY headers, haproxy and curl, before listeners in the clear and with TLS. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Endpoint } from "../../src/message/index.ts";
import { createTermination, defaultCiphers, knownGroups, type TlsTermination } from "../../src/tls/index.ts";
import { type Channel, type OpenListener, openListener, systemClock } from "../../src/transport/index.ts";
import { CertificateFiles, makeCertificate } from "../support/certificates.ts";
import { type Haproxy, startHaproxy } from "../support/haproxy.ts";
import { runProgram } from "../support/programs.ts";
import { eventually } from "../support/waiting.ts";

/** Who the connection is from and for, as the channel tells; what a client is answered. */
interface Facts {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly peer: Endpoint | undefined;
}

/** Answers the first request with what the channel tells of its ends. */
function answer(channel: Channel): void {
  const facts: Facts = { remote: channel.remote, local: channel.local, peer: channel.peer };
  channel.attach({
    receive: () => {
      const text = JSON.stringify(facts);
      const head = `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\nconnection: close\r\n\r\n`;
      channel.write([Buffer.from(head + text)]);
      channel.end();
    },
    end: () => channel.end(),
    flushed: () => undefined,
    closed: () => undefined,
  });
}

describe("PROXY protocol, inbound", () => {
  const channels: Channel[] = [];
  const lines: string[] = [];
  const files = new CertificateFiles();
  let ca = "";
  let clear: OpenListener;
  let secure: OpenListener;
  let termination: TlsTermination;
  let haproxy: Haproxy<"one" | "two" | "facts" | "tls" | "checked">;

  before(async () => {
    const note = (message: string): void => void lines.push(message);
    const reporter = { info: note, warn: note, error: note };
    const certificate = await makeCertificate({ names: ["app.test"] });
    ca = files.pair("app", certificate).cert;
    termination = await createTermination({
      sites: [{ hosts: ["*"], identities: [{ type: "files", ...certificate }], clients: undefined }],
      parameters: { minVersion: "1.2", ciphers: defaultCiphers, groups: knownGroups() },
      tickets: undefined,
      clock: systemClock,
      reporter,
    });
    const options = {
      proxyProtocol: { trusts: ({ address }: Endpoint) => address === "127.0.0.1" },
      onError: (error: Error) => note(error.message),
    };
    const place = { type: "tcp", host: "127.0.0.1", port: 0 } as const;
    const accept = (channel: Channel): void => {
      channels.push(channel);
      answer(channel);
    };
    clear = await openListener(place, accept, options);
    const tls = { termination, http2: false, clock: systemClock, reporter };
    secure = await openListener(place, accept, { ...options, tls });
    const to = clear.local.port;
    haproxy = await startHaproxy({
      one: { to, server: "send-proxy" },
      two: { to, server: "send-proxy-v2" },
      facts: { to, server: "send-proxy-v2 proxy-v2-options crc32c,ssl,cert-cn" },
      tls: { to: secure.local.port, server: "send-proxy-v2" },
      checked: { to, server: "send-proxy-v2 check inter 100ms" },
    });
  });
  after(async () => {
    await haproxy[Symbol.asyncDispose]();
    termination.close();
    await clear.close();
    await secure.close();
    files[Symbol.dispose]();
  });

  /** What curl was answered, and the port it asked from. */
  async function asked(args: readonly string[]): Promise<{ readonly facts: Facts; readonly port: number }> {
    const got = await runProgram("curl", ["-sS", "-w", " %{local_port}", ...args]);
    deepStrictEqual([got.code, got.stderr], [0, ""]);
    const text = got.stdout.toString();
    const at = text.lastIndexOf(" ");
    return { facts: JSON.parse(text.slice(0, at)) as Facts, port: Number(text.slice(at + 1)) };
  }

  const loopback = (port: number): Endpoint => ({ address: "127.0.0.1", port, family: "ipv4" });

  const rows = [
    ["haproxy's version 1", "one"],
    ["haproxy's version 2", "two"],
    ["haproxy's version 2 with further facts and a checksum", "facts"],
  ] as const;
  for (const [rule, front] of rows) {
    it(rule, async () => {
      const { facts, port } = await asked([`http://127.0.0.1:${haproxy.ports[front]}/`]);
      deepStrictEqual([facts.remote, facts.local], [loopback(port), loopback(haproxy.ports[front])]);
      ok(facts.peer?.address === "127.0.0.1" && facts.peer.port !== port);
    });
  }

  it("haproxy's version 2 before TLS", async () => {
    const front = haproxy.ports.tls;
    const args = ["--cacert", ca, "--connect-to", `app.test:443:127.0.0.1:${front}`, "https://app.test/"];
    const { facts, port } = await asked(args);
    deepStrictEqual([facts.remote, facts.local], [loopback(port), loopback(front)]);
  });

  it("haproxy's health checks (LOCAL) keep the address they come from", async () => {
    const local = (channel: Channel): boolean => channel.peer === undefined;
    const from = channels.length;
    const check = await eventually(() => channels.slice(from).find(local), "a check");
    deepStrictEqual([check.remote.address, check.local], ["127.0.0.1", clear.local]);
  });

  it("curl's header, in the clear and before TLS", async () => {
    const direct = await asked(["--haproxy-protocol", `http://127.0.0.1:${clear.local.port}/`]);
    deepStrictEqual(
      [direct.facts.remote, direct.facts.local, direct.facts.peer],
      [loopback(direct.port), clear.local, loopback(direct.port)],
    );
    const connectTo = `app.test:443:127.0.0.1:${secure.local.port}`;
    const args = ["--haproxy-protocol", "--cacert", ca, "--connect-to", connectTo, "https://app.test/"];
    const { facts, port } = await asked(args);
    deepStrictEqual([facts.remote, facts.local], [loopback(port), secure.local]);
  });

  it("nothing went wrong on the way", () => deepStrictEqual(lines, []));
});
