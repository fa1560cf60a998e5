import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { placeProblems, shapeProblems } from "./check.ts";
import type { Kinds } from "./kinds.ts";
import { formatProblem } from "./problems.ts";
import type { Config } from "./types.ts";

/** Kinds made for this test: what is checked here is that every kind's schema is asked. */
const kinds: Kinds = {
  handlers: [
    {
      kind: "files",
      schema: z.strictObject({
        root: z.string(),
        mode: z.enum(["auto", "always"]).optional(),
        errors: z.record(z.string().regex(/^4\d\d$/, "an error status is needed"), z.string()).optional(),
        rule: z.union([z.string(), z.array(z.strictObject({ match: z.string() }))]).optional(),
      }),
      inspect: (options: { root: string }, base) =>
        options.root === "missing" ? [{ path: ["root"], message: `no such directory: ${base}/missing` }] : [],
    },
    { kind: "respond", schema: z.strictObject({ status: z.int().min(200).max(599) }) },
  ],
  filters: [{ kind: "fields", schema: z.strictObject({ set: z.record(z.string(), z.string()) }) }],
};

const files = (options: object): unknown => ({ role: "handler", kind: "files", options });
const fields = (options: object): unknown => ({ role: "filter", kind: "fields", options });
const good = files({ root: "." });
const site = (...routes: unknown[]): unknown => ({ sites: [{ hosts: ["*"], routes }] });
const all = (handler: unknown): unknown => site({ match: "/*", handler });

