import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { hasDotSegment, plainPath, receivedOffset } from "./plain-path.ts";

describe("the plain spelling of a path", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["/a",         "/a"],
    ["/%61%2d",    "/a-"],
    ["/%c3%a9",    "/%C3%A9"],
    ["/a%2fb",     "/a%2Fb"],
    ["/%2561",     "/%2561"],
    ["/%40%3b",    "/@;"],
    ["/%zz%",      "/%zz%"],
    ["/%2e%2E/a",  "/../a"],
  ] as const;
  for (const [received, plain] of rows) {
    it(received, () => strictEqual(plainPath(received), plain));
  }

  it("is found again in what was received", () => {
    deepStrictEqual(
      [0, 1, 2, 5, 6].map((at) => receivedOffset("/%61%2fb", at)),
      [0, 1, 4, 7, 8],
    );
    deepStrictEqual(
      [1, 2, 4, 5].map((at) => receivedOffset("/%zz%a%2", at)),
      [1, 2, 4, 5],
    );
  });
});

describe("dot segments (RFC 3986 §5.2.4), and what an application may take for them", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["/a/../b",        true],
    ["/a/..",          true],
    ["/.",             true],
    ["/./a",           true],
    ["/%2e%2e/a",      true],
    ["/a/.%2E",        true],
    ["/a/..%2fb",      true],
    ["/a%2f../b",      true],
    ["/a/..\\b",       true],
    ["/a\\..\\b",      true],
    ["/a%5c..%5cb",    true],
    ["/a/..;x=1/b",    true],
    ["/a/...",         false],
    ["/a/..b",         false],
    ["/a/.well-known", false],
    ["/a..",           false],
    ["/a/b..c%20/",    false],
    ["/",              false],
  ] as const;
  for (const [received, has] of rows) {
    it(received, () => strictEqual(hasDotSegment(plainPath(received)), has));
  }
});
