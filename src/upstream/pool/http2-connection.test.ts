/** HTTP/2 towards Node's own server, over real sockets. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import {
  constants,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from "node:http2";
import type { AddressInfo } from "node:net";
import { after, before, describe, it } from "node:test";
import { Told, text } from "../../../test/support/pool-world.ts";
import { eventually } from "../../../test/support/waiting.ts";
import { chunkedContent, collect, FedContent, Fields } from "../../message/index.ts";
import { Deadlines, systemClock } from "../../transport/index.ts";
import type { ConnectionPool, Outbound } from "../contract.ts";
import { createPool } from "./index.ts";

let server: Http2Server;
let pool: ConnectionPool;
const sessions: ServerHttp2Session[] = [];
/** How streams ended on the server's side: path and error code. */
const closed: string[] = [];

const answers: Readonly<Record<string, (stream: ServerHttp2Stream) => void>> = {
  "/hello": (stream) => {
    stream.respond({ ":status": 200, "x-a": "b" });
    stream.end("hello");
  },
  "/echo": (stream) => {
    stream.respond({ ":status": 200 }, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.pipe(stream);
  },
  "/hints": (stream) => {
    stream.additionalHeaders({ ":status": 103, link: "<a>" });
    stream.respond({ ":status": 204 }, { endStream: true });
  },
  "/big": (stream) => {
    stream.respond({ ":status": 200 });
    stream.end(Buffer.alloc(1_000_000, "x"));
  },
  "/never": () => {},
  "/refuse": (stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM),
  "/break": (stream) => stream.close(constants.NGHTTP2_INTERNAL_ERROR),
  "/short": (stream) => {
    stream.respond({ ":status": 200 });
    stream.write("part");
    setTimeout(() => stream.destroy(new Error("broken")), 20);
  },
  "/413": (stream) => {
    stream.respond({ ":status": 413 });
    stream.end("too large");
  },
  "/leave": (stream) => {
    stream.session?.close();
    stream.respond({ ":status": 200 });
    stream.end("last");
  },
};

before(async () => {
  server = createServer();
  server.on("session", (session) => sessions.push(session));
  server.on("stream", (stream, headers) => {
    const path = String(headers[":path"]);
    stream.on("error", () => {});
    stream.on("close", () => closed.push(`${path} ${stream.rstCode}`));
    answers[path]?.(stream);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  pool = createPool(
    {
      id: "m",
      authority: "member.test",
      secure: false,
      http2: "prior-knowledge",
      where: () => ({ type: "tcp", addresses: [{ address: "127.0.0.1", family: 4 }], port }),
      tls: () => undefined,
    },
    {
      connections: 2,
      idle: 2,
      keepAlive: undefined,
      proxyProtocol: undefined,
      timeouts: { connect: 1_000, response: 5_000, progress: 5_000 },
    },
    { clock: systemClock, deadlines: new Deadlines(systemClock) },
  );
});

after(async () => {
  pool.close();
  await eventually(() => pool.open === 0, "the pool's connections are closed");
  server.close();
});

async function ask(outbound: Partial<Outbound>): Promise<Told> {
  const told = new Told(outbound);
  pool.carry(told);
  await eventually(() => told.log.some((line) => /^(responded|failed)/.test(line)), "an answer");
  return told;
}

async function whole(told: Told): Promise<string> {
  const got = (await collect(told.content, 10_000_000)).toString("latin1");
  await eventually(() => told.log.some((line) => line.startsWith("finished")), "its end");
  return got;
}

describe("requests over HTTP/2", () => {
  it("share one connection", async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => ask({ target: "/hello" })));
    deepStrictEqual(
      [all.map(({ log }) => log.join()), sessions.length, pool.open],
      [all.map(() => "responded 200,finished"), 1, 1],
    );
  });

  it("bring fields, and content that came with the head as bytes", async () => {
    const told = await ask({ target: "/hello" });
    deepStrictEqual(
      [told.head?.version, told.head?.fields.get("x-a"), await whole(told)],
      ["2", "b", "hello"],
    );
  });

  it("tell interim responses; 204 is empty", async () => {
    const told = await ask({ target: "/hints" });
    deepStrictEqual(
      [told.log, told.content.type],
      [["informed 103 link=<a>", "responded 204", "finished"], "empty"],
    );
  });

  const bodies = [
    ["bytes", text("abc")],
    ["more bytes than a window takes", text("x".repeat(500_000))],
    ["pulled", chunkedContent([Buffer.from("ab"), Buffer.from("c")])],
    ["pulled, more than a window takes", chunkedContent([Buffer.alloc(300_000), Buffer.alloc(1)])],
  ] as const;
  for (const [name, content] of bodies) {
    it(`carry content there and back, and trailers: ${name}`, async () => {
      const told = await ask({ method: "POST", target: "/echo", content, trailers: true });
      const sent = content.type === "bytes" ? content.length : undefined;
      const got = (await whole(told)).length;
      strictEqual(sent === undefined || got === sent, true);
      deepStrictEqual(told.content.type === "pulled" && [...told.content.trailers], [["grpc-status", "0"]]);
    });
  }

  it("a large response arrives whole", async () => {
    strictEqual((await whole(await ask({ target: "/big" }))).length, 1_000_000);
  });

  it("content that is cancelled costs its stream only", async () => {
    const told = await ask({ target: "/big" });
    if (told.content.type === "pulled") {
      told.content.cancel(new Error("the client left"));
    }
    deepStrictEqual(told.log, ["responded 200", "finished"]);
    strictEqual(await whole(await ask({ target: "/hello" })), "hello");
    strictEqual(sessions.length, 1);
  });

  it("taken back: the stream is reset with CANCEL, the connection lives on", async () => {
    const told = new Told({ target: "/never" });
    pool.carry(told);
    await whole(await ask({ target: "/hello" }));
    told.cancel();
    await eventually(() => closed.includes("/never 8"), "RST_STREAM CANCEL");
    deepStrictEqual([told.log, pool.open], [[], 1]);
  });

  it("refused: nothing was done, it may be sent again", async () => {
    const { error, log } = await ask({ target: "/refuse" });
    deepStrictEqual(
      [log, error?.unsent, error?.fault.unprocessed],
      [["failed connection_limit_reached"], true, true],
    );
  });

  it("reset before an answer", async () => {
    const { error } = await ask({ target: "/break" });
    strictEqual(error?.unsent, false);
    strictEqual(
      /^127\.0\.0\.1:\d+ reset the stream: INTERNAL_ERROR$/.test(error?.detail ?? ""),
      true,
      error?.detail,
    );
  });

  it("reset within the content is a fault, never an end", async () => {
    const told = await ask({ target: "/short" });
    let seen = "";
    await eventually(() => {
      seen += told.read();
      return seen.includes("reset the stream");
    }, "the fault");
    strictEqual(seen.startsWith("part|"), true);
  });

  it("answered before it was read: sending stops, the answer is delivered, the stream is reset", async () => {
    const content = new FedContent(undefined, { begun() {}, consumed() {}, discarded() {}, threw() {} });
    content.push(Buffer.from("abc"));
    const told = await ask({ method: "POST", target: "/413", content });
    deepStrictEqual([await whole(told), told.log], ["too large", ["responded 413", "finished"]]);
    await eventually(() => closed.some((line) => line.startsWith("/413")), "the stream's end");
    strictEqual(pool.open, 1);
  });

  it("a client that leaves midway takes its stream with it", async () => {
    const content = new FedContent(undefined, { begun() {}, consumed() {}, discarded() {}, threw() {} });
    const told = new Told({ method: "POST", target: "/never", content });
    pool.carry(told);
    content.push(Buffer.from("abc"));
    content.fail(new Error("the client left"));
    deepStrictEqual([told.log, told.error?.by], [["failed connection_terminated"], "client"]);
    strictEqual(pool.open, 1);
  });

  it("a server that goes away answers what it has, and the next request gets a new connection", async () => {
    strictEqual(await whole(await ask({ target: "/leave" })), "last");
    strictEqual(await whole(await ask({ target: "/hello" })), "hello");
    strictEqual(sessions.length, 2);
  });

  it("a connection that breaks fails all that is on it", async () => {
    const told = new Told({ target: "/never" });
    pool.carry(told);
    await whole(await ask({ target: "/hello" }));
    for (const session of sessions) {
      session.destroy();
    }
    await eventually(() => told.error !== undefined, "the failure");
    deepStrictEqual(
      [told.error?.type, told.error?.unsent, pool.open, pool.idle],
      ["connection_terminated", false, 0, 0],
    );
  });
});

describe("trailers", () => {
  it("are asked for by TE", async () => {
    let te: unknown;
    server.once("stream", (_stream, headers) => {
      te = headers.te;
    });
    await whole(await ask({ target: "/hello", trailers: true, fields: Fields.of(["x", "y"]) }));
    strictEqual(te, "trailers");
  });
});
