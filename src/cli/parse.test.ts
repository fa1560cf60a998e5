import { deepStrictEqual, match } from "node:assert/strict";
import { describe, it } from "node:test";
import type { StaticIntent } from "./intent.ts";
import { type ParseContext, parse } from "./parse.ts";

const context: ParseContext = { version: "1.2.3", env: {}, terminal: true };

const plain: StaticIntent = {
  type: "static",
  directory: ".",
  listen: [],
  port: undefined,
  host: undefined,
  mayMove: true,
  single: false,
  listing: true,
  cleanUrls: false,
  followSymlinks: false,
  precompressed: true,
  cors: false,
  cache: undefined,
  log: undefined,
  quiet: false,
  https: undefined,
  open: false,
};

describe("sluice [dir]", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // command line                        environment                    differs from the plain one by
    ["",                                   {},                            {}],
    ["public",                             {},                            { directory: "public" }],
    ["-p 3000",                            {},                            { port: 3000, mayMove: false }],
    ["-p3000 public",                      {},                            { port: 3000, mayMove: false, directory: "public" }],
    ["--port=0",                           {},                            { port: 0, mayMove: false }],
    ["",                                   { PORT: "4000", HOST: "::1" }, { port: 4000, host: "::1", mayMove: false }],
    ["-p 3000 -a 127.0.0.1",               { PORT: "4000", HOST: "::1" }, { port: 3000, host: "127.0.0.1", mayMove: false }],
    ["",                                   { PORT: "", HOST: "" },        {}],
    ["--host= --address=",                 {},                            {}],
    ["--host localhost",                   {},                            { host: "localhost" }],
    ["-l 3000",                            {},                            { listen: ["3000"], mayMove: false }],
    ["-l tcp://[::1]:1 -l unix:/run/a",    {},                            { listen: ["tcp://[::1]:1", "unix:/run/a"], mayMove: false }],
    ["-l 3000",                            { PORT: "4000" },              { listen: ["3000"], port: 4000, mayMove: false }],
    ["--strict-port",                      {},                            { mayMove: false }],
    ["--no-port-switching",                {},                            { mayMove: false }],
    ["-s dist",                            {},                            { single: true, directory: "dist" }],
    ["--no-listing",                       {},                            { listing: false }],
    ["-C",                                {},                            { cors: true }],
    ["--clean-urls -S -u",                 {},                            { cleanUrls: true, followSymlinks: true, precompressed: false }],
    ["--cache 3600",                       {},                            { cache: 3600 }],
    ["--cache -1",                         {},                            { cache: -1 }],
    ["--log json",                         {},                            { log: "json" }],
    ["-q",                                 {},                            { quiet: true, log: "off" }],
    ["--silent --log common",              {},                            { quiet: true, log: "common" }],
    ["--https",                            {},                            { https: "local" }],
    ["--cert c.pem --key k.pem",           {},                            { https: { cert: "c.pem", key: "k.pem" } }],
    ["-o",                                 {},                            { open: true }],
    ["-o public",                          {},                            { open: true, directory: "public" }],
    ["./run",                              {},                            { directory: "./run" }],
  ] as const;
  for (const [line, env, difference] of rows) {
    it(`sluice ${line}${Object.keys(env).length > 0 ? ` ${JSON.stringify(env)}` : ""}`, () => {
      deepStrictEqual(parse(line.split(" ").filter(Boolean), { ...context, env }), {
        ...plain,
        ...difference,
      });
    });
  }

  it("never takes another port where nobody watches", () => {
    deepStrictEqual(parse([], { ...context, terminal: false }), { ...plain, mayMove: false });
  });
});

describe("sluice run and check", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["run",                { type: "run", file: undefined }],
    ["run -c a.ts",        { type: "run", file: "a.ts" }],
    ["-c a.ts run",        { type: "run", file: "a.ts" }],
    ["-c a.ts",            { type: "run", file: "a.ts" }],
    ["check",              { type: "check", file: undefined, site: false }],
    ["check --config a/b", { type: "check", file: "a/b", site: false }],
    ["check --site",       { type: "check", file: undefined, site: true }],
    ["-t",                 { type: "check", file: undefined, site: false }],
    ["-t -c a.ts",         { type: "check", file: "a.ts", site: false }],
  ] as const;
  for (const [line, intent] of rows) {
    it(`sluice ${line}`, () => deepStrictEqual(parse(line.split(" "), context), intent));
  }
});

describe("command lines that cannot be followed", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["--lisen 80",         {},              'unknown option --lisen, did you mean "--listen"?'],
    ["--frobnicate",       {},              "unknown option --frobnicate; sluice --help lists those there are"],
    ["-g",                 {},              "unknown option -g: files with a .br, .zst or .gz beside them are sent compressed already; leave it out"],
    ["-gd",                {},              "unknown option -gd: files with a .br, .zst or .gz beside them are sent compressed already; leave it out"],
    ["--ext=html",         {},              "unknown option --ext: --clean-urls answers /page with page.html"],
    ["-c-1",               {},              "option '-c, --config <file>' argument '-1' is invalid. It takes a config file; for http-server's -c -1 write --cache -1."],
    ["-p 65536",           {},              "option '-p, --port <port>' argument '65536' is invalid. It takes a number from 0 to 65535."],
    ["-p",                 {},              "option '-p, --port <port>' argument missing"],
    ["--cache soon",       {},              "option '--cache <seconds>' argument 'soon' is invalid. It takes whole seconds, or -1."],
    ["-l here",            {},              "option '-l, --listen <where>' argument 'here' is invalid. It takes a port from 0 to 65535, \"host:port\", \"tcp://host:port\", \"https://host:port\" or \"unix:/path\"."],
    ["-l 80 -p 81",        {},              "--listen says port and address itself: leave out --port, --address and --host"],
    ["",                   { PORT: "http" }, "PORT=http in the environment: a number from 0 to 65535 is needed"],
    ["--cert c.pem",       {},              "--cert and --key go together: one is missing"],
    ["a b",                {},              "too many arguments. Expected 1 argument but got 2."],
    ["check my.config.ts", {},              "too many arguments for 'check'. Expected 0 arguments but got 1. A config file is named with -c."],
    ["-p 80 run",          {},              "--port goes with a directory; here the config file says it"],
    ["-c a.ts -s",         {},              "--single goes with a directory; here the config file says it"],
    ["-c a.ts public",     {},              "either public or a.ts can be served: leave out one of them"],
    ["--single=false",     {},              "--single takes no value"],
    ["run --confg a",      {},              'unknown option --confg, did you mean "--config"?'],
    ["--log xml",          {},              "option '--log <format>' argument 'xml' is invalid. Allowed choices are dev, combined, common, json, off."],
  ] as const;
  for (const [line, env, message] of rows) {
    it(`sluice ${line}`, () => {
      deepStrictEqual(parse(line.split(" ").filter(Boolean), { ...context, env }), {
        type: "refuse",
        message,
      });
    });
  }
});

describe("what is only printed", () => {
  it("the version", () => deepStrictEqual(parse(["-V"], context), { type: "print", text: "1.2.3\n" }));
  it("the help", () => {
    const intent = parse(["--help"], context);
    match(intent.type === "print" ? intent.text : "", /^Usage: sluice \[dir\] \[options\]\n/);
  });
});
