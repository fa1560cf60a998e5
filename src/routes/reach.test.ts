import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Match } from "./match.ts";
import { duplicateHosts, foreignHosts, unreachableRoutes } from "./reach.ts";

type Seen = readonly [route: number, by: number, because: string];

/** Each entry of `routes` is one route's conditions, or the only one. */
function unreachable(routes: readonly (readonly Match[])[]): Seen[] {
  const site = { routes: routes.map((conditions) => ({ conditions })) };
  return unreachableRoutes([site]).map(({ route, by, because }) => [route, by, because]);
}

describe("unreachable routes, by path", () => {
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, readonly Match[], readonly Seen[]])[] = [
    // rule                                     matches                         found
    ["all within reach",                        ["/a", "/a/*", "/*"],           []],
    ["after the route for everything",          ["/*", "/a/*"],                 [[1, 0, "covered"]]],
    ["the same twice",                          ["/a", "/b", "/a"],             [[2, 0, "duplicate"]]],
    ["the same prefix twice",                   ["/a/*", "/a/*"],               [[1, 0, "duplicate"]]],
    ["an exact path below a prefix",            ["/a/*", "/a/b"],               [[1, 0, "covered"]]],
    ["a prefix does not cover its bare name",   ["/a/*", "/a"],                 []],
    ["a prefix covers its directory",           ["/a/*", "/a/"],                [[1, 0, "covered"]]],
    ["an exact path covers only itself",        ["/a", "/a/b"],                 []],
    ["the same in another spelling",            ["/a,b", "/%61%2cb"],           [[1, 0, "duplicate"]]],
    ["by the earliest of several",              ["/a/*", "/a/b/*", "/a/b/c"],   [[1, 0, "covered"], [2, 0, "covered"]]],
    ["an encoded star is no wildcard",          ["/a/%2A", "/a/b"],             []],
    ["a parameter before a literal",            ["/users/:id", "/users/me"],    [[1, 0, "covered"]]],
    ["a literal before a parameter",            ["/users/me", "/users/:id"],    []],
    ["a parameter by another name",             ["/users/:id", "/users/:name"], [[1, 0, "duplicate"]]],
    ["a parameter below a prefix",              ["/a/*", "/a/:x"],              [[1, 0, "covered"]]],
    ["a parameter is not empty",                ["/a/:x", "/a/"],               []],
    ["a wildcard after parameters",             ["/:a/:b/*", "/x/:b/y"],        [[1, 0, "covered"]]],
    ["two ways that each cover half",           ["/a/:x", "/:x/b", "/a/b"],     [[2, 0, "covered"]]],
    ["the same expression",                     [/^\/a/, /^\/a/],               [[1, 0, "duplicate"]]],
    ["an expression that finds a literal",      [/^\/a/, "/ab", "/b"],          [[1, 0, "covered"]]],
    ["whether it finds more cannot be told",    [/^\/a/, "/a/*", /^\/ab/],      []],
    ["an expression after everything",          ["/*", /a/],                    [[1, 0, "covered"]]],
    ["no condition at all",                     [{ path: "/*" }, { scheme: "http" }], [[1, 0, "covered"]]],
  ];
  for (const [rule, matches, found] of rows) {
    it(rule, () => deepStrictEqual(unreachable(matches.map((match) => [match])), found));
  }

  it("tells which of several paths", () => {
    const site = {
      routes: ["/b", ["/a", "/b", "/a"], { path: ["/c", "/b"] }].map((match) => ({ conditions: [match] })),
    };
    deepStrictEqual(unreachableRoutes([site]), [
      { site: 0, route: 1, condition: 0, path: 1, by: 0, because: "duplicate" },
      { site: 0, route: 1, condition: 0, path: 2, by: 1, because: "duplicate" },
      { site: 0, route: 2, condition: 0, path: 1, by: 0, because: "duplicate" },
    ]);
  });
});