describe("what a configuration may say", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                   configuration                                    problems
    ["the least there can be",                all(good),                                       []],
    ["no object",                             [],                                              ["an empty list: needs an object"]],
    ["nothing in it",                         {},                                              ["sites: missing: needs a list"]],
    ["an unknown name near to one",           { ...(all(good) as object), limit: {} },         ['limit: unknown name, did you mean "limits"?']],
    ["an unknown name",                       { ...(all(good) as object), colour: 1 },         ["colour: unknown name; allowed: listen, sites, tls, trustedProxies, control, streams, log, limits, timeouts"]],
    ["sites that are no list",                { sites: {} },                                   ["sites: an object: needs a list"]],
    ["no site",                               { sites: [] },                                   ["sites: an empty list: needs 1 entry or more"]],
    ["a host with its port",                  { sites: [{ hosts: ["a.test:80"], routes: [{ match: "/*", handler: good }] }] },
      ['sites[0].hosts[0]: "a.test:80": needs a host without its port, such as "a.test"; ports belong to `listen`']],
    ["a pattern we do not have",              site({ match: "/a*", handler: good }),
      ['sites[0].routes[0].match: "/a*": needs a "*" only as the whole last segment, such as "/api/*"']],
    ["a route without handler",               site({ match: "/*" }),
      ["sites[0].routes[0].handler: missing: needs a handler such as files(), respond()"]],
    ["a handler function not called",         all(function files() { return 0; }),
      ["sites[0].routes[0].handler: a function: needs a handler such as files(), respond(): call it"]],
    ["a filter as handler",                   all(fields({ set: {} })),
      ["sites[0].routes[0].handler: fields() is a filter: needs a handler such as files(), respond(); filters belong in `filters`"]],
    ["a handler as filter",                   site({ match: "/*", filters: [good], handler: good }),
      ["sites[0].routes[0].filters[0]: files() is a handler: needs a filter such as fields(); handlers belong in `handler`"]],
    ["an unknown kind",                       all({ role: "handler", kind: "file", options: {} }),
      ['sites[0].routes[0].handler.kind: "file": needs a handler such as files(), respond(), did you mean "files"?']],
    ["an option missing",                     all(files({})),                                  ["sites[0].routes[0].handler.root: missing: needs a string"]],
    ["an option of another type",             all(files({ root: 42 })),                        ["sites[0].routes[0].handler.root: 42: needs a string"]],
    ["an unknown option",                     all(files({ root: ".", rooot: 1 })),             ['sites[0].routes[0].handler.rooot: unknown name, did you mean "root"?']],
    ["two unknown options",                   all(files({ root: ".", a: 1, mod: 2 })),
      ["sites[0].routes[0].handler.a: unknown name; allowed: root, mode, errors, rule",
       'sites[0].routes[0].handler.mod: unknown name, did you mean "mode"?']],
    ["a choice we do not have",               all(files({ root: ".", mode: "allways" })),
      ['sites[0].routes[0].handler.mode: "allways": needs one of "auto", "always", did you mean "always"?']],
    ["a name with a message of its own",      all(files({ root: ".", errors: { 200: "x" } })), ['sites[0].routes[0].handler.errors["200"]: "200": an error status is needed']],
    ["a fault within one branch of two",      all(files({ root: ".", rule: [{ match: 1 }] })), ["sites[0].routes[0].handler.rule[0].match: 1: needs a string"]],
    ["neither branch",                        all(files({ root: ".", rule: 1 })),              ["sites[0].routes[0].handler.rule: 1: needs a string or a list"]],
    ["a number too small",                    all({ role: "handler", kind: "respond", options: { status: 99 } }),
      ["sites[0].routes[0].handler.status: 99: needs 200 or more"]],
    ["a number with a fraction",              all({ role: "handler", kind: "respond", options: { status: 200.5 } }),
      ["sites[0].routes[0].handler.status: 200.5: needs a whole number"]],
    ["an option of a filter",                 site({ match: "/*", filters: [fields({})], handler: good }),
      ["sites[0].routes[0].filters[0].set: missing: needs an object"]],
    ["a duration without unit",               { ...(all(good) as object), timeouts: { keepAlive: "75" } },
      ['timeouts.keepAlive: "75" is no duration: write a number and ms, s, m, h, d, such as "30s"']],
    ["a duration as number",                  { ...(all(good) as object), timeouts: { keepAlive: 75 } }, ['timeouts.keepAlive: 75: needs a duration such as "30s"']],
    ["a timeout of nothing",                  { ...(all(good) as object), timeouts: { keepAlive: "0s" } }, ['timeouts.keepAlive: "0s": needs more than nothing']],
    ["a timeout beyond timers",               { ...(all(good) as object), timeouts: { drain: "25d" } }, ['timeouts.drain: "25d" is longer than 24 days']],
    ["no wait at the end",                    { ...(all(good) as object), timeouts: { drain: "0s", linger: "0ms" } }, []],
    ["a size without a unit we know",         { ...(all(good) as object), limits: { content: "1XB" } },
      ['limits.content: "1XB" is no size: write a number and B, KB, MB, GB, KiB, MiB, GiB, such as "64KiB"']],
    ["a limit of nothing",                    { ...(all(good) as object), limits: { fieldLine: 0 } }, ["limits.fieldLine: 0: needs more than nothing"]],
    ["no content at all",                     { ...(all(good) as object), limits: { content: 0 } }, []],
    ["every form of listen",                  { ...(all(good) as object), listen: [8080, "localhost:81", { port: 82 }, { path: "x", mode: 0o660 }] }, []],
    ["a port out of range",                   { ...(all(good) as object), listen: [{ port: 70_000 }] }, ["listen[0].port: 70000: needs 65535 or less"]],
    ["a port as text",                        { ...(all(good) as object), listen: { port: "80" } }, ['listen.port: "80": needs a number']],
    ["a line that is no address",             { ...(all(good) as object), listen: ["localhost"] },
      ['listen[0]: "localhost": needs a port from 0 to 65535, "host:port", "tcp://host:port", "https://host:port" or "unix:/path"']],
    ["a log format we do not have",           { ...(all(good) as object), log: "jsn" },
      ['log: "jsn": needs false or one of "dev", "combined", "common", "json" or an object, did you mean "json"?']],
    ["two problems in two places",            site({ match: "a", handler: good }, { match: "/*" }),
      ['sites[0].routes[0].match: "a": needs a path that starts with "/", such as "/a"',
       "sites[0].routes[1].handler: missing: needs a handler such as files(), respond()"]],
    ["a route that can never answer",         site({ match: "/*", handler: good }, { match: "/a", handler: good }),
      ['sites[0].routes[1].match: can never answer: "/*", written before it, matches all of it (sites[0].routes[0].match)']],
    ["a route written twice",                 site({ match: "/a", handler: good }, { match: "/a", handler: good }),
      ["sites[0].routes[1].match: can never answer: the same match stands before it (sites[0].routes[0].match)"]],
    ["a host claimed twice",                  { sites: [{ hosts: ["a.test"], routes: [{ match: "/*", handler: good }] }, { hosts: ["*", "A.test"], routes: [{ match: "/*", handler: good }] }] },
      ['sites[1].hosts[1]: "A.test" is claimed twice (sites[0].hosts[0])']],
    ["a port of one among all addresses",     { ...(all(good) as object), listen: ["0.0.0.0:80", "127.0.0.1:80", "[::1]:80"] }, ["listen[1]: port 80 is taken by listen[0]"]],
    ["a port twice",                          { ...(all(good) as object), listen: [{ port: 80, host: "127.0.0.1" }, 80] }, ["listen[1]: port 80 is taken by listen[0]"]],
    ["a proxy by its name",                   { ...(all(good) as object), trustedProxies: ["lb.test"] },
      ['trustedProxies[0]: "lb.test": needs an address or network such as "127.0.0.1", "10.0.0.0/8" or "2001:db8::/32", "private" or "unix"']],
    ["bits beyond a network's length",        { ...(all(good) as object), trustedProxies: ["unix", "10.1.0.0/8"] },
      ['trustedProxies[1]: "10.1.0.0/8": needs a network without bits beyond its length: "10.0.0.0/8"']],
    ["one proxy as text",                     { ...(all(good) as object), trustedProxies: "private" }, ['trustedProxies: "private": needs a list']],
    ["PROXY headers of nobody",               { ...(all(good) as object), trustedProxies: ["unix"], listen: [80, { port: 81, proxyProtocol: true }] },
      ['listen[1].proxyProtocol: true: nobody is trusted to send a header: `trustedProxies` needs the proxy\'s address, such as ["10.0.0.2"], or "private"']],
    ["PROXY headers on an untrusted socket",  { ...(all(good) as object), trustedProxies: ["private"], listen: { path: "a.sock", proxyProtocol: true } },
      ['listen.proxyProtocol: true: whoever opens the socket has to be trusted for its header: `trustedProxies` needs "unix"']],
    ["PROXY headers of trusted proxies",      { ...(all(good) as object), trustedProxies: ["private", "unix"], listen: [{ port: 0, proxyProtocol: true }, { path: "a.sock", proxyProtocol: true }] }, []],
    ["a control socket switched on",          { ...(all(good) as object), control: true },     ["control: true: needs false or a string"]],
    ["a port on two addresses",               { ...(all(good) as object), listen: ["127.0.0.1:80", "[::1]:80", 0, 0] }, []],
  ] as const;
  for (const [rule, config, problems] of rows) {
    it(rule, () => deepStrictEqual(shapeProblems(config, kinds).map(formatProblem), problems));
  }
});

