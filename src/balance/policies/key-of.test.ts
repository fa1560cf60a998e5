import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Endpoint, HttpRequest } from "../../message/index.ts";
import { keyOf } from "./key-of.ts";
import type { PolicyChoice } from "./make-policy.ts";

const client: Endpoint = { address: "192.0.2.7", port: 4711, family: "ipv4" };
const request = HttpRequest.make("/a%20b?c=d", {
  authority: "example.com",
  fields: { "x-user": "7", cookie: "theme=dark; user=8" },
});

describe("what a hash is taken of", () => {
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [choice: PolicyChoice, of: string | undefined, ofStream: string | undefined])[] = [
    ["round-robin",                 undefined,               undefined],
    [{ hash: "client" },            "192.0.2.7",             "192.0.2.7"],
    [{ hash: "path" },              "/a%20b",                undefined],
    [{ hash: "url" },               "example.com/a%20b?c=d", undefined],
    [{ hash: { field: "X-User" } }, "7",                     undefined],
    [{ hash: { field: "x-none" } }, undefined,               undefined],
    [{ hash: { cookie: "user" } },  "8",                     undefined],
    [{ hash: { cookie: "User" } },  undefined,               undefined],
  ];
  for (const [choice, of, ofStream] of rows) {
    it(JSON.stringify(choice), () => {
      strictEqual(keyOf(choice, request, client), of);
      strictEqual(keyOf(choice, undefined, client), ofStream);
    });
  }

  it("a target without a query", () =>
    strictEqual(keyOf({ hash: "url" }, HttpRequest.make("/a"), client), "localhost/a"));
});
