/** A server that closes: idle connections at once, others when they are through, and then a deadline. */
import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { files, HttpResponse, respond } from "../../src/index.ts";
import { makeTree } from "../support/files.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { eventually, gate, within } from "../support/waiting.ts";

const never = (): Promise<HttpResponse> => new Promise(() => undefined);

describe("graceful close", () => {
  it("closes connections that are idle, used or not, at once", async () => {
    await using running = await serve({ "/*": respond("hi") });
    const used = await running.client();
    used.send(requestText("GET /"));
    await used.response();
    const fresh = await running.client();
    await eventually(() => running.server.connections === 2, "both connections");
    const closing = running.server.close();
    strictEqual(await used.over(), "end");
    strictEqual(await fresh.over(), "end");
    used.end();
    fresh.end();
    await within(closing, "the server to close");
    deepStrictEqual([running.server.connections, running.server.addresses], [0, []]);
  });

  it("takes no new connection", async () => {
    await using running = await serve({ "/*": respond("hi") });
    await running.server.close();
    await rejects(running.client(), { code: "ECONNREFUSED" });
  });

  it("finishes what is under way, says Connection: close, and takes no further request", async () => {
    const seen = gate();
    const go = gate();
    await using running = await serve({
      "/slow": async () => {
        seen.open();
        await go.opened;
        return HttpResponse.text(200, "finished");
      },
      "/*": respond("never"),
    });
    const client = await running.client();
    client.send(requestText("GET /slow"));
    await seen.opened;
    const closing = running.server.close();
    client.send(requestText("GET /more"));
    go.open();
    const responses = await client.rest();
    client.end();
    deepStrictEqual(
      responses.map((response) => [brief(response), response.fields.connection]),
      [["200 finished", "close"]],
    );
    await within(closing, "the server to close");
  });

  it("finishes a download", async () => {
    const bytes = randomBytes(30_000_000);
    const site = makeTree({ "big.bin": bytes });
    await using running = await serve({ "/*": files({ root: site.path }) });
    const client = await running.client();
    client.send(requestText("GET /big.bin"));
    await client.holds(1_000_000);
    const closing = running.server.close();
    const response = await client.response();
    client.end();
    deepStrictEqual([response.whole, response.body.equals(bytes)], [true, true]);
    await within(closing, "the server to close");
    site.remove();
  });

  it("finishes an upload", async () => {
    const seen = gate();
    await using running = await serve({
      "/*": (request) => {
        seen.open();
        return HttpResponse.empty(200).with({ content: request.content });
      },
    });
    const client = await running.client();
    client.send(requestText("POST /", { "Content-Length": 6 }, "abc"));
    await seen.opened;
    const closing = running.server.close();
    client.send("def");
    strictEqual(brief(await client.response()), "200 abcdef");
    client.end();
    await within(closing, "the server to close");
  });

  it("cuts at the deadline what is still under way, and tells its handler", async () => {
    const seen = gate();
    let reason: unknown;
    await using running = await serve({
      "/*": (_request, exchange) => {
        exchange.signal.addEventListener("abort", () => {
          reason = exchange.signal.reason;
        });
        seen.open();
        return never();
      },
    });
    const client = await running.client();
    client.send(requestText("GET /"));
    await seen.opened;
    await within(running.server.close({ deadline: 20 }), "the server to close");
    await client.over();
    await eventually(() => reason instanceof Error, "the handler to be told");
    deepStrictEqual([client.received.length, running.server.connections], [0, 0]);
  });

  it("a second, shorter deadline shortens the first", async () => {
    const seen = gate();
    await using running = await serve({
      "/*": () => {
        seen.open();
        return never();
      },
    });
    const client = await running.client();
    client.send(requestText("GET /"));
    await seen.opened;
    const closing = running.server.close({ deadline: 60_000 });
    void running.server.close({ deadline: 10 });
    await within(closing, "the server to close");
  });

  it("waits for what handlers left to do", async () => {
    const work = gate();
    await using running = await serve({
      "/*": (_request, exchange) => {
        exchange.waitUntil(work.opened);
        return HttpResponse.text(200, "done soon");
      },
    });
    const client = await running.client();
    client.end(requestText("GET /"));
    await client.rest();
    await eventually(() => running.server.connections === 0, "the connection to be gone");
    let closed = false;
    const closing = running.server.close().then(() => {
      closed = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    strictEqual(closed, false);
    work.open();
    await within(closing, "the server to close");
  });
});
