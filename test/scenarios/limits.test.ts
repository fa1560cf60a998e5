/** Each limit by its name, over real sockets. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Config, collect, HttpResponse } from "../../src/index.ts";
import { requestText, serve } from "../support/running.ts";

const chunked = { "Transfer-Encoding": "chunked" };
const long = "x".repeat(300);

// biome-ignore format: a table
const rows: readonly (readonly [limits: Config["limits"], rule: string, request: string, status: number])[] = [
  [{ requestLine: 100 },    "request line as long as allowed",  requestText(`GET /${"a".repeat(86)}`), 200],
  [{ requestLine: 100 },    "request line one octet longer",    requestText(`GET /${"a".repeat(87)}`), 414],
  [{ fieldLine: 200 },      "a long field line",                requestText("GET /", { X: long }), 431],
  [{ fieldSection: 1_000 }, "many field lines",                 requestText("GET /", Object.fromEntries(Array.from({ length: 99 }, (_, i) => [`X${i}`, "0123456789"]))), 431],
  [{ fieldCount: 5 },       "as many field lines as allowed",   requestText("GET /", { a: 1, b: 2, c: 3, d: 4 }), 200],
  [{ fieldCount: 5 },       "one field line more",              requestText("GET /", { a: 1, b: 2, c: 3, d: 4, e: 5 }), 431],
  [{ content: 10 },         "content as long as allowed",       requestText("POST /", { "Content-Length": 10 }, "0123456789"), 200],
  [{ content: 10 },         "announced content that is longer", requestText("POST /", { "Content-Length": 11 }), 413],
  [{ content: 10 },         "chunked content that is longer",   requestText("POST /", chunked, "6\r\n012345\r\n6\r\n678901\r\n0\r\n\r\n"), 413],
  [{ chunkExtension: 50 },  "a long chunk extension",           requestText("POST /", chunked, `1;a=${long}\r\nx\r\n0\r\n\r\n`), 400],
  [{ trailerSection: 50 },  "a long trailer section",           requestText("POST /", chunked, `1\r\nx\r\n0\r\nX: ${long}\r\n\r\n`), 431],
];

describe("limits", () => {
  for (const [limits = {}, rule, request, status] of rows) {
    it(`${Object.keys(limits).join()}: ${rule}: ${status}`, async () => {
      await using running = await serve(
        { "/*": async ({ content }) => HttpResponse.text(200, `${(await collect(content, 1e6)).length}`) },
        { limits },
      );
      const client = await running.client();
      client.end(request);
      const responses = await client.rest();
      deepStrictEqual(
        responses.map((response) => [response.status, response.fields.connection]),
        [[status, status === 200 ? undefined : "close"]],
      );
    });
  }
});
