import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Endpoint, HttpRequest } from "../message/index.ts";
import type { Match } from "./match.ts";
import { parametersOf } from "./parameters.ts";
import { compileSites, type Found, type NotFound, type Site, type SiteTable } from "./table.ts";

const client: Endpoint = { address: "10.1.2.3", port: 4711, family: "ipv4" };

function siteOf(hosts: string[], ...matches: readonly Match[]): Site<string> {
  return { hosts, routes: matches.map((match) => ({ conditions: [match], value: `${hosts[0]} ${match}` })) };
}

function find(table: SiteTable<string>, host: string, path: string): Found<string> | NotFound {
  return table.find(HttpRequest.make(path, { authority: host }), client);
}

describe("a site is chosen by host", () => {
  const table = compileSites([
    siteOf(["example.com", "WWW.Example.com"], "/*"),
    siteOf(["*.example.com"], "/*"),
    siteOf(["*.eu.example.com"], "/*"),
    siteOf(["a.eu.example.com", "[::1]"], "/*"),
  ]);
  const withOthers = compileSites([siteOf(["*"], "/*"), siteOf(["example.com"], "/*")]);
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                         host                    site
    ["the exact host",                              "example.com",          0],
    ["hosts are declared in any case",              "www.example.com",      0],
    ["a final dot is the same name",                "example.com.",         0],
    ["exact before wildcard",                       "a.eu.example.com",     3],
    ["a wildcard matches one label",                "b.example.com",        1],
    ["a wildcard matches several labels",           "c.b.example.com",      1],
    ["the longest wildcard wins",                   "b.eu.example.com",     2],
    ["a wildcard of a wildcard's own name",         "eu.example.com",       1],
    ["IPv6 without its brackets",                   "::1",                  3],
    ["a leading dot has no label for the star",     ".example.com",         "no-site"],
    ["a name that only ends alike",                 "badexample.com",       "no-site"],
    ["another host",                                "example.org",          "no-site"],
    ["no host",                                     "",                     "no-site"],
  ] as const;
  for (const [rule, host, expected] of rows) {
    it(rule, () => {
      const found = find(table, host, "/");
      strictEqual(typeof found === "string" ? found : found.site, expected);
    });
  }
  it("every other host goes to *, wherever it stands", () => {
    strictEqual((find(withOthers, "example.org", "/") as Found<string>).site, 0);
    strictEqual((find(withOthers, "", "/") as Found<string>).site, 0);
    strictEqual((find(withOthers, "example.com", "/") as Found<string>).site, 1);
  });
  it("of two sites that claim a host the first has it", () => {
    const both = compileSites([siteOf(["a.test"], "/*"), siteOf(["a.test"], "/*")]);
    strictEqual((find(both, "a.test", "/") as Found<string>).site, 0);
  });
});

describe("a route is chosen by path, in the order written", () => {
  const table = compileSites([
    siteOf(
      ["*"],
      "/a",
      "/a/b/*",
      "/a/*",
      "/a/c",
      "/deep/er/and/deeper/*",
      "/dir/",
      "/%C3%A9/*",
      "/@x%2Cy/*",
      "/s/%2A",
    ),
  ]);
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                     path                      route        rest
    ["exact",                                   "/a",                     0,           ""],
    ["a prefix matches its own directory",      "/a/",                    2,           ""],
    ["a prefix matches below",                  "/a/x/y",                 2,           "x/y"],
    ["the first that matches, not the longest", "/a/c",                   2,           "c"],
    ["a longer prefix written first",           "/a/b/c",                 1,           "c"],
    ["deep",                                    "/deep/er/and/deeper/x",  4,           "x"],
    ["an exact directory",                      "/dir/",                  5,           ""],
    ["percent-encoded as received",             "/%C3%A9/x",              6,           "x"],
    ["an empty segment is a segment",           "/a//",                   2,           "/"],
    ["hexadecimal digits in any case",          "/%c3%a9/%78",            6,           "%78"],
    ["unreserved characters encoded",           "/%61/%62/%63",           1,           "%63"],
    ["an exact path encoded",                   "/%61",                   0,           ""],
    ["a delimiter encoded or not",              "/%40x%2cy/z",            7,           "z"],
    ["an encoded star is no wildcard",          "/s/x",                   "no-route",  undefined],
    ["an encoded star is a star",               "/s/*",                   8,           ""],
    ["an encoded slash separates nothing",      "/a%2Fb",                 "no-route",  undefined],
    ["an encoded percent sign stays",           "/%2561",                 "no-route",  undefined],
    ["below an exact path",                     "/dir/x",                 "no-route",  undefined],
    ["part of a segment",                       "/ab",                    "no-route",  undefined],
    ["part of a prefix",                        "/deep/er/and/",          "no-route",  undefined],
    ["asterisk-form",                           "*",                      "no-route",  undefined],
    ["a dot segment",                           "/a/../c",                "dot-segment", undefined],
    ["a dot segment encoded",                   "/a/%2e%2E/c",            "dot-segment", undefined],
  ] as const;
  for (const [rule, path, route, rest] of rows) {
    it(rule, () => {
      const request = requestFor(path);
      const found = table.find(request, client);
      deepStrictEqual(
        typeof found === "string" ? [found, undefined] : [found.route, parametersOf(found, request)["*"]],
        [route, rest],
      );
    });
  }

  it("answers the same object every time", () => {
    strictEqual(find(table, "x", "/a/1"), find(table, "y", "/a/2"));
  });

  it("answers CONNECT, whose target has no path, as it does /", () => {
    const some = compileSites([siteOf(["*"], "/a", { method: "CONNECT" }, "/")]);
    const target = { form: "authority", authority: "a.test:1" } as const;
    const connect = HttpRequest.make("/", { method: "CONNECT" }).with({ target });
    const found = some.find(connect, client) as Found<string>;
    deepStrictEqual([found.route, parametersOf(found, connect)], [1, { "*": "" }]);
  });
});

