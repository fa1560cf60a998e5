import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { expressionFault, matchesPath, parsePattern, patternCovers, patternFault } from "./patterns.ts";

describe("what is wrong with a match", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["/",          undefined],
    ["/*",         undefined],
    ["/a/*",       undefined],
    ["/a/%C3%A9",  undefined],
    ["api/*",      'a path that starts with "/", such as "/api/*"'],
    ["*",          'a path that starts with "/", such as "/*"'],
    ["/a*",        'a "*" only as the whole last segment, such as "/api/*"'],
    ["/*/b",       'a "*" only as the whole last segment, such as "/api/*"'],
    ["/a?b",       "a path without query or fragment"],
    ["/é/*",       'a path as requests carry it, percent-encoded: "/%C3%A9/*"'],
    ["/users/:id",   undefined],
    ["/:a/x/:b/*",   undefined],
    ["/a:b/@:c",     undefined],
    ["/%3Aa",        undefined],
    ["/:",           'a parameter such as "/:id", or "%3A" for a colon that begins a segment'],
    ["/:a.json",     'a parameter such as "/:id", or "%3A" for a colon that begins a segment'],
    ["/:id/a/:id",   'each parameter once, here ":id" stands twice'],
    ["/a/../b",      'a path without "." and ".." as segments: a request with one is answered 400'],
    ["/a/%2e",       'a path without "." and ".." as segments: a request with one is answered 400'],
    ["/a b",       'a path as requests carry it, percent-encoded: "/a%20b"'],
  ] as const;
  for (const [match, fault] of rows) {
    it(match, () => strictEqual(patternFault(match), fault));
  }
});

describe("expressions whose time doubles with each character", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    [/^(a+)+$/,             "a+ in place of (a+)+"],
    [/(?:\w*)*x/,           "\\w* in place of (?:\\w*)*"],
    [/(?<n>[^\]/]+?)*x/,    "[^\\]/]+? in place of (?<n>[^\\]/]+?)*"],
    [/(a+){2,}x/,           "a+ in place of (a+){2,}"],
    [/(\.\w+)*/,            undefined],
    [/(a+)?b/,              undefined],
    [/(a+){2}/,             undefined],
    [/(ab+)+/,              undefined],
  ] as const;
  for (const [expression, start] of rows) {
    it(String(expression), () => strictEqual(expressionFault(expression)?.replace(/, whose.*/, ""), start));
  }
});

describe("paths that a pattern means", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // pattern          matches                              does not
    ["/",               ["/"],                               ["", "//", "/a", "*"]],
    ["/a/",             ["/a/"],                             ["/a", "/a//", "/a/b"]],
    ["/a/*",            ["/a/", "/a/b", "/a//", "/a/b/c"],   ["/a", "/ab/c", "/b/a/"]],
    ["/*",              ["/", "/a", "//", "/a/b"],           ["", "*"]],
    ["/users/:id",      ["/users/7", "/users/:id"],          ["/users/", "/users", "/users/7/", "/users/7/a"]],
    ["/:a/x/*",         ["/1/x/", "/1/x/2/3"],               ["/1/x", "//x/", "/1/y/"]],
    [/^\/v\d+\//g,      ["/v1/", "/v1/", "/v22/a"],          ["/v/", "/a/v1/"]],
    [/b/y,              ["/b", "/a/b"],                      ["/a"]],
  ] as const;
  for (const [match, good, bad] of rows) {
    it(String(match), () => {
      const pattern = parsePattern(match);
      deepStrictEqual(
        [...good, ...bad].filter((path) => matchesPath(pattern, path)),
        good,
      );
    });
  }
});

describe("patterns that cover others", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // outer        covers                                       does not
    ["/a",          ["/a", "/%61"],                              ["/:x", "/a/", "/*", /^\/a$/]],
    ["/a/*",        ["/a/", "/a/b", "/a/:x", "/a/*", "/a/b/*"],  ["/a", "/*", "/:x/b", /^\/a\/b$/]],
    ["/*",          ["/", "/a", "/:x/*", "/*", /a/],             []],
    ["/:x",         ["/a", "/:y"],                               ["/", "/a/", "/a/*", "/*"]],
    ["/:x/*",       ["/a/", "/a/:y", "/:y/*"],                   ["//a", "/a", "/*"]],
    [/^\/a/,        ["/a", "/ab/c", /^\/a/g],                    ["/b", "/a/*", "/a/:x", /^\/a/i]],
  ] as const;
  for (const [outer, covered, others] of rows) {
    it(String(outer), () => {
      const wide = parsePattern(outer);
      const found = [...covered, ...others].filter((inner) => patternCovers(wide, parsePattern(inner)));
      deepStrictEqual(found, covered);
    });
  }
});
