import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { fakeExchange, fakeRuntime, manualClock } from "../../../test/support/files.ts";
import { emptyContent, type FieldLine, Fields, HttpRequest, HttpResponse } from "../../message/index.ts";
import { type FieldsOptions, fields, fieldsKind } from "./index.ts";

const clock = manualClock();
const given = Fields.of(["server", "x"], ["cache-control", "no-cache"], ["set-cookie", "a=1"]);
const lasting = HttpResponse.lasting({ status: 200, fields: given, content: emptyContent });

describe("fields", () => {
  const rows: readonly (readonly [FieldsOptions, readonly FieldLine[]])[] = [
    [{}, given.toJSON()],
    [
      { remove: ["Server"] },
      [
        ["cache-control", "no-cache"],
        ["set-cookie", "a=1"],
      ],
    ],
    [
      { set: { "Cache-Control": "no-store", "X-A": "1" } },
      [
        ["server", "x"],
        ["set-cookie", "a=1"],
        ["cache-control", "no-store"],
        ["x-a", "1"],
      ],
    ],
    [{ add: { "Set-Cookie": ["b=2", "c=3"] } }, [...given, ["set-cookie", "b=2"], ["set-cookie", "c=3"]]],
    [
      { remove: ["set-cookie", "server", "cache-control"], set: { x: "1" }, add: { x: "2" } },
      [
        ["x", "1"],
        ["x", "2"],
      ],
    ],
  ];
  for (const [options, wanted] of rows) {
    it(JSON.stringify(options), () => {
      const filter = fieldsKind.compile(
        fieldsKind.schema.parse(options) as FieldsOptions,
        fakeRuntime(clock),
      );
      const handler = filter(() => lasting);
      const response = handler(HttpRequest.make("/"), fakeExchange(clock));
      ok(!(response instanceof Promise));
      deepStrictEqual(response.fields.toJSON(), wanted);
      // The patched response is kept, and its encoded heads with it.
      strictEqual(handler(HttpRequest.make("/"), fakeExchange(clock)), response);
      ok(response.kept !== undefined);
    });
  }

  it("waits for a promised answer", async () => {
    const handler = fieldsKind.compile(
      { set: { x: "1" } },
      fakeRuntime(clock),
    )(async () => HttpResponse.empty(204));
    const response = await handler(HttpRequest.make("/"), fakeExchange(clock));
    deepStrictEqual(response.fields.toJSON(), [["x", "1"]]);
  });

  const requestRows: readonly (readonly [FieldsOptions["request"], readonly FieldLine[]])[] = [
    [
      { set: { "X-A": "1" }, remove: ["Cookie"] },
      [
        ["accept", "a"],
        ["accept", "b"],
        ["x-a", "1"],
      ],
    ],
    [
      { add: { accept: ["c", "d"] } },
      [
        ["accept", "a"],
        ["cookie", "e=f"],
        ["accept", "b"],
        ["accept", "c"],
        ["accept", "d"],
      ],
    ],
  ];
  for (const [request, wanted] of requestRows) {
    it(`request: ${JSON.stringify(request)}`, () => {
      const handler = fieldsKind.compile(
        { request: request ?? {} },
        fakeRuntime(clock),
      )(({ fields }) => {
        deepStrictEqual(fields.toJSON(), wanted);
        return lasting;
      });
      const received = Fields.of(["accept", "a"], ["cookie", "e=f"], ["accept", "b"]);
      // The response is not touched.
      strictEqual(handler(HttpRequest.make("/", { fields: received }), fakeExchange(clock)), lasting);
    });
  }

  const merges: readonly (readonly [FieldsOptions, FieldsOptions, FieldsOptions])[] = [
    [{ set: { a: "1" } }, { set: { b: "2" } }, { remove: [], set: { a: "1", b: "2" }, add: {} }],
    [{ set: { A: "1" } }, { set: { a: "2" } }, { remove: [], set: { a: "2" }, add: {} }],
    [{ set: { a: "1" } }, { remove: ["A"] }, { remove: ["a"], set: {}, add: {} }],
    [{ set: { a: "1" } }, { add: { a: "2" } }, { remove: [], set: { a: "1" }, add: { a: ["2"] } }],
    [{ add: { a: "1" } }, { add: { A: ["2"] } }, { remove: [], set: {}, add: { a: ["1", "2"] } }],
    [{ add: { a: "1" } }, { set: { a: "2" } }, { remove: [], set: { a: "2" }, add: {} }],
    [{ remove: ["a", "b"] }, { set: { a: "2" } }, { remove: ["a", "b"], set: { a: "2" }, add: {} }],
    [
      { request: { set: { a: "1" } } },
      { set: { a: "2" }, request: { set: { b: "3" } } },
      { remove: [], set: { a: "2" }, add: {}, request: { remove: [], set: { a: "1", b: "3" }, add: {} } },
    ],
  ];
  for (const [outer, inner, wanted] of merges) {
    it(`${JSON.stringify(outer)} around ${JSON.stringify(inner)}`, () =>
      deepStrictEqual(fieldsKind.merge?.(outer, inner), wanted));
  }

  it("is a description of its options", () =>
    deepStrictEqual(fields({ set: { x: "1" } }), {
      role: "filter",
      kind: "fields",
      options: { set: { x: "1" } },
    }));

  const refused: readonly (readonly [object, RegExp])[] = [
    [{ set: { "a b": "x" } }, /field name/],
    [{ set: { "": "x" } }, /field name/],
    [{ set: { "a:": "x" } }, /field name/],
    [{ set: { a: "x\r\ny: z" } }, /field value/],
    [{ set: { a: "x\u0000" } }, /field value/],
    [{ set: { a: " x" } }, /field value/],
    [{ set: { a: "中" } }, /field value/],
    [{ set: { "Content-Length": "1" } }, /belongs to the server/],
    [{ add: { "transfer-encoding": "chunked" } }, /belongs to the server/],
    [{ remove: ["Connection"] }, /belongs to the server/],
    [{ set: { Date: "x" } }, /belongs to the server/],
    [{ request: { set: { Host: "a" } } }, /belongs to the server/],
    [{ request: { set: { Expect: "100-continue" } } }, /belongs to the server/],
    [{ request: { remove: ["content-length"] } }, /belongs to the server/],
    [{ request: { add: { TE: "trailers" } } }, /belongs to the server/],
    [{ request: { set: { a: "x\ny: z" } } }, /field value/],
    [{ request: { request: {} } }, /request/],
    [{ set: { "X-A": "1", "x-a": "2" } }, /is the same field as \\"X-A\\"/],
    [{ sett: {} }, /sett/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const result = fieldsKind.schema.safeParse(options);
      ok(!result.success);
      match(JSON.stringify(result.error.issues), message);
    });
  }
});