describe("what a configuration asks of the world", () => {
  it("asks every kind, for the length of socket paths and for the log's directory", () => {
    const config = {
      sites: [{ hosts: ["*"], routes: [{ match: "/*", handler: files({ root: "missing" }) }] }],
      listen: [0, "unix:web.sock", `unix:${"x".repeat(200)}`],
      log: { format: "json", file: "none/access.log" },
    } as unknown as Config;
    deepStrictEqual(placeProblems(config, "/nowhere", kinds).map(formatProblem), [
      "sites[0].routes[0].handler.root: no such directory: /nowhere/missing",
      `listen[2]: /nowhere/${"x".repeat(200)} has 209 octets: a socket's path may have ${process.platform === "linux" ? 107 : 103}`,
      'log.file: "none/access.log": directory /nowhere/none does not exist',
    ]);
  });

  it("the control socket's path is short enough and its own", () => {
    const listen = [0, "unix:run/web.sock"];
    const found = (control: string): string[] =>
      placeProblems({ sites: [], listen, control } as unknown as Config, "/base", kinds).map(formatProblem);
    deepStrictEqual(
      [found("run/web.sock"), found(`/${"x".repeat(110)}`), found("run/control.sock")],
      [
        ["control: /base/run/web.sock is taken by a listener (listen[1])"],
        [
          `control: /${"x".repeat(110)} has 111 octets: a socket's path may have ${process.platform === "linux" ? 107 : 103}`,
        ],
        [],
      ],
    );
  });

  it("a log is no directory", () => {
    const config = { sites: [], log: { format: "json", file: "." } } as unknown as Config;
    deepStrictEqual(placeProblems(config, import.meta.dirname, kinds).map(formatProblem), [
      'log.file: "." is a directory: a file is needed',
    ]);
  });
});
