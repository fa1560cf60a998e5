import { deepStrictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { files, respond } from "../handlers/index.ts";
import { defaultHttp1Limits } from "../protocol/http1/index.ts";
import { defaultHttp2Limits } from "../protocol/http2/index.ts";
import { trustedPeers } from "../routes/index.ts";
import { type Config, checkConfig, normalize } from "./index.ts";

const handler = files({ root: "public" });
const sites = [{ hosts: ["*"], routes: [{ match: "/*", handler }] }];

const route = { at: ["sites", 0, "routes", 0], conditions: ["/*"], filters: [], handler };

/** What every listener has unless told. */
const plain = { tls: false, http2: true, proxyProtocol: false };

describe("the normal form of a configuration", () => {
  it("has every default", () => {
    deepStrictEqual(normalize({ sites }, "/base"), {
      base: "/base",
      listeners: [{ type: "tcp", host: undefined, port: 8080, ...plain }],
      sites: [{ hosts: ["*"], filters: [], routes: [route] }],
      tls: undefined,
      trustedProxies: { networks: [], unix: false },
      control: undefined,
      streams: [],
      limits: defaultHttp1Limits,
      http2: defaultHttp2Limits,
      timeouts: { writeStall: 60_000, linger: 2_000, drain: 10_000 },
      log: undefined,
    });
  });

  it("has hosts as they are compared", () => {
    const config: Config = {
      sites: [{ hosts: ["WWW.Example.com.", "[::1]"], routes: sites[0]?.routes ?? [] }],
    };
    deepStrictEqual(normalize(config, "/base").sites[0]?.hosts, ["www.example.com", "::1"]);
  });

  it("has what only HTTP/2 knows, and for HTTP/2 what holds for every version", () => {
    const { http2 } = normalize(
      {
        sites,
        limits: { content: "10MB", http2: { concurrentStreams: 8, streamWindow: "64KiB", floodTime: "1s" } },
        timeouts: { keepAlive: "1m", windowStall: "5s", goaway: "0s" },
      },
      "/base",
    );
    deepStrictEqual(http2, {
      ...defaultHttp2Limits,
      content: 10_000_000,
      concurrentStreams: 8,
      streamWindow: 65_536,
      floodTime: 1_000,
      keepAlive: 60_000,
      windowStall: 5_000,
      goawayTime: 0,
    });
  });

  it("has sizes in octets and durations in milliseconds, each under the name of its machine", () => {
    const { limits, timeouts } = normalize(
      {
        sites,
        limits: { content: "10MB", fieldCount: 5, fieldLine: 100 },
        timeouts: { fieldSection: "5s", keepAlive: "1m", drain: "0s", writeStall: "250ms" },
      },
      "/base",
    );
    deepStrictEqual(limits, {
      ...defaultHttp1Limits,
      content: 10_000_000,
      fieldCount: 5,
      fieldLine: 100,
      fieldSectionTime: 5_000,
      keepAlive: 60_000,
    });
    deepStrictEqual(timeouts, { writeStall: 250, linger: 2_000, drain: 0 });
  });

  const listens = [
    [0, [{ type: "tcp", host: undefined, port: 0, ...plain }]],
    ["[::]:80", [{ type: "tcp", host: undefined, port: 80, ...plain }]],
    [{ port: 80, host: "[::1]" }, [{ type: "tcp", host: "::1", port: 80, ...plain }]],
    ["https://a.test:443", [{ type: "tcp", host: "a.test", port: 443, ...plain, tls: true }]],
    [
      { port: 443, tls: true, http2: false, proxyProtocol: true },
      [{ type: "tcp", host: undefined, port: 443, tls: true, http2: false, proxyProtocol: true }],
    ],
    ["0.0.0.0:80", [{ type: "tcp", host: "0.0.0.0", port: 80, ...plain }]],
    [
      { path: "run/a.sock", mode: 0o660 },
      [{ type: "unix", path: "/base/run/a.sock", mode: 0o660, ...plain }],
    ],
    [
      [80, "unix:/b.sock"],
      [
        { type: "tcp", host: undefined, port: 80, ...plain },
        { type: "unix", path: "/b.sock", mode: undefined, ...plain },
      ],
    ],
  ] as const;
  for (const [listen, listeners] of listens) {
    it(`listens on ${JSON.stringify(listen)}`, () => {
      deepStrictEqual(
        normalize({ sites, listen, trustedProxies: ["private"] }, "/base").listeners,
        listeners,
      );
    });
  }

  const controls = [
    [false, false],
    ["run/control.sock", "/base/run/control.sock"],
    ["/run/control.sock", "/run/control.sock"],
  ] as const;
  for (const [control, normal] of controls) {
    it(`is controlled by ${JSON.stringify(control)}`, () =>
      deepStrictEqual(normalize({ sites, control }, "/base").control, normal));
  }

  it("has the peers that are trusted", () => {
    deepStrictEqual(
      normalize({ sites, trustedProxies: ["10.0.0.0/8", "unix"] }, "/base").trustedProxies,
      trustedPeers(["10.0.0.0/8", "unix"]),
    );
  });

  const logs = [
    [false, undefined],
    ["json", { format: "json", file: "stdout" }],
    [
      { format: "common", file: "stderr" },
      { format: "common", file: "stderr" },
    ],
    [
      { format: "combined", file: "log/a.log" },
      { format: "combined", file: "/base/log/a.log" },
    ],
  ] as const;
  for (const [log, normal] of logs) {
    it(`logs to ${JSON.stringify(log)}`, () =>
      deepStrictEqual(normalize({ sites, log }, "/base").log, normal));
  }

  it("is refused to what contradicts its schema or itself", () => {
    throws(
      () =>
        normalize(
          { sites: [{ hosts: ["*"], routes: [...(sites[0]?.routes ?? []), { match: "/a", handler }] }] },
          "/",
        ),
      {
        name: "ConfigError",
        message:
          'sites[0].routes[1].match: can never answer: "/*", written before it, matches all of it (sites[0].routes[0].match)',
      },
    );
  });

  it("knows the handlers there are", () => {
    const routes = [{ match: "/*", handler: respond({ status: 99 }) }];
    deepStrictEqual(
      checkConfig({ sites: [{ hosts: ["*"], routes }] }, "/").map(({ path }) => path),
      [["sites", 0, "routes", 0, "handler", "options", "status"]],
    );
  });
});
