import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { faultsOf, filterOf, type TestExchange, testExchange } from "../../../test/support/exchange.ts";
import { Fields, HttpRequest, HttpResponse } from "../../message/index.ts";
import type { Exchange } from "../../pipeline/index.ts";
import { push, pushKind } from "./index.ts";

const handler = filterOf(push({ paths: ["/app.css", "/app.js?v=1"] }))(() => HttpResponse.empty(200));
const navigation = { "sec-fetch-mode": "navigate" };

function pushed(
  change: Partial<Exchange>,
  refuses: readonly string[] = [],
  request = HttpRequest.make("/", { fields: navigation }),
): readonly string[] {
  const exchange: TestExchange = testExchange({ protocol: "2", ...change }, refuses);
  handler(request, exchange);
  return exchange.pushed.map(([target]) => target);
}

describe("push (RFC 9113 §8.4)", () => {
  const both = ["/app.css", "/app.js?v=1"];

  it("once a connection", () => {
    const connection = {};
    deepStrictEqual(
      [pushed({ connection }), pushed({ connection }), pushed({ connection: {} })],
      [both, [], both],
    );
  });
  it("for each host of a connection", () => {
    const connection = {};
    const other = HttpRequest.make("/", { fields: navigation, authority: "b.test" });
    deepStrictEqual([pushed({ connection }), pushed({ connection }, [], other)], [both, both]);
  });
  it("again where the client would not have it", () => {
    const connection = {};
    deepStrictEqual(
      [pushed({ connection }, ["/app.css"]), pushed({ connection })],
      [["/app.js?v=1"], ["/app.css"]],
    );
  });
  it("no more than a thousand times a connection, whatever hosts it names", () => {
    const connection = {};
    const counts = Array.from({ length: 600 }, (_, i) => {
      const request = HttpRequest.make("/", { fields: navigation, authority: `${i}.test` });
      return pushed({ connection }, [], request).length;
    });
    strictEqual(
      counts.reduce((sum, count) => sum + count, 0),
      1_000,
    );
  });
  it("over HTTP/2 only, for pages only", () =>
    deepStrictEqual(
      [
        pushed({ protocol: "1.1" }),
        pushed({ protocol: "3" }),
        pushed({}, [], HttpRequest.make("/")),
        pushed({}, [], HttpRequest.make("/", { fields: navigation, method: "POST" })),
      ],
      [[], [], [], []],
    ));
  it("with the fields of the same client", () => {
    const exchange = testExchange({ protocol: "2" });
    const fields = Fields.of(
      ["sec-fetch-mode", "navigate"],
      ["accept", "text/html"],
      ["cookie", "a=b"],
      ["accept-encoding", "br"],
      ["cookie", "c=d"],
      ["if-none-match", '"x"'],
    );
    handler(HttpRequest.make("/", { fields }), exchange);
    deepStrictEqual(exchange.pushed[0], [
      "/app.css",
      ["accept", "*/*"],
      ["accept-encoding", "br"],
      ["cookie", "a=b; c=d"],
    ]);
  });
  it("both lists count where two meet", () =>
    deepStrictEqual(pushKind.merge?.({ paths: ["/a", "/b"] }, { paths: ["/b", "/c"] }), {
      paths: ["/a", "/b", "/c"],
    }));

  const refused: readonly (readonly [object, RegExp])[] = [
    [{}, /paths/],
    [{ paths: [] }, /paths/],
    [{ paths: ["app.css"] }, /paths\.0: needs a path on the same host/],
    [{ paths: ["https://a.test/app.css"] }, /same host/],
    [{ paths: ["//a.test/app.css"] }, /paths\.0/],
    [{ paths: ["/a#b"] }, /same host/],
    [{ paths: ["{path}"] }, /same host/],
    [{ paths: ["/a b"] }, /percent-encoded/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () =>
      match(faultsOf({ role: "filter", kind: "push", options }).join("\n"), message));
  }
});
