import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { HttpRequest } from "./request.ts";
import type { Target } from "./target.ts";

describe("HttpRequest.withPath", () => {
  const rows: readonly (readonly [Target, string, string | undefined, string])[] = [
    [{ form: "origin", path: "/a", query: "b" }, "/c", undefined, "/c"],
    [{ form: "origin", path: "/a", query: undefined }, "/c", "", "/c?"],
    [
      { form: "absolute", scheme: "http", authority: "a.test:1", path: "/a", query: "b" },
      "/c",
      "d",
      "http://a.test:1/c?d",
    ],
  ];
  for (const [target, path, query, rawTarget] of rows) {
    it(`${target.form} becomes ${rawTarget}`, () => {
      const request = HttpRequest.make("/", { method: "POST" }).with({ target }).withPath(path, query);
      deepStrictEqual(
        [request.path, request.query, request.rawTarget, request.target, request.method],
        [path, query, rawTarget, { ...target, path, query }, "POST"],
      );
    });
  }

  it("a target without a path stays what it is", () => {
    for (const target of [{ form: "asterisk" }, { form: "authority", authority: "a.test:1" }] as const) {
      const request = HttpRequest.make("*").with({ target });
      strictEqual(request.withPath("/c", undefined), request);
    }
  });
});
