import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { compileSites, type Found, restOf, type Site } from "./table.ts";

function siteOf(hosts: string[], ...matches: string[]): Site<string> {
  return { hosts, routes: matches.map((match) => ({ match, value: `${hosts[0]} ${match}` })) };
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
      const found = table.find(host, "/");
      strictEqual(typeof found === "string" ? found : found.site, expected);
    });
  }
  it("every other host goes to *, wherever it stands", () => {
    strictEqual((withOthers.find("example.org", "/") as Found<string>).site, 0);
    strictEqual((withOthers.find("", "/") as Found<string>).site, 0);
    strictEqual((withOthers.find("example.com", "/") as Found<string>).site, 1);
  });
  it("of two sites that claim a host the first has it", () => {
    const both = compileSites([siteOf(["a.test"], "/*"), siteOf(["a.test"], "/*")]);
    strictEqual((both.find("a.test", "/") as Found<string>).site, 0);
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
    ["authority-form",                          "",                       "no-route",  undefined],
  ] as const;
  for (const [rule, path, route, rest] of rows) {
    it(rule, () => {
      const found = table.find("x", path);
      deepStrictEqual(typeof found === "string" ? [found, undefined] : [found.route, restOf(found, path)], [
        route,
        rest,
      ]);
    });
  }

  it("answers the same object every time", () => {
    strictEqual(table.find("x", "/a/1"), table.find("y", "/a/2"));
  });

  it("finds what trying each route in turn finds", () => {
    const segment = fc.constantFrom("a", "b", "", "Ab", "%41");
    const path = fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
    const match = fc.tuple(path, fc.boolean()).map(([at, star]) => (star ? `${at === "/" ? "" : at}/*` : at));
    fc.assert(
      fc.property(fc.array(match, { maxLength: 12 }), path, (matches, wanted) => {
        const plain = (one: string): string => one.replaceAll("%41", "A");
        const answers = (one: string): boolean =>
          one.endsWith("/*")
            ? plain(wanted).startsWith(plain(one.slice(0, -1)))
            : plain(one) === plain(wanted);
        const first = matches.findIndex(answers);
        const found = compileSites([siteOf(["*"], ...matches)]).find("x", wanted);
        strictEqual(typeof found === "string" ? -1 : found.route, first);
      }),
    );
  });
});
