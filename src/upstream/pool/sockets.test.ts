/** The pool over real sockets, against Node's own servers. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { createSecureServer as createSecureHttp2 } from "node:http2";
import { createServer as createSecureHttp1 } from "node:https";
import type { AddressInfo, Server as NetServer } from "node:net";
import { describe, it } from "node:test";
import type { Made } from "../../../test/support/certificates.ts";
import { Told } from "../../../test/support/pool-world.ts";
import { makeAuthority } from "../../../test/support/secure.ts";
import { eventually } from "../../../test/support/waiting.ts";
import { collect, FedContent, Fields, HttpError } from "../../message/index.ts";
import { type ClientTls, createClientTls } from "../../tls/index.ts";
import { Deadlines, systemClock } from "../../transport/index.ts";
import type { ConnectionPool } from "../contract.ts";
import { createPool } from "./index.ts";

async function listening(server: NetServer): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

function poolTo(port: number, tls?: ClientTls): ConnectionPool {
  return createPool(
    {
      id: "m",
      authority: "member.test",
      secure: tls !== undefined,
      http2: tls === undefined ? "never" : "alpn",
      where: () => ({ type: "tcp", addresses: [{ address: "127.0.0.1", family: 4 }], port }),
      tls: (alpn) => tls?.offering(alpn),
    },
    {
      connections: 2,
      idle: 2,
      keepAlive: undefined,
      proxyProtocol: undefined,
      timeouts: { connect: 2_000, response: 5_000, progress: 5_000 },
    },
    { clock: systemClock, deadlines: new Deadlines(systemClock) },
  );
}

async function answered(pool: ConnectionPool, told: Told): Promise<string> {
  pool.carry(told);
  await eventually(() => told.log.length > 0, "an answer");
  const got = (await collect(told.content, 100_000_000)).toString("latin1");
  await eventually(() => told.log.at(-1)?.startsWith("finished"), "its end");
  return got;
}

async function closed(pool: ConnectionPool, server: { close(): unknown }): Promise<void> {
  pool.close();
  deepStrictEqual([pool.open, pool.idle], [0, 0]);
  server.close();
}

describe("HTTP/1.1 over TCP", () => {
  function echoing(): Server {
    return createServer((request, response) => {
      response.setHeader("x-host", String(request.headers.host));
      request.pipe(response);
    });
  }

  it("50 MB go through an echo whose reader is slow, in little memory", async () => {
    const server = echoing();
    const pool = poolTo(await listening(server));
    const piece = Buffer.alloc(50_000, "x");
    let left = 1_000;
    let unread = 0;
    let most = 0;
    const content: FedContent = new FedContent(undefined, {
      begun() {},
      consumed(octets) {
        unread -= octets;
        setImmediate(feed);
      },
      discarded() {},
      threw() {},
    });
    function feed(): void {
      if (left > 0) {
        left -= 1;
        unread += piece.length;
        most = Math.max(most, unread);
        content.push(piece);
      } else if (left === 0) {
        left = -1;
        content.end(Fields.empty);
      }
    }
    feed();
    const told = new Told({ method: "POST", content });
    strictEqual((await answered(pool, told)).length, 50_000_000);
    strictEqual(most <= 100_000, true, `${most} octets of the request waited`);
    deepStrictEqual([told.head?.fields.get("x-host"), ...told.log], ["a.test", "responded 200", "finished"]);
    await closed(pool, server);
  });

  it("a server that answers and closes at once, before it read anything", async () => {
    const server = createServer((_request, response) => {
      response.writeHead(413, { connection: "close" });
      response.end("too large");
    });
    const pool = poolTo(await listening(server));
    const content = new FedContent(undefined, { begun() {}, consumed() {}, discarded() {}, threw() {} });
    content.push(Buffer.from("abc"));
    const told = new Told({ method: "POST", content });
    strictEqual(await answered(pool, told), "too large");
    deepStrictEqual([told.log, pool.open], [["responded 413", "finished"], 0]);
    await closed(pool, server);
  });

  it("nobody listens", async () => {
    const server = createServer();
    const port = await listening(server);
    server.close();
    await once(server, "close");
    const told = new Told({});
    poolTo(port).carry(told);
    await eventually(() => told.error, "the failure");
    const { error } = told;
    deepStrictEqual(
      [error?.type, error?.detail, error?.unsent, error instanceof HttpError],
      ["connection_refused", `127.0.0.1:${port}: connection refused`, true, true],
    );
  });
});

describe("ALPN over TLS", () => {
  const servers = [
    [
      "2",
      "2.0",
      (made: Made): NetServer => createSecureHttp2(made, (_request, response) => response.end("over 2.0")),
    ],
    [
      "1.1",
      "1.1",
      (made: Made): NetServer => createSecureHttp1(made, (_request, response) => response.end("over 1.1")),
    ],
  ] as const;
  for (const [version, said, create] of servers) {
    it(`what the server agrees to is spoken: ${version}`, async () => {
      const authority = await makeAuthority();
      const server = create(await authority.issue(["member.test"]));
      const tls = createClientTls({
        host: "member.test",
        ca: [authority.ca.cert],
        alpn: ["h2", "http/1.1"],
      });
      const pool = poolTo(await listening(server), tls);
      const told = [new Told({}), new Told({})];
      const got = await Promise.all(told.map((each) => answered(pool, each)));
      const versions = told.map(({ head }) => head?.version);
      const connections = pool.open;
      pool.close();
      server.close();
      deepStrictEqual(
        [got, versions, connections],
        [[`over ${said}`, `over ${said}`], [version, version], version === "2" ? 1 : 2],
      );
    });
  }
});
