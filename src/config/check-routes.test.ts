/** Wrong sites and routes over what is said of them. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import type { Child } from "../pipeline/index.ts";
import { placeProblems, shapeProblems } from "./check.ts";
import type { Kinds } from "./kinds.ts";
import { formatProblem } from "./problems.ts";
import type { Config } from "./types.ts";

const inner = (options: unknown): readonly Child[] => {
  const { choices } = options as { choices?: unknown };
  return Array.isArray(choices)
    ? choices.map((value: unknown, index) => ({ path: ["choices", index], role: "handler", value }))
    : [];
};

const kinds: Kinds = {
  handlers: [
    {
      kind: "answer",
      schema: z.strictObject({ status: z.int().optional() }),
      inspect: ({ status }: { status?: number }) =>
        status === 500 ? [{ path: ["status"], message: "no such status" }] : [],
    },
    { kind: "split", schema: z.strictObject({ choices: z.array(z.unknown()) }), children: inner },
  ],
  filters: [{ kind: "wrap", schema: z.strictObject({}) }],
};

const answer = (options: object = {}): unknown => ({ role: "handler", kind: "answer", options });
const split = (...choices: unknown[]): unknown => ({ role: "handler", kind: "split", options: { choices } });
const wrap = (options: object): unknown => ({ role: "filter", kind: "wrap", options });

const site = (...routes: unknown[]): unknown => ({ sites: [{ hosts: ["a.test"], routes }] });
const matching = (match: unknown): unknown => site({ match, handler: answer() });
const group = (more: object, ...routes: unknown[]): unknown => ({ ...more, routes });
const to = (match: unknown): unknown => ({ match, handler: answer() });

const problems = (config: unknown): string[] => shapeProblems(config, kinds).map(formatProblem);

describe("what a match may say", () => {
  const at = "sites[0].routes[0].match";
  const value = "a string or a regular expression or true or false or a list";
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["a path",                    "/a/:x/*",                                        []],
    ["an expression",             /^\/a/,                                           []],
    ["several",                   ["/a", /^\/b/],                                   []],
    ["every condition",           { path: ["/a", /b/], method: ["GET", "PURGE"], scheme: "http", host: "a.test",
                                    fields: { "X-A": [/a/, false] }, query: { "a b": true }, cookies: { sid: "1" },
                                    client: ["10.0.0.0/8", "::1"], protocol: "1.1", not: [{ method: "PUT" }, { scheme: "https" }] }, []],
    ["nothing",                   undefined,                                        [`${at}: missing: needs a path such as "/*", or conditions`]],
    ["a number",                  1,                                                [`${at}: 1: needs a string or a regular expression or a list or an object`]],
    ["an empty list",             [],                                               [`${at}: an empty list: needs 1 entry or more`]],
    ["a fault in a list",         ["/a", "b"],                                      [`${at}[1]: "b": needs a path that starts with "/", such as "/b"`]],
    ["no condition",              {},                                               [`${at}: an object: needs 1 entry or more`]],
    ["an unknown name",           { methods: "GET" },                               [`${at}.methods: unknown name, did you mean "method"?`]],
    ["a fault in a path",         { path: ["/a", "/b*"] },                          [`${at}.path[1]: "/b*": needs a "*" only as the whole last segment, such as "/api/*"`]],
    ["an expression that explodes", /^\/(a+)+$/,                                    [`${at}: /^\\/(a+)+$/: needs a+ in place of (a+)+, whose time doubles with each character it looks at`]],
    ["one among values",          { query: { v: ["1", /(?:\d*)*x/] } },              [`${at}.query.v[1]: /(?:\\d*)*x/: needs \\d* in place of (?:\\d*)*, whose time doubles with each character it looks at`]],
    ["a method in lower case",    { method: "get" },                                [`${at}.method: "get": needs a method, whose letters' case counts: "GET"`]],
    ["a method that is none",     { method: ["GET", "PO ST"] },                     [`${at}.method[1]: "PO ST": needs a method such as "GET", did you mean "POST"?`]],
    ["a scheme that is none",     { scheme: "htps" },                               [`${at}.scheme: "htps": needs one of "http", "https" or a list, did you mean "https"?`]],
    ["a host with its port",      { host: "a.test:80" },                            [`${at}.host: "a.test:80": needs a host without its port, such as "a.test"; ports belong to \`listen\``]],
    ["every host",                { host: "*" },                                    [`${at}.host: "*": needs a host of this site, such as "example.com"`]],
    ["another site's host",       { host: "b.test" },                               [`${at}.host: "b.test": needs a host of this site, which has "a.test"`]],
    ["a field name that is none", { fields: { "x y": true } },                      [`${at}.fields["x y"]: "x y": needs the name of a field`]],
    ["a value that is none",      { query: { v: 1 } },                              [`${at}.query.v: 1: needs ${value}`]],
    ["a list of no values",       { cookies: { v: [] } },                           [`${at}.cookies.v: an empty list: needs 1 entry or more`]],
    ["no names",                  { cookies: {} },                                  [`${at}.cookies: an object: needs 1 entry or more`]],
    ["a client that is none",     { client: "localhost" },                          [`${at}.client: "localhost": needs an address or network such as "127.0.0.1", "10.0.0.0/8" or "2001:db8::/32"`]],
    ["a protocol that is none",   { protocol: "h2" },                               [`${at}.protocol: "h2": needs one of "1.0", "1.1", "2", "3" or a list, did you mean "2"?`]],
    ["a fault within not",        { not: { method: "get" } },                       [`${at}.not.method: "get": needs a method, whose letters' case counts: "GET"`]],
    ["a fault deep within not",   { not: [{ not: { pth: "/" } }] },                 [`${at}.not[0].not.pth: unknown name, did you mean "path"?`]],
  ];
  for (const [rule, match, expected] of rows) {
    it(rule, () => deepStrictEqual(problems(matching(match)), expected));
  }
});

describe("what groups may say", () => {
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["a group",                          site(group({ match: "/a/*", filters: [wrap({})] }, to("/a/b"), group({}, to("/a/c")))), []],
    ["a group of nothing",               site(group({})),                                         ["sites[0].routes[0].routes: an empty list: needs 1 entry or more"]],
    ["a group with a handler",           site(group({ handler: answer() }, to("/"))),             ["sites[0].routes[0].routes: a list: needs no handler beside it: a group's routes have one each"]],
    ["an unknown name near to one",      site({ match: "/", rotues: [] }),
      ['sites[0].routes[0].rotues: unknown name, did you mean "routes"?',
       "sites[0].routes[0].handler: missing: needs a handler such as answer(), split()"]],
    ["a fault within a group",           site(group({}, group({}, to("a")))),                     ['sites[0].routes[0].routes[0].routes[0].match: "a": needs a path that starts with "/", such as "/a"']],
    ["a handler missing in a group",     site(group({}, { match: "/" })),                         ["sites[0].routes[0].routes[0].handler: missing: needs a handler such as answer(), split()"]],
    ["an option of a group's filter",    site(group({ filters: [wrap({ a: 1 })] }, to("/"))),     ["sites[0].routes[0].filters[0].a: unknown name"]],
    ["a filter of the site",             { sites: [{ hosts: ["*"], filters: [wrap({ a: 1 })], routes: [to("/")] }] }, ["sites[0].filters[0].a: unknown name"]],
    ["a filter that is a handler",       { sites: [{ hosts: ["*"], filters: [answer()], routes: [to("/")] }] },
      ["sites[0].filters[0]: answer() is a handler: needs a filter such as wrap(); handlers belong in `handler`"]],
    ["a handler within a handler",       site({ match: "/", handler: split(answer(), split(answer({ status: "1" }))) }), ['sites[0].routes[0].handler.choices[1].options.choices[0].options.status: "1": needs a number']],
    ["a filter where a handler belongs", site({ match: "/", handler: split(wrap({})) }),
      ["sites[0].routes[0].handler.choices[0]: wrap() is a filter: needs a handler such as answer(), split(); filters belong in `filters`"]],
  ];
  for (const [rule, config, expected] of rows) {
    it(rule, () => deepStrictEqual(problems(config), expected));
  }

  it("is asked of the world wherever it stands", () => {
    const config = {
      sites: [
        {
          hosts: ["*"],
          routes: [group({}, { match: "/", handler: split(answer({ status: 500 })) })],
        },
      ],
    } as unknown as Config;
    deepStrictEqual(placeProblems(config, "/", kinds).map(formatProblem), [
      "sites[0].routes[0].routes[0].handler.choices[0].options.status: no such status",
    ]);
  });
});

describe("routes that can never answer", () => {
  const dead = "can never answer";
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["a parameter before a literal",   site(to("/users/:id"), to("/users/me")),
      [`sites[0].routes[1].match: ${dead}: "/users/:id", written before it, matches all of it (sites[0].routes[0].match)`]],
    ["a wildcard before a parameter",  site(to("/a/*"), to({ path: "/a/:x", method: "GET" })),
      [`sites[0].routes[1].match.path: ${dead}: "/a/*", written before it, matches all of it (sites[0].routes[0].match)`]],
    ["one path of several",            site(to("/b"), to(["/a", "/b"])),
      [`sites[0].routes[1].match[1]: ${dead}: the same match stands before it (sites[0].routes[0].match)`]],
    ["one path of several conditions", site(to(/^\/b/), to({ path: ["/a", "/bc"] })),
      [`sites[0].routes[1].match.path[1]: ${dead}: /^\\/b/, written before it, matches all of it (sites[0].routes[0].match)`]],
    ["no path at all",                 site(to({ method: "GET" }), to({ method: "HEAD" })),
      [`sites[0].routes[1].match: ${dead}: a route, written before it, matches all of it (sites[0].routes[0].match)`]],
    ["after a group",                  site(group({ match: "/a/*" }, to("/*")), to("/a/b")),
      [`sites[0].routes[1].match: ${dead}: "/*", written before it, matches all of it (sites[0].routes[0].routes[0].match)`]],
    ["within a group",                 site(to("/a/*"), group({ match: "/a/b/*" }, to({ method: "GET" }))),
      [`sites[0].routes[1].match: ${dead}: "/a/*", written before it, matches all of it (sites[0].routes[0].match)`]],
    ["other conditions",               site(to({ path: "/a", method: "GET" }), to("/a")), []],
    ["a path outside its group",       site(group({ match: "/api/*" }, to("/users"), to("/api/users"))),
      [`sites[0].routes[0].routes[0].match: ${dead}: lies outside "/api/*" of the group around it, and paths are written in full (sites[0].routes[0].match)`]],
    ["one of several outside",         site(group({ match: { path: ["/a/*", "/b/*"] } }, to({ path: ["/a/x", "/c"] }))),
      [`sites[0].routes[0].routes[0].match.path[1]: ${dead}: lies outside the paths of the group around it, and paths are written in full (sites[0].routes[0].match)`]],
    ["another method than its group",  site(group({ match: { method: "GET" } }, to({ path: "/a", method: "POST" }))),
      [`sites[0].routes[0].routes[0].match.method: ${dead}: the group around it has another method (sites[0].routes[0].match.method)`]],
    ["a not that takes all of it",     site(to({ path: "/a/b", not: { path: "/a/*" } })),
      [`sites[0].routes[0].match.not: ${dead}: \`not\` holds for all that it asks for`]],
  ];
  for (const [rule, config, expected] of rows) {
    it(rule, () => deepStrictEqual(problems(config), expected));
  }
});
