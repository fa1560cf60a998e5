/** Several requests on one connection before the first is answered (RFC 9112 §9.3.2). */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { chunkedContent, Fields, type Handler, HttpResponse } from "../../src/index.ts";
import { brief } from "../support/responses.ts";
import { requestText, serve } from "../support/running.ts";
import { eventually, type Gate, gate } from "../support/waiting.ts";

/** Notes when each request begins; paths below /slow wait for their gate. */
function noting(): { handler: Handler; begun: string[]; gates: Map<string, Gate> } {
  const begun: string[] = [];
  const gates = new Map<string, Gate>();
  const handler: Handler = async (request) => {
    begun.push(`${request.method} ${request.path}`);
    if (request.path.startsWith("/slow")) {
      const wait = gate();
      gates.set(request.path, wait);
      await wait.opened;
    }
    return HttpResponse.text(200, request.path);
  };
  return { handler, begun, gates };
}

describe("pipelining", () => {
  it("answers in the order of the requests, the slow one first", async () => {
    const { handler, begun, gates } = noting();
    await using running = await serve({ "/*": handler });
    const client = await running.client();
    client.end(
      requestText("GET /slow") + requestText("GET /a") + requestText("HEAD /b") + requestText("GET /c"),
    );
    await eventually(() => begun.length === 4, "all to begin");
    deepStrictEqual(client.received.length, 0);
    gates.get("/slow")?.open();
    deepStrictEqual((await client.rest("GET", "GET", "HEAD", "GET")).map(brief), [
      "200 /slow",
      "200 /a",
      "200 ",
      "200 /c",
    ]);
  });

  it("runs no unsafe request beside others", async () => {
    const { handler, begun, gates } = noting();
    await using running = await serve({ "/*": handler });
    const client = await running.client();
    client.end(
      requestText("GET /slow1") +
        requestText("POST /slow2", { "Content-Length": 3 }, "abc") +
        requestText("DELETE /d") +
        requestText("GET /e"),
    );
    await eventually(() => gates.has("/slow1"), "the first to begin");
    deepStrictEqual(begun, ["GET /slow1"]);
    gates.get("/slow1")?.open();
    deepStrictEqual(brief(await client.response()), "200 /slow1");
    await eventually(() => gates.has("/slow2"), "the second to begin");
    deepStrictEqual(begun, ["GET /slow1", "POST /slow2"]);
    gates.get("/slow2")?.open();
    deepStrictEqual((await client.rest()).map(brief), ["200 /slow2", "200 /d", "200 /e"]);
    deepStrictEqual(begun, ["GET /slow1", "POST /slow2", "DELETE /d", "GET /e"]);
  });

  it("takes no more requests than its limit while none is answered", async () => {
    const { handler, begun, gates } = noting();
    await using running = await serve({ "/*": handler }, { limits: { pipelined: 3 } });
    const client = await running.client();
    const paths = Array.from({ length: 10 }, (_, i) => (i === 0 ? "/slow" : `/${i}`));
    client.end(paths.map((path) => requestText(`GET ${path}`)).join(""));
    await eventually(() => begun.length === 3, "three to begin");
    gates.get("/slow")?.open();
    deepStrictEqual(
      await client.rest().then((all) => all.map(brief)),
      paths.map((path) => `200 ${path}`),
    );
  });

  it("keeps streamed answers whole and apart", async () => {
    await using running = await serve({
      "/*": (request) =>
        new HttpResponse({
          status: 200,
          fields: Fields.empty,
          content: chunkedContent([Buffer.from("<"), Buffer.from(request.path), Buffer.from(">")]),
        }),
    });
    const client = await running.client();
    const paths = Array.from({ length: 40 }, (_, i) => `/${i}`);
    client.end(paths.map((path) => requestText(`GET ${path}`)).join(""));
    deepStrictEqual(
      (await client.rest()).map(brief),
      paths.map((path) => `200 <${path}>`),
    );
  });

  it("stops at a request that is refused, after answering those before it", async () => {
    const { handler, begun, gates } = noting();
    await using running = await serve({ "/*": handler });
    const client = await running.client();
    client.end(`${requestText("GET /slow")}GET /bad\r\n\r\n${requestText("GET /never")}`);
    await eventually(() => gates.has("/slow"), "the first to begin");
    gates.get("/slow")?.open();
    const responses = await client.rest();
    deepStrictEqual(
      responses.map(({ status, fields }) => [status, fields.connection]),
      [
        [200, undefined],
        [400, "close"],
      ],
    );
    deepStrictEqual(begun, ["GET /slow"]);
  });

  it("gives up on all of them when the client leaves", async () => {
    const begun: string[] = [];
    const aborted: string[] = [];
    await using running = await serve({
      "/*": (request, exchange) => {
        begun.push(request.path);
        exchange.signal.addEventListener("abort", () => aborted.push(request.path));
        return new Promise(() => undefined);
      },
    });
    const client = await running.client();
    client.send(requestText("GET /a") + requestText("GET /b"));
    await eventually(() => begun.length === 2, "both to begin");
    client.leave("reset");
    await eventually(() => aborted.length === 2, "both to be given up");
    deepStrictEqual(aborted, ["/a", "/b"]);
  });
});
