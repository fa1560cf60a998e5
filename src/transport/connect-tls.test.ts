/** TLS towards upstreams: who is trusted, what is agreed, and how a handshake fails. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import { createServer as createTcpServer, type Server, type Socket } from "node:net";
import { before, describe, it } from "node:test";
import { createServer, type TlsOptions } from "node:tls";
import { makeCertificate } from "../../test/support/certificates.ts";
import { eventually } from "../../test/support/waiting.ts";
import { type ClientTls, type ClientTlsOptions, createClientTls } from "../tls/index.ts";
import type { Channel } from "./channel.ts";
import { connect } from "./connect.ts";
import { ConnectFailure } from "./connect-failure.ts";

const authority = await makeCertificate({ title: "Test authority", authority: true });
const good = await makeCertificate({ names: ["app.test", "127.0.0.1"], by: authority });
const expired = await makeCertificate({ names: ["app.test"], from: -9, to: -2, by: authority });
const itself = await makeCertificate({ names: ["app.test"] });
const nameless = await makeCertificate({ title: "app.test", by: authority });
const ours = await makeCertificate({ names: ["sluice.test"], client: true, by: authority });

interface Upstream extends AsyncDisposable {
  readonly port: number;
  /** What clients asked for by SNI. */
  readonly asked: (string | false | null)[];
}

/** Answers what it is sent, and says first whether the session was resumed. */
async function upstream(options: TlsOptions): Promise<Upstream> {
  const asked: (string | false | null)[] = [];
  const server = createServer({ ...options, allowHalfOpen: true }, (socket) => {
    asked.push(socket.servername);
    socket.on("error", () => undefined);
    socket.write(`${socket.isSessionReused()} `);
    socket.pipe(socket);
  });
  server.on("tlsClientError", () => undefined);
  return { asked, ...(await listening(server)) };
}

/** Does as it is told with each connection. */
async function rawUpstream(serve: (socket: Socket) => void): Promise<Upstream> {
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    serve(socket);
  });
  return { asked: [], ...(await listening(server)) };
}

async function listening(server: Server): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) {
        socket.destroy();
      }
      server.close();
      await once(server, "close");
    },
  };
}

/** How the next connections are read. */
let reading: "borrowed" | "plain" = "borrowed";

function open(port: number, tls: ClientTls, more: { first?: Uint8Array; timeout?: number } = {}) {
  return new Promise<Channel | ConnectFailure>((resolve) => {
    const to = { type: "tcp", addresses: [{ address: "127.0.0.1", family: 4 }], port } as const;
    connect({ to, timeout: more.timeout ?? 5_000, tls, first: more.first, reading }, resolve);
  });
}

const trusting: ClientTlsOptions = { host: "app.test", ca: [authority.cert], alpn: [] };

/** What an upstream's channel says, and its end. */
async function conversation(channel: Channel | ConnectFailure): Promise<string> {
  if (channel instanceof ConnectFailure) {
    throw channel;
  }
  let heard = "";
  let ended = false;
  channel.attach({
    receive: (bytes) => {
      heard += Buffer.from(bytes).toString();
    },
    end: () => {
      ended = true;
    },
    flushed: () => undefined,
    closed: (error) => {
      ended = true;
      heard += error?.message ?? "";
    },
  });
  channel.write([Buffer.from("hello")]);
  channel.end();
  await eventually(() => ended, "the end");
  channel.destroy();
  return heard;
}

