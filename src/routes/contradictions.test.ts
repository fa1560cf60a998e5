import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { contradictions, pathsMeet } from "./contradictions.ts";
import type { Match } from "./match.ts";
import { parsePattern } from "./patterns.ts";

describe("pathsMeet", () => {
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string | RegExp, string | RegExp, boolean])[] = [
    ["/a/*",     "/a/b",     true],
    ["/a/*",     "/a/",      true],
    ["/a/*",     "/a",       false],
    ["/a/*",     "/b",       false],
    ["/a/*",     "/a/b/*",   true],
    ["/a/b/*",   "/a/*",     true],
    ["/a/b",     "/a/*",     true],
    ["/a/*",     "/b/*",     false],
    ["/*",       "/b",       true],
    ["/:x/c",    "/a/:y",    true],
    ["/:x/c",    "/a/d",     false],
    ["/:x",      "/",        false],
    ["/a",       "/a",       true],
    ["/a",       "/a/b",     false],
    [/^\/a\//, "/a/b",     true],
    [/^\/a\//, "/b",       false],
    ["/b",       /^\/a\//, false],
    [/^\/a\//, "/b/*",     true],
    [/^\/a/,    /^\/b/,    true],
  ];
  for (const [one, other, meet] of rows) {
    it(`${one} and ${other}`, () => strictEqual(pathsMeet(parsePattern(one), parsePattern(other)), meet));
  }
});

describe("contradictions", () => {
  const rows: readonly (readonly [string, readonly Match[], readonly string[]])[] = [
    ["a path outside its group", ["/api/*", "/users"], ["1 by 0: path 0"]],
    [
      "some of several paths",
      [
        ["/a/*", "/b/*"],
        ["/a/x", "/c", "/b/:id"],
      ],
      ["1 by 0: path 1"],
    ],
    ["outside the group around the group", ["/api/*", { method: "GET" }, "/users"], ["2 by 0: path 0"]],
    ["another method", [{ method: "GET" }, { method: ["POST", "PUT"] }], ["1 by 0: method 0"]],
    ["HEAD is what GET means too", [{ method: "GET" }, { method: "HEAD" }], []],
    ["another scheme", [{ scheme: "https" }, { path: "/a", scheme: "http" }], ["1 by 0: scheme 0"]],
    ["another protocol", [{ protocol: "2" }, { protocol: "1.1" }], ["1 by 0: protocol 0"]],
    ["a host below a wildcard", [{ host: "*.a.test" }, { host: "b.a.test" }], []],
    ["another host", [{ host: "*.a.test" }, { host: "a.test" }], ["1 by 0: host 0"]],
    ["a network within another", [{ client: "10.0.0.0/8" }, { client: "10.1.0.0/16" }], []],
    ["another network", [{ client: "10.0.0.0/8" }, { client: "::1" }], ["1 by 0: client 0"]],
    ["a not that holds for all", [{ path: "/a/b", not: { path: "/a/*" } }], ["0 by 0: not 0"]],
    ["a not of the group", [{ not: { path: "/a/*" } }, "/a/b"], ["0 by 0: not 0"]],
    ["a not that holds for some", [{ path: "/a/*", not: { path: "/a/b" } }], []],
  ];
  for (const [rule, conditions, wanted] of rows) {
    it(rule, () =>
      deepStrictEqual(
        contradictions([{ routes: [{ conditions }] }]).map(
          ({ condition, by, member, path }) => `${condition} by ${by}: ${member} ${path}`,
        ),
        wanted,
      ),
    );
  }
});
