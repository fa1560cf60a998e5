import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  answered,
  compileHandler,
  fakeExchange,
  fakeRuntime,
  manualClock,
} from "../../../test/support/files.ts";
import { HttpRequest, HttpResponse } from "../../message/index.ts";
import { handle } from "../handle/index.ts";
import { type RespondOptions, respond, respondKind } from "./index.ts";

const clock = manualClock();

describe("respond", () => {
  const nosniff = { "x-content-type-options": "nosniff" };
  const rows: readonly (readonly [RespondOptions | string, object])[] = [
    // options  answer
    [
      "hello",
      { status: 200, fields: { "content-type": "text/plain; charset=utf-8", ...nosniff }, body: "hello" },
    ],
    [{}, { status: 200, fields: nosniff, body: "" }],
    [{ status: 204 }, { status: 204, fields: nosniff, body: "" }],
    [
      { status: 410, body: "{}", type: "application/json", fields: { "X-Why": "gone" } },
      {
        status: 410,
        fields: { "content-type": "application/json; charset=utf-8", ...nosniff, "x-why": "gone" },
        body: "{}",
      },
    ],
    [
      { body: "é", type: "image/png", fields: { "X-Content-Type-Options": "other" } },
      { status: 200, fields: { "content-type": "image/png", "x-content-type-options": "other" }, body: "é" },
    ],
  ];
  for (const [options, wanted] of rows) {
    it(JSON.stringify(options), async () => {
      const handler = compileHandler(respond(options), fakeRuntime(clock));
      const response = handler(HttpRequest.make("/"), fakeExchange(clock));
      ok(!(response instanceof Promise));
      strictEqual(handler(HttpRequest.make("/other"), fakeExchange(clock)), response);
      deepStrictEqual(await answered(response), wanted);
    });
  }

  const refused: readonly (readonly [object, RegExp])[] = [
    [{ status: 101 }, />=200/],
    [{ status: 204, body: "x" }, /no content/],
    [{ status: 205, body: "x" }, /no content/],
    [{ fields: { "a b": "x" } }, /field name/],
    [{ fields: { "Content-Length": "1" } }, /belongs to the server/],
    [{ fields: { x: "a\r\nb: c" } }, /field value/],
    [{ type: "a\nb" }, /field value/],
    [{ text: "x" }, /text/],
  ];
  for (const [options, message] of refused) {
    it(`refuses ${JSON.stringify(options)}`, () => {
      const result = respondKind.schema.safeParse(options);
      ok(!result.success);
      match(JSON.stringify(result.error.issues), message);
    });
  }
});

describe("handle", () => {
  it("answers with what the function answers", async () => {
    const description = handle(async (request) => HttpResponse.text(200, request.path));
    const handler = compileHandler(description, fakeRuntime(clock));
    const response = await handler(HttpRequest.make("/a?b"), fakeExchange(clock));
    strictEqual((await answered(response)).body, "/a");
  });
});
