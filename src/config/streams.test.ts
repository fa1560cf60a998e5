import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { checkConfig, normalize, type StreamConfig, type StreamListenConfig } from "./index.ts";
import { formatProblem } from "./problems.ts";

const db = { listen: 5432, upstreams: "tcp://10.0.0.1:5432" } as const;

/** What `normalize` makes of streams that stand alone. */
function normal(stream: StreamConfig): ReturnType<typeof normalize>["streams"][number] | undefined {
  return normalize({ sites: [], streams: [stream], trustedProxies: ["private", "unix"] }, "/base").streams[0];
}

describe("where a stream listens", () => {
  const tcp = { type: "tcp", host: undefined, port: 5432, tls: undefined, proxyProtocol: false };
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [StreamListenConfig, object])[] = [
    [5432,                                             tcp],
    ["127.0.0.1:5432",                                 { ...tcp, host: "127.0.0.1" }],
    ["tcp://[::1]:5432",                               { ...tcp, host: "::1" }],
    [{ port: 5432, tls: false, proxyProtocol: true },  { ...tcp, proxyProtocol: true }],
    ["unix:run/db.sock",                               { type: "unix", path: "/base/run/db.sock", mode: undefined, tls: undefined, proxyProtocol: false }],
    [{ path: "/db.sock", mode: 0o600, proxyProtocol: true }, { type: "unix", path: "/db.sock", mode: 0o600, tls: undefined, proxyProtocol: true }],
  ];
  for (const [listen, listener] of rows) {
    it(JSON.stringify(listen), () => deepStrictEqual(normal({ ...db, listen })?.listener, listener));
  }

  it("for datagrams", () => {
    const dns = { upstreams: "udp://10.0.0.1:53" } as const;
    deepStrictEqual(
      [
        normal({ ...dns, listen: "udp://127.0.0.1:53" })?.listener,
        normal({ ...dns, listen: { port: 53, protocol: "udp" } })?.listener,
      ],
      [
        { type: "udp", host: "127.0.0.1", port: 53 },
        { type: "udp", host: undefined, port: 53 },
      ],
    );
  });

  it("with TLS: its own certificates, those of the configuration, or the local CA's", () => {
    const certificates = { cert: "a.pem", key: "a.key" };
    const tls = { certificates: { cert: "b.pem", key: "b.key" } };
    const identities = (listen: StreamListenConfig, config: object): unknown => {
      const [stream] = normalize({ sites: [], streams: [{ ...db, listen }], ...config }, "/base").streams;
      return stream?.listener.type === "tcp" ? stream.listener.tls?.sites[0]?.identities : undefined;
    };
    const files = (name: string): object[] => [
      { type: "files", cert: `/base/${name}.pem`, key: `/base/${name}.key`, passphrase: undefined },
    ];
    deepStrictEqual(
      [
        identities({ port: 1, tls: { certificates } }, { tls }),
        identities("tls://localhost:1", { tls }),
        identities({ port: 1, tls: true }, {}),
      ],
      [files("a"), files("b"), [{ type: "local", names: ["localhost", "127.0.0.1", "::1"] }]],
    );
  });
});

describe("the normal form of a stream", () => {
  it("has every default", () => {
    deepStrictEqual(normal(db), {
      listener: { type: "tcp", host: undefined, port: 5432, tls: undefined, proxyProtocol: false },
      upstream: {
        upstreams: "tcp://10.0.0.1:5432",
        health: false,
        timeouts: {},
        connections: { most: 10_000, queue: 1_024 },
      },
      idle: 600_000,
      connections: 10_000,
      replies: undefined,
    });
  });

  it("has what was written, as groups of upstreams and as streams know it", () => {
    deepStrictEqual(
      normal({
        listen: "udp://:53",
        upstreams: ["udp://10.0.0.1:53", { url: "udp://10.0.0.2:53", tier: 1 }],
        name: "dns",
        balance: { hash: "client" },
        health: { interval: "1s" },
        retries: 0,
        timeouts: { connect: "1s", idle: "5s" },
        connections: { most: 5 },
        limits: { connections: 7 },
        replies: 1,
      }),
      {
        listener: { type: "udp", host: undefined, port: 53 },
        upstream: {
          upstreams: ["udp://10.0.0.1:53", { url: "udp://10.0.0.2:53", tier: 1 }],
          name: "dns",
          balance: { hash: "client" },
          health: { interval: "1s", tcp: true },
          retries: false,
          timeouts: { connect: "1s" },
          connections: { most: 5, queue: 1_024 },
        },
        idle: 5_000,
        connections: 7,
        replies: 1,
      },
    );
  });

  it("needs no listener for requests where there is no site", () => {
    deepStrictEqual(normalize({ sites: [], streams: [db] }, "/base").listeners, []);
  });
});

