/** Streamed answers behind streamed answers, and what becomes of answers behind one that ends the connection (RFC 9112 §9.3.2). */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { collect, Fields, type Handler, HttpResponse, type PulledContent } from "../../src/index.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { eventually, gate } from "../support/waiting.ts";

/** Pending once, then `text`, or a fault. */
function late(text: string, fault?: () => void): PulledContent {
  const pieces: ("pending" | "end" | Buffer)[] = ["pending", Buffer.from(text), "end"];
  const content: PulledContent = {
    type: "pulled",
    length: undefined,
    onReadable: undefined,
    trailers: Fields.empty,
    read: () => {
      const piece = pieces.shift() ?? "end";
      if (piece === "pending") {
        setImmediate(() => content.onReadable?.());
      } else if (fault !== undefined) {
        fault();
        throw new Error("broken");
      }
      return piece;
    },
    cancel: () => undefined,
  };
  return content;
}

const streamed = (content: PulledContent): HttpResponse =>
  new HttpResponse({ status: 200, fields: Fields.empty, content });

describe("pipelined streams", () => {
  it("sends content that had to wait for the content before it", async () => {
    await using running = await serve({ "/*": ({ path }) => streamed(late(path)) });
    const client = await running.client();
    client.send(["/a", "/b", "/c"].map((path) => requestText(`GET ${path}`)).join(""));
    const seen = [await client.response(), await client.response(), await client.response()];
    deepStrictEqual(seen.map(brief), ["200 /a", "200 /b", "200 /c"]);
  });

  it("lets go of an answer that comes after the response before it broke off", async () => {
    const broken = gate();
    const answered = gate();
    await using running = await serve({
      "/a": () => streamed(late("a", broken.open)),
      "/b": () =>
        broken.opened.then(() => {
          answered.open();
          return HttpResponse.text(200, "b");
        }),
    });
    const client = await running.client();
    client.send(requestText("GET /a") + requestText("GET /b"));
    await answered.opened;
    deepStrictEqual((await client.rest()).map(brief), ["200  (cut)"]);
    await eventually(() => running.server.connections === 0, "the connection to be gone");
    deepStrictEqual(running.told, ["warn: GET /a: the response broke off after 0 octets: broken"]);
  });

  it("asks for content when its turn comes, though nothing else is to be sent then", async () => {
    const slow = gate<HttpResponse>();
    const asked = gate();
    const query: Handler = async ({ content }) => {
      asked.open();
      return HttpResponse.text(200, (await collect(content, 100)).toString());
    };
    await using running = await serve({ "/slow": () => slow.opened, "/query": query });
    const client = await running.client();
    client.send(
      requestText("GET /slow") + requestText("QUERY /query", { Expect: "100-continue", "Content-Length": 3 }),
    );
    await asked.opened;
    slow.open(HttpResponse.text(200, "slow"));
    strictEqual(brief(await client.response()), "200 slow");
    strictEqual((await client.response()).status, 100);
    client.send("abc");
    strictEqual(brief(await client.response()), "200 abc");
  });
});
