import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { proxy } from "../handlers/index.ts";
import { parse } from "./parse.ts";
import { proxyConfig } from "./proxy.ts";
import type { ProxyIntent } from "./proxy-command.ts";
import type { ControlIntent } from "./upstreams-commands.ts";

const context = { version: "1.2.3", env: {}, terminal: false };
const asked = (line: string): unknown => parse(line.split(" "), context);

const plain: ProxyIntent = {
  type: "proxy",
  from: "8080",
  to: ["http://localhost:3000"],
  base: undefined,
  balance: undefined,
  host: undefined,
  health: undefined,
  log: undefined,
  quiet: false,
  https: undefined,
};

describe("sluice proxy", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // command line                                       differs from the plain one by
    ["proxy 8080 3000",                                   {}],
    ["proxy :8080 :3000",                                 { from: ":8080" }],
    ["proxy 8080 3000/v2",                                { base: "/v2" }],
    ["proxy 10.0.0.1:3000 3000",                          { from: "10.0.0.1:3000" }],
    ["proxy http://localhost:8080 localhost:3000",        { from: "tcp://localhost:8080" }],
    ["proxy https://localhost:8443 3000",                 { from: "https://localhost:8443" }],
    ["proxy 8080 app:3000 unix:/run/a.sock",              { to: ["http://app:3000", "unix:/run/a.sock"] }],
    ["proxy 8080 https://app.test h2c://b:1",             { to: ["https://app.test", "h2c://b:1"] }],
    ["proxy 8080 http://app.test/v2/",                    { to: ["http://app.test"], base: "/v2/" }],
    ["proxy 8080 3000 --balance latency --host upstream", { balance: "latency", host: "upstream" }],
    ["proxy 8080 3000 --health /up -q",                   { health: "/up", quiet: true, log: "off" }],
    ["proxy --log json --https 8080 3000",                { log: "json", https: "local" }],
    ["-q proxy 8080 3000",                                { quiet: true, log: "off" }],
    ["proxy 8080 3000 --cert c.pem --key k.pem",          { https: { cert: "c.pem", key: "k.pem" } }],
  ] as const;
  for (const [line, difference] of rows) {
    it(line, () => deepStrictEqual(asked(line), { ...plain, ...difference }));
  }

  // biome-ignore format: a table is read by columns
  const refused = [
    ["proxy 8080",                  "missing required argument 'to'"],
    ["proxy 8080 3000 --cert a",    "--cert and --key go together: one is missing"],
    ["proxy 8080 ws://a:1",         '"ws://a:1" is no upstream: http://, https://, h2c:// or unix:/path is needed'],
    ["proxy 8080 http://a/x http://b", "all servers need the same path after their address, or none"],
    ["proxy 8080 http://a?b=c",     '"http://a?b=c" holds a query or fragment: only a path may follow the server'],
    ["proxy 3000 3000",             "http://localhost:3000 is where it would listen itself: requests would go in circles"],
    ["proxy localhost:3000 127.0.0.1:3000", "http://127.0.0.1:3000 is where it would listen itself: requests would go in circles"],
    ["proxy unix:/a unix:/a",       "unix:/a is where it would listen itself: requests would go in circles"],
    ["proxy 8080 3000 -s",          "--single goes with a directory"],
    ["proxy 8080 3000 --blance x",  'unknown option --blance, did you mean "--balance"?'],
  ] as const;
  for (const [line, message] of refused) {
    it(line, () => deepStrictEqual(asked(line), { type: "refuse", message }));
  }

  it("stands for a configuration", () => {
    const intent: ProxyIntent = { ...plain, base: "/v2", health: "/up", balance: "random", https: "local" };
    deepStrictEqual(proxyConfig(intent, true), {
      listen: { port: 8080, tls: true },
      sites: [
        {
          hosts: ["*"],
          routes: [
            {
              match: "/*",
              handler: proxy({
                upstreams: plain.to,
                base: "/v2",
                balance: "random",
                health: { path: "/up" },
              }),
            },
          ],
        },
      ],
      log: "dev",
    });
  });
});

describe("asking a running server", () => {
  const here = { config: undefined, control: undefined };
  const change = { type: "member", server: here, member: "3000", group: undefined, wait: false } as const;
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [string, ControlIntent])[] = [
    ["status",                                    { type: "status", server: here, json: false }],
    ["status --json -c a.ts",                     { type: "status", server: { ...here, config: "a.ts" }, json: true }],
    ["-c a.ts upstreams",                         { type: "upstreams", server: { ...here, config: "a.ts" }, json: false }],
    ["upstreams --control a.sock",                { type: "upstreams", server: { ...here, control: "a.sock" }, json: false }],
    ["upstreams weight 3000 0.5",                 { ...change, order: { weight: 0.5 }, patience: undefined }],
    ["upstreams drain 3000 --wait --timeout 30s", { ...change, order: { drain: true }, wait: true, patience: 30_000 }],
    ["upstreams eject 3000",                      { ...change, order: { eject: true }, patience: undefined }],
    ["upstreams eject 3000 5m --group app",       { ...change, order: { eject: "5m" }, group: "app", patience: undefined }],
    ["upstreams -c a.ts restore 3000",            { ...change, server: { ...here, config: "a.ts" }, order: { restore: true }, patience: undefined }],
  ];
  for (const [line, intent] of rows) {
    it(line, () => deepStrictEqual(asked(line), intent));
  }

  // biome-ignore format: a table is read by columns
  const refused = [
    ["upstreams drian 3000",             'sluice upstreams has no drian, did you mean "drain"?'],
    ["upstreams drain",                  "missing required argument 'member'"],
    ["upstreams drain 3000 --timeout 3s", "--timeout goes with --wait"],
    ["upstreams eject 3000 5",           "command-argument value '5' is invalid for argument 'time'. It takes a duration such as \"30s\"."],
    ["-q status",                        "--quiet goes with a directory"],
  ] as const;
  for (const [line, message] of refused) {
    it(line, () => deepStrictEqual(asked(line), { type: "refuse", message }));
  }
});
