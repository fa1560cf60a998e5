/** Upstreams that do not read the request, or answer before they have: uploads neither hang nor pile up. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { hostileUpstream, responseText } from "../support/hostile-upstream.ts";
import { ourAnswer, serveProxy } from "../support/hostile-upstream-rows.ts";
import type { RawClient } from "../support/raw-client.ts";
import { brief } from "../support/responses.ts";
import { requestText } from "../support/running.ts";
import { eventually, settled } from "../support/waiting.ts";

const piece = Buffer.alloc(65_536, "p");
const large = 64 * 1_048_576;
/** What the sockets on both sides hold, by the largest buffers that Linux gives by itself, and what we keep. */
const held = 24 * 1_048_576;

/** Sends content as fast as it is taken. @returns How much has been taken so far. */
function upload(client: RawClient, octets: number): () => number {
  const { socket } = client;
  let sent = 0;
  const write = (): void => {
    while (sent < octets && !socket.destroyed && socket.writable) {
      sent += piece.length;
      if (!socket.write(piece)) {
        return;
      }
    }
  };
  socket.on("drain", write);
  write();
  return () => sent - socket.writableLength;
}

function withoutDate(text: string): string {
  return text.replaceAll(/^date: .*\r\n/gim, "");
}

describe("an upstream that never reads the request", () => {
  it("holds the client back, and is given up after a while", async () => {
    await using upstream = await hostileUpstream(({ stall }) => stall());
    await using running = await serveProxy({ upstreams: [upstream.url], timeouts: { progress: "1s" } });
    const client = await running.client();
    client.send(requestText("POST /", { "Content-Length": large }));
    const taken = upload(client, large);
    const most = await settled(taken, "the client to be held back");
    ok(most > 0 && most < held, `${most} octets were taken`);
    await eventually(() => client.received.includes("\n\n"), "the answer");
    strictEqual(withoutDate(client.received.toString("latin1")), ourAnswer("connection_write_timeout"));
    // Much is left of the request, and nobody wants it.
    match(await client.over(), /^(end|ECONNRESET|EPIPE)$/);
    upstream.connections[0]?.socket.resume();
    strictEqual(await upstream.connections[0]?.closed(), "end");
    strictEqual(upstream.connections.length, 1);
  });

  it("costs nothing but time when it answers in the end", async () => {
    await using upstream = await hostileUpstream(async ({ stall, socket, head, send, expect }) => {
      stall();
      setTimeout(() => socket.resume(), 300);
      await head();
      await expect("the end");
      send(responseText("read at last"));
    });
    await using running = await serveProxy({ upstreams: [upstream.url] });
    const client = await running.client();
    const length = 8 * 1_048_576;
    client.send(requestText("POST /", { "Content-Length": length + 7 }));
    const taken = upload(client, length);
    await eventually(() => taken() === length, "all to be taken");
    client.send("the end");
    strictEqual(brief(await client.response()), "200 read at last");
    strictEqual(
      upstream.connections[0]?.received.length,
      (upstream.connections[0]?.received.indexOf("p".repeat(100)) ?? 0) + length + 7,
    );
  });
});

describe("an upstream that answers before it has read the request", () => {
  it("is heard, and its connection is not used again", async () => {
    await using upstream = await hostileUpstream(async ({ head, stall, send }) => {
      await head();
      stall();
      send(responseText("too large", {}, "413 Content Too Large"));
    });
    await using running = await serveProxy({ upstreams: [upstream.url] });
    const client = await running.client();
    client.send(requestText("POST /", { "Content-Length": large }));
    upload(client, large);
    strictEqual(brief(await client.response()), "413 too large");
    upstream.connections[0]?.socket.resume();
    await eventually(() => upstream.closed[0] !== "open", "the upstream's connection to be closed");
    strictEqual(upstream.connections.length, 1);
  });

  it("is heard also when it closes at once", async () => {
    await using upstream = await hostileUpstream(async ({ head, end, stall }) => {
      await head();
      stall();
      end(responseText("too large", { Connection: "close" }, "413 Content Too Large"));
    });
    await using running = await serveProxy({ upstreams: [upstream.url] });
    const client = await running.client();
    client.send(requestText("POST /", { "Content-Length": large }));
    upload(client, large);
    strictEqual(brief(await client.response()), "413 too large");
  });

  it("gets no more of it: what the client still sends is thrown away, and both go on without it", async () => {
    await using upstream = await hostileUpstream(async ({ head, send }) => {
      const [line = ""] = (await head()).split("\r\n");
      send(responseText(line));
    });
    await using running = await serveProxy({ upstreams: [upstream.url] });
    const client = await running.client();
    client.send(requestText("POST /", { "Content-Length": 100_000 }));
    strictEqual(brief(await client.response()), "200 POST / HTTP/1.1");
    await upstream.connections[0]?.closed();
    client.send("p".repeat(100_000) + requestText("GET /next"));
    strictEqual(brief(await client.response()), "200 GET /next HTTP/1.1");
    deepStrictEqual(upstream.asked, [["POST / HTTP/1.1"], ["GET /next HTTP/1.1"]]);
  });
});
