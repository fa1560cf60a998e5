/** Clients that leave midway: whatever the proxy was doing for them ends at once, at the upstream too. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { hostileHttp2Upstream } from "../support/hostile-http2-upstream.ts";
import {
  answering,
  type HostileUpstream,
  hostileUpstream,
  responseText,
  type Script,
} from "../support/hostile-upstream.ts";
import { serveProxy } from "../support/hostile-upstream-rows.ts";
import { http2Client } from "../support/http2-client.ts";
import { data, endHeaders, headers } from "../support/http2-frames.ts";
import { brief } from "../support/responses.ts";
import { type Running, requestText } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

interface Phase {
  readonly phase: string;
  readonly script: Script;
  readonly request: string;
  /** What the upstream has seen, or the client got, when the client leaves. */
  readonly reached: (upstream: HostileUpstream, received: string) => boolean;
}

const waits: Script = () => undefined;
/** Goes on sending a little: who has closed without a word shows it only to those who send. */
const streams: Script = async ({ head, send, socket }) => {
  await head();
  send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nbegin");
  const timer = setInterval(send, 20, ".");
  socket.once("close", () => clearInterval(timer));
};

const phases: readonly Phase[] = [
  {
    phase: "while the upstream thinks",
    script: waits,
    request: requestText("GET /"),
    reached: ({ asked }) => asked[0]?.length === 1,
  },
  {
    phase: "while its request is being sent",
    script: waits,
    request: requestText("POST /", { "Content-Length": 1_000_000 }, "begin"),
    reached: ({ connections }) => connections[0]?.received.endsWith("begin") ?? false,
  },
  {
    phase: "while its chunked request is being sent",
    script: waits,
    request: requestText("POST /", { "Transfer-Encoding": "chunked" }, "5\r\nbegin\r\n"),
    reached: ({ connections }) => connections[0]?.received.includes("begin") ?? false,
  },
  {
    phase: "within the response",
    script: streams,
    request: requestText("GET /"),
    reached: (_upstream, received) => received.includes("begin"),
  },
];

async function allGone(running: Running): Promise<void> {
  await eventually(() => running.server.connections === 0, "the connections to be gone");
}

for (const how of ["end", "reset"] as const) {
  describe(`a client that leaves (${how})`, () => {
    for (const { phase, script, request, reached } of phases) {
      it(phase, async () => {
        await using upstream = await hostileUpstream(script);
        await using running = await serveProxy({ upstreams: [upstream.url] });
        const client = await running.client();
        client.send(request);
        await eventually(() => reached(upstream, client.received.toString("latin1")), "the phase");
        client.leave(how === "reset" ? how : undefined);
        match((await upstream.connections[0]?.closed()) ?? "", /^(end|ECONNRESET)$/);
        await allGone(running);
        strictEqual(upstream.connections.length, 1);
        deepStrictEqual(running.told, []);
      });
    }
  });
}

describe("a client that leaves", () => {
  it("while it waits in the queue: its request never goes out, and the next in line is served", async () => {
    const second = answering(responseText("served"));
    await using upstream = await hostileUpstream(async (connection) => {
      await connection.head();
      await eventually(() => connection.socket.listenerCount("free") > 0, "the test");
      connection.send(responseText("first"));
      await second(connection);
    });
    await using running = await serveProxy({ upstreams: [upstream.url], connections: { most: 1 } });
    const [first, leaving, last] = [await running.client(), await running.client(), await running.client()];
    first.send(requestText("GET /first"));
    await eventually(() => upstream.asked[0]?.length === 1, "the first request");
    // Both are read at once, so that the second waits as soon as the first is answered.
    leaving.send(requestText("GET /after") + requestText("GET /leaving"));
    strictEqual(brief(await leaving.response()), "200 after");
    last.send(requestText("GET /last"));
    leaving.leave("reset");
    await eventually(() => running.server.connections === 2, "one to be gone");
    upstream.connections[0]?.socket.on("free", () => undefined);
    strictEqual(brief(await first.response()), "200 first");
    strictEqual(brief(await last.response()), "200 served");
    deepStrictEqual(upstream.asked, [["GET /first HTTP/1.1", "GET /last HTTP/1.1"]]);
  });

  it("by RST_STREAM takes only its own request back", async () => {
    await using upstream = await hostileUpstream(waits, answering(responseText("other")));
    await using running = await serveProxy({ upstreams: [upstream.url] });
    await using client = await http2Client(running.url);
    const stream = client.open({ ":path": "/one" });
    await eventually(() => upstream.asked[0]?.length === 1, "the request");
    stream.close(8);
    match((await upstream.connections[0]?.closed()) ?? "", /^(end|ECONNRESET)$/);
    strictEqual((await client.ask({ ":path": "/two" })).body.toString(), "other");
  });
});

describe("a client that leaves, before an HTTP/2 upstream", () => {
  const phases = [
    ["while the upstream thinks", "HEADERS", false],
    ["within the response", "HEADERS", true],
  ] as const;
  for (const [phase, , answers] of phases) {
    it(`${phase}: its stream is cancelled, the connection stays`, async () => {
      await using upstream = await hostileHttp2Upstream(async ({ send, until }) => {
        await until(/^HEADERS 1 /);
        if (answers) {
          send(headers(1, [[":status", "200"]], endHeaders), data(1, "begin"));
        }
        await until(/^HEADERS 3 /);
        send(headers(3, [[":status", "200"]], endHeaders), data(3, "other", 1));
      });
      await using running = await serveProxy({ upstreams: [upstream.url] });
      const client = await running.client();
      client.send(requestText("GET /one"));
      await eventually(
        () => upstream.connections[0]?.seen.some((line) => line.startsWith("HEADERS 1")),
        "it",
      );
      if (answers) {
        await client.holds("begin");
      }
      client.leave("reset");
      await upstream.connections[0]?.until(/^RST_STREAM 1 CANCEL$/);
      const next = await running.client();
      next.send(requestText("GET /two"));
      strictEqual(brief(await next.response()), "200 other");
      strictEqual(upstream.connections.length, 1);
    });
  }
});