describe("unreachable routes, by conditions", () => {
  const duplicate: readonly Seen[] = [[1, 0, "duplicate"]];
  const covered: readonly Seen[] = [[1, 0, "covered"]];
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, Match, Match, readonly Seen[]])[] = [
    ["fewer conditions first",       "/a",                              { path: "/a", method: "GET" },                   covered],
    ["more conditions first",        { path: "/a", method: "GET" },     "/a",                                            []],
    ["other conditions",             { method: "GET" },                 { method: "POST" },                              []],
    ["the same conditions",          { method: ["GET", "POST"] },       { method: ["POST", "GET"] },                     duplicate],
    ["one method of several",        { method: ["GET", "POST"] },       { method: "POST" },                              covered],
    ["one method more",              { method: ["GET", "POST"] },       { method: ["POST", "PUT"] },                     []],
    ["HEAD after GET",               { method: "GET" },                 { method: "HEAD" },                              covered],
    ["scheme",                       { scheme: "http" },                { scheme: "http", path: "/a" },                  covered],
    ["protocol",                     { protocol: ["1.0", "1.1"] },      { protocol: "1.1" },                             covered],
    ["a name of a wildcard",         { host: "*.a.test" },              { host: "b.a.test" },                            covered],
    ["a wildcard after a name",      { host: "b.a.test" },              { host: "*.a.test" },                            []],
    ["a network within",             { client: "10.0.0.0/8" },          { client: ["10.1.0.0/16", "10.2.0.1"] },         covered],
    ["a network around",             { client: "10.1.0.0/16" },         { client: "10.0.0.0/8" },                        []],
    ["a field's name in any case",   { fields: { "X-A": "1" } },        { fields: { "x-a": "1" } },                      duplicate],
    ["a value after any value",      { fields: { x: true } },           { fields: { x: "1" } },                          covered],
    ["absence after any value",      { fields: { x: true } },           { fields: { x: false } },                        []],
    ["a value an expression finds",  { query: { v: /^\d+$/ } },         { query: { v: ["1", "22"] } },                   covered],
    ["a value it does not find",     { query: { v: /^\d+$/ } },         { query: { v: ["1", "a"] } },                    []],
    ["the same expression",          { query: { v: /a/i } },            { query: { v: /a/i } },                          duplicate],
    ["one name more",                { cookies: { a: true } },          { cookies: { a: true, b: "1" } },                covered],
    ["one name less",                { cookies: { a: true, b: "1" } },  { cookies: { a: true } },                        []],
    ["another name",                 { cookies: { a: true } },          { cookies: { b: true } },                        []],
    ["the same not",                 { not: { method: "GET" } },        { not: { method: "GET" } },                      duplicate],
    ["a wider not",                  { not: { method: "GET" } },        { not: { method: ["GET", "POST"] } },            covered],
    ["a narrower not",               { not: { method: ["GET", "POST"] } }, { not: { method: "GET" } },                   []],
    ["a not and nothing",            { not: { method: "GET" } },        { method: "POST" },                              []],
  ];
  for (const [rule, first, second, found] of rows) {
    it(rule, () => deepStrictEqual(unreachable([[first], [second]]), found));
  }
});

describe("unreachable routes, across groups", () => {
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, readonly (readonly Match[])[], readonly Seen[]])[] = [
    ["a group's route before one outside", [["/a/*", "/a/b"], ["/a/b"]],                              [[1, 0, "duplicate"]]],
    ["one outside before a group's",       [["/a/*"], ["/a/*", "/a/b"]],                              [[1, 0, "covered"]]],
    ["a group's condition narrows",        [[{ method: "GET" }, "/a"], ["/a"]],                       []],
    ["a group's condition is considered",  [[{ method: "GET" }, "/a"], [{ path: "/a", method: "GET" }]], [[1, 0, "duplicate"]]],
    ["a group without path",               [["/a"], [{ method: "GET" }, "/a"]],                       [[1, 0, "covered"]]],
    ["a path that its group narrows",      [["/a/*"], ["/a/*", "/*"]],                                [[1, 0, "duplicate"]]],
    ["an expression within a group",       [["/a/*"], ["/a/*", /x/]],                                 [[1, 0, "covered"]]],
  ];
  for (const [rule, routes, found] of rows) {
    it(rule, () => deepStrictEqual(unreachable(routes), found));
  }
});

describe("hosts", () => {
  it("claimed twice: names the second claim, compared as hosts are", () => {
    deepStrictEqual(
      duplicateHosts([{ hosts: ["a.test", "*"] }, { hosts: ["b.test", "A.test"] }, { hosts: ["b.test."] }]),
      [
        { site: 1, index: 1, host: "A.test", first: 0, firstIndex: 0 },
        { site: 2, index: 0, host: "b.test.", first: 1, firstIndex: 0 },
      ],
    );
  });

  it("that a match asks for and the site has not", () => {
    const match = { host: ["a.test", "*.a.test", "b.test"] };
    const hosts = (...own: string[]): string[] =>
      foreignHosts([{ hosts: own, routes: [{ conditions: ["/a", match] }] }]).map(({ host }) => host);
    deepStrictEqual(
      [hosts("*"), hosts("a.test"), hosts("x.a.test", "*.test")],
      [[], ["*.a.test", "b.test"], []],
    );
  });
});