describe("what is wrong with streams", () => {
  const forms =
    'a port from 0 to 65535, "host:port", "tcp://host:port", "tls://host:port", "udp://host:port" or "unix:/path"';
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                               streams, and what stands beside them                                              problems
    ["no place",                          [{ upstreams: db.upstreams }],                                          {},     ["streams[0].listen: missing: needs a number or a string or an object"]],
    ["a line that is none",               [{ ...db, listen: "https://a:1" }],                                     {},     [`streams[0].listen: "https://a:1": needs ${forms}`]],
    ["an upstream for requests",          [{ ...db, upstreams: "http://a:1" }],                                   {},     ['streams[0].upstreams: "http://a:1" is no upstream: tcp://, tls://, udp:// or unix:/path is needed']],
    ["a connection passed on in datagrams", [{ ...db, upstreams: "udp://a:1" }],                                  {},     ['streams[0].upstreams: "udp://a:1": needs tcp://, tls:// or unix:']],
    ["datagrams passed on in connections", [{ listen: "udp://:1", upstreams: ["udp://a:1", { url: "tcp://a:1" }] }], {},  ['streams[0].upstreams[1].url: "tcp://a:1": needs udp://, as is listened for']],
    ["TLS over datagrams",                [{ listen: { port: 1, protocol: "udp", tls: true }, upstreams: "udp://a:1" }], {}, ["streams[0].listen.tls: true: needs TCP: TLS over datagrams (DTLS) is not spoken here"]],
    ["probes that are load",              [{ ...db, health: { interval: "1ms" } }],                               {},     ['streams[0].health.interval: "1ms": needs 100ms to 1d']],
    ["TLS for upstreams without it",      [{ ...db, tls: { verify: false } }],                                    {},     ["streams[0].tls: an object: no upstream has TLS: https:// (in streams tls://) is needed"]],
    ["permissions in decimal",            [{ ...db, listen: { path: "/x", mode: 600 } }],                         {},     ["streams[0].listen.mode: 600: needs an octal number of 0o777 or less, such as 0o660"]],
    ["a control socket with a scheme",    [db],                                                                   { control: "unix:/x" }, ['control: "unix:/x": needs a path without anything in front, such as "/run/app/control.sock"']],
    ["a control socket that is a directory", [db],                                                                { control: "/" }, ["control: / is a directory: a path for a socket is needed"]],
    ["a count of replies on connections", [{ ...db, replies: 1 }],                                                {},     ["streams[0].replies: 1: needs datagrams: `listen` has to be udp"]],
    ["a PROXY header in datagrams",       [{ listen: "udp://:1", upstreams: "udp://a:1", proxyProtocol: 2 }],     {},     ["streams[0].proxyProtocol: 2: needs TCP"]],
    ["what only proxies have",            [{ ...db, sticky: true }],                                              {},     ["streams[0].sticky: unknown name; allowed: listen, upstreams, name, balance, health, ejection, breaker, panic, slowStart, retries, timeouts, connections, limits, tls, proxyProtocol, replies"]],
    ["a hash of what connections lack",   [{ ...db, balance: { hash: "path" } }],                                 {},     ['streams[0].balance.hash: "path": needs "client"']],
    ["a port twice",                      [db, { ...db, listen: "127.0.0.1:5432" }],                              {},     ["streams[1].listen: port 5432 is taken (streams[0].listen)"]],
    ["a port of both kinds",              [db, { listen: "udp://:5432", upstreams: "udp://a:1" }],                {},     []],
    ["headers that nobody may send",      [{ ...db, listen: { port: 1, proxyProtocol: true } }],                  {},     ['streams[0].listen.proxyProtocol: true: nobody is trusted to send a header: `trustedProxies` needs the proxy\'s address, such as ["10.0.0.2"], or "private"']],
    ["certificates that are not there",   [{ ...db, listen: { port: 1, tls: { certificates: { cert: "no.pem", key: "no.key" } } } }], {}, ["streams[0].listen.tls.certificates.cert: /nowhere/no.pem does not exist", "streams[0].listen.tls.certificates.key: /nowhere/no.key does not exist"]],
    ["certificates that streams use",     [{ ...db, listen: "tls://localhost:1" }],                               { tls: { minVersion: "1.3" } }, []],
    ["certificates that nobody uses",     [db],                                                                   { tls: { minVersion: "1.3" } }, ["tls: no listener has TLS: `listen` needs one such as { port: 443, tls: true }"]],
    ["a listener without sites",          [db],                                                                   { listen: 80 }, ["listen: 80: nothing would answer there: `sites` has no entry"]],
    ["neither sites nor streams",         undefined,                                                              {},     ["sites: an empty list: needs 1 entry or more"]],
  ] as const;
  for (const [rule, streams, beside, problems] of rows) {
    it(rule, () => {
      const config = { sites: [], ...(streams === undefined ? {} : { streams }), ...beside };
      deepStrictEqual(checkConfig(config as never, "/nowhere").map(formatProblem), problems);
    });
  }
});