for (const each of ["borrowed", "plain"] as const) {
  describe(`connect with TLS, ${each} reading`, () => {
    before(() => {
      reading = each;
    });

    it("agrees on a protocol, and knows what was agreed", async () => {
      await using server = await upstream({ ...good, ALPNProtocols: ["http/1.1", "h2"] });
      const tls = createClientTls({ ...trusting, alpn: ["h2", "http/1.1"] });
      const channel = (await open(server.port, tls)) as Channel;
      deepStrictEqual(
        [
          channel.tls?.alpn,
          channel.tls?.serverName,
          channel.tls?.version,
          channel.tls?.resumed,
          channel.remote,
        ],
        [
          "http/1.1",
          "app.test",
          "TLSv1.3",
          false,
          { address: "127.0.0.1", port: server.port, family: "ipv4" },
        ],
      );
      strictEqual(await conversation(channel), "false hello");
      const only = (await open(server.port, tls.offering(["h2"]))) as Channel;
      strictEqual(only.tls?.alpn, "h2");
      only.destroy();
    });

    const accepted: readonly (readonly [rule: string, options: ClientTlsOptions, asked: string | false])[] = [
      ["a certificate of an authority we name", trusting, "app.test"],
      ["for an address, which SNI does not know", { ...trusting, host: "127.0.0.1" }, false],
      [
        "for another name than the host's",
        { ...trusting, host: "10.0.0.1", serverName: "app.test" },
        "app.test",
      ],
      [
        "any certificate, where nothing is verified",
        { host: "other.test", verify: false, alpn: [] },
        "other.test",
      ],
      ["without a name to expect", { ...trusting, host: undefined }, false],
    ];
    for (const [rule, options, asked] of accepted) {
      it(`accepts ${rule}`, async () => {
        await using server = await upstream(good);
        strictEqual(await conversation(await open(server.port, createClientTls(options))), "false hello");
        deepStrictEqual(server.asked, [asked]);
      });
    }

    it("accepts the very certificate that is named as `ca`", async () => {
      await using server = await upstream(itself);
      const tls = createClientTls({ ...trusting, ca: [itself.cert] });
      strictEqual(await conversation(await open(server.port, tls)), "false hello");
    });

    it("shows a certificate to an upstream that asks for one", async () => {
      await using server = await upstream({ ...good, requestCert: true, ca: [authority.cert] });
      const tls = createClientTls({ ...trusting, identity: ours });
      strictEqual(await conversation(await open(server.port, tls)), "false hello");
    });

    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      it(`takes up sessions again, ${version}`, async () => {
        await using server = await upstream({ ...good, maxVersion: version });
        const tls = createClientTls(trusting);
        const heard: string[] = [];
        for (let times = 0; times < 3; times += 1) {
          heard.push(await conversation(await open(server.port, tls)));
        }
        deepStrictEqual(heard, ["false hello", "true hello", "true hello"]);
      });
    }

    it("sends what must go first in the clear, before the handshake", async () => {
      const heard: string[] = [];
      await using server = await rawUpstream((socket) => {
        socket.once("data", (bytes) => {
          heard.push(bytes.subarray(0, 7).toString("latin1"));
          socket.destroy();
        });
      });
      await open(server.port, createClientTls(trusting), { first: Buffer.from("PROXY\r\n") });
      deepStrictEqual(heard, ["PROXY\r\n"]);
    });
  });

  describe(`connect with TLS, in vain, ${each} reading`, () => {
    before(() => {
      reading = each;
    });

    const rows: readonly (readonly [
      rule: string,
      server: TlsOptions,
      client: ClientTlsOptions,
      kind: string,
      detail: RegExp,
    ])[] = [
      [
        "another name",
        good,
        { ...trusting, host: "other.test" },
        "tls-certificate",
        /: the upstream's certificate is for app\.test, 127\.0\.0\.1, not for other\.test$/,
      ],
      [
        "a name that only the common name tells",
        nameless,
        trusting,
        "tls-certificate",
        /: the upstream's certificate is for no name at all \(it has no subjectAltName\), not for app\.test$/,
      ],
      [
        "expired",
        expired,
        trusting,
        "tls-certificate",
        /: the upstream's certificate \(for app\.test, until \d{4}-\d\d-\d\d\) is not good: it has expired$/,
      ],
      [
        "vouching for itself",
        itself,
        trusting,
        "tls-certificate",
        /is not good: it vouches for itself: name it as `ca` to trust it$/,
      ],
      [
        "of an authority nobody named",
        good,
        { host: "app.test", alpn: [] },
        "tls-certificate",
        /is not good: nobody we trust issued it: name its authority as `ca`$/,
      ],
      [
        "no common version",
        { ...good, maxVersion: "TLSv1.1", minVersion: "TLSv1", ciphers: "DEFAULT@SECLEVEL=0" },
        trusting,
        "tls-alert",
        /: the upstream ended the TLS handshake: no TLS version that both sides allow$/,
      ],
      [
        "no common protocol",
        { ...good, ALPNProtocols: ["http/1.1"] },
        { ...trusting, alpn: ["h2"] },
        "tls-alert",
        /: the upstream ended the TLS handshake: it speaks none of the protocols we offered \(ALPN\)$/,
      ],
      [
        "a client certificate is missed, TLS 1.2",
        { ...good, requestCert: true, ca: [authority.cert], maxVersion: "TLSv1.2" },
        trusting,
        "tls-alert",
        /: the upstream ended the TLS handshake: it found nothing that both sides allow, or misses a client certificate$/,
      ],
    ];
    for (const [rule, serves, client, kind, detail] of rows) {
      it(rule, async () => {
        await using server = await upstream(serves);
        const result = await open(server.port, createClientTls(client));
        ok(result instanceof ConnectFailure);
        match(result.detail, detail);
        deepStrictEqual([result.kind, result.detail.startsWith(`127.0.0.1:${server.port}: `)], [kind, true]);
      });
    }

    it("a client certificate is missed, TLS 1.3: told by the channel, for the handshake was through", async () => {
      await using server = await upstream({ ...good, requestCert: true, ca: [authority.cert] });
      const heard = await conversation(await open(server.port, createClientTls(trusting)));
      match(heard, /it requires a client certificate, and we showed none$/);
    });

    const raw: readonly (readonly [
      rule: string,
      serve: (socket: Socket) => void,
      kind: string,
      detail: string,
    ])[] = [
      [
        "plain HTTP",
        (socket) => socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
        "tls-protocol",
        "the TLS handshake failed: it does not speak TLS on this port",
      ],
      [
        "closed in the handshake",
        (socket) => socket.once("data", () => socket.end()),
        "terminated",
        "the upstream closed the connection during the TLS handshake",
      ],
      [
        "reset in the handshake",
        (socket) => socket.once("data", () => socket.resetAndDestroy()),
        "terminated",
        "the connection was closed during the TLS handshake",
      ],
      ["silence", () => undefined, "timeout", "the TLS handshake was not through within 0.3 s"],
    ];
    for (const [rule, serve, kind, detail] of raw) {
      it(rule, async () => {
        await using server = await rawUpstream(serve);
        const result = await open(server.port, createClientTls(trusting), { timeout: 300 });
        ok(result instanceof ConnectFailure);
        deepStrictEqual([result.kind, result.detail], [kind, `127.0.0.1:${server.port}: ${detail}`]);
      });
    }

    it("cancelled in the handshake: the upstream sees it end, nothing is told", async () => {
      const ends: string[] = [];
      await using server = await rawUpstream((socket) => {
        socket.once("data", () => ends.push("began"));
        socket.on("close", () => ends.push("closed"));
      });
      const told: unknown[] = [];
      const to = {
        type: "tcp",
        addresses: [{ address: "127.0.0.1", family: 4 }],
        port: server.port,
      } as const;
      const connecting = connect(
        { to, timeout: 5_000, tls: createClientTls(trusting), first: undefined, reading },
        (result) => told.push(result),
      );
      await eventually(() => ends.length === 1, "the handshake");
      connecting.cancel();
      await eventually(() => ends.length === 2, "the end");
      deepStrictEqual([ends, told], [["began", "closed"], []]);
    });
  });
}
