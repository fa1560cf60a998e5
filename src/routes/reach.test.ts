import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { duplicateHosts, unreachableRoutes } from "./reach.ts";

describe("unreachable routes", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                    matches                       found
    ["all within reach",                       ["/a", "/a/*", "/*"],         []],
    ["after the route for everything",         ["/*", "/a/*"],               [[1, 0, "covered"]]],
    ["the same twice",                         ["/a", "/b", "/a"],           [[2, 0, "duplicate"]]],
    ["the same prefix twice",                  ["/a/*", "/a/*"],             [[1, 0, "duplicate"]]],
    ["an exact path below a prefix",           ["/a/*", "/a/b"],             [[1, 0, "covered"]]],
    ["a prefix does not cover its bare name",  ["/a/*", "/a"],               []],
    ["a prefix covers its directory",          ["/a/*", "/a/"],              [[1, 0, "covered"]]],
    ["an exact path covers only itself",       ["/a", "/a/b"],               []],
    ["the same in another spelling",           ["/a,b", "/%61%2cb"],         [[1, 0, "covered"]]],
    ["by the earliest of several",             ["/a/*", "/a/b/*", "/a/b/c"], [[1, 0, "covered"], [2, 0, "covered"]]],
    ["an encoded star is no wildcard",         ["/a/%2A", "/a/b"],           []],
  ] as const;
  for (const [rule, matches, found] of rows) {
    it(rule, () => {
      const seen = unreachableRoutes([{ routes: matches.map((match) => ({ match })) }]);
      deepStrictEqual(
        seen.map(({ route, by, because }) => [route, by, because]),
        found,
      );
    });
  }
});

describe("duplicate hosts", () => {
  it("names the second claim, compared as hosts are", () => {
    deepStrictEqual(
      duplicateHosts([{ hosts: ["a.test", "*"] }, { hosts: ["b.test", "A.test"] }, { hosts: ["b.test."] }]),
      [
        { site: 1, index: 1, host: "A.test", first: 0 },
        { site: 2, index: 0, host: "b.test.", first: 1 },
      ],
    );
  });
});