/** `*` is of asterisk-form. */
function requestFor(path: string): HttpRequest {
  const request = HttpRequest.make(path);
  return path === "*" ? request.with({ target: { form: "asterisk" } }) : request;
}

describe("a route is chosen by path and parameters", () => {
  const table = compileSites([
    siteOf(
      ["*"],
      "/users/me",
      "/users/:id",
      "/users/:id/posts/:post",
      "/users/:id/*",
      ["/old/:id", /^\/(?<lang>en|de)\/(?<page>[a-z]+)(?<rest>-x)?$/],
      "/:any",
      "/%3Alit/b",
      { path: "/only/:get", method: "GET" },
      "/only/:other",
    ),
  ]);
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                             path                    route        parameters
    ["a literal written first",         "/users/me",            0,           { "*": "" }],
    ["a parameter",                     "/users/7",             1,           { "*": "", id: "7" }],
    ["two parameters",                  "/users/7/posts/a",     2,           { "*": "", id: "7", post: "a" }],
    ["a parameter and a wildcard",      "/users/7/posts/a/b",   3,           { "*": "posts/a/b", id: "7" }],
    ["a wildcard's own directory",      "/users/7/",            3,           { "*": "", id: "7" }],
    ["no empty segment",                "/users/",              "no-route",  undefined],
    ["another spelling of a literal",   "/%75sers/m%65",        0,           { "*": "" }],
    ["of a parameter",                  "/users/%61%2f%c3%a9",  1,           { "*": "", id: "a%2F%C3%A9" }],
    ["a parameter before a wildcard",   "/users/%61/%62",       3,           { "*": "%62", id: "a" }],
    ["the first of a list",             "/old/1",               4,           { "*": "", id: "1" }],
    ["an expression",                   "/en/about",            4,           { "*": "", lang: "en", page: "about" }],
    ["an expression, spelled apart",    "/%65n/%61bout",        4,           { "*": "", lang: "en", page: "about" }],
    ["one segment",                     "/xyz",                 5,           { "*": "", any: "xyz" }],
    ["no second segment",               "/xyz/",                "no-route",  undefined],
    ["a colon that is none",            "/:lit/b",              6,           { "*": "" }],
    ["what a test lets through",        "/only/a",              7,           { "*": "", get: "a" }],
  ] as const;
  for (const [rule, path, route, parameters] of rows) {
    it(rule, () => {
      const request = HttpRequest.make(path);
      const found = table.find(request, client);
      deepStrictEqual(
        typeof found === "string" ? [found, undefined] : [found.route, parametersOf(found, request)],
        [route, parameters],
      );
    });
  }
  it("what a test holds back goes on to the next", () => {
    const found = table.find(HttpRequest.make("/only/a", { method: "POST" }), client) as Found<string>;
    deepStrictEqual(
      [found.route, parametersOf(found, HttpRequest.make("/only/a"))],
      [8, { "*": "", other: "a" }],
    );
  });
});

describe("a route within groups", () => {
  const value = "";
  const table = compileSites([
    {
      hosts: ["*"],
      routes: [
        { conditions: ["/admin/*", { method: "POST" }], value },
        { conditions: ["/admin/*", "/admin/users"], value },
        { conditions: ["/:tenant/*", /\.(?<kind>png)$/], value },
        { conditions: ["/:tenant/*", "/*"], value },
        {
          conditions: [
            ["/a", "/b"],
            ["/b", "/c"],
          ],
          value,
        },
        { conditions: [], value },
      ],
    },
  ]);
  // biome-ignore format: a table is read by columns
  const rows = [
    ["the group's path and the route's method",   "POST", "/admin/x",     0, { "*": "x" }],
    ["both paths",                                "GET",  "/admin/users", 1, { "*": "" }],
    ["an expression below the group's path",      "GET",  "/t/a.png",     2, { "*": "a.png", tenant: "t", kind: "png" }],
    ["the inner wildcard counts",                 "GET",  "/t/a",         3, { "*": "t/a", tenant: "t" }],
    ["what two lists have in common",             "GET",  "/b",           4, { "*": "" }],
    ["what one list has is not enough",           "GET",  "/c",           5, { "*": "" }],
    ["nor what the other has",                    "GET",  "/a",           5, { "*": "" }],
  ] as const;
  for (const [rule, method, path, route, parameters] of rows) {
    it(rule, () => {
      const request = HttpRequest.make(path, { method });
      const found = table.find(request, client) as Found<string>;
      deepStrictEqual([found.route, parametersOf(found, request)], [route, parameters]);
    });
  }
});
