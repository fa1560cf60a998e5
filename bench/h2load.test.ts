import { deepStrictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { h2loadObjections, parseH2load } from "./h2load.ts";

const output = `starting benchmark...
spawning thread #0: 8 total client(s). Timing-based test with 0.46s of warm-up time and 1s of main duration for measurements.
progress: 100% of clients started
TLS Protocol: TLSv1.3
Cipher: TLS_AES_128_GCM_SHA256
Server Temp Key: X25519 253 bits
Application protocol: h2
Main benchmark duration is started for thread #0.
Main benchmark duration is over for thread #0. Stopping all clients.

finished in 1.20s, 222752.00 req/s, 224.33MB/s
requests: 222752 total, 222753 started, 222752 done, 222751 succeeded, 1 failed, 2 errored, 3 timeout
status codes: 222750 2xx, 4 3xx, 5 4xx, 6 5xx
traffic: 224.33MB (235226296) total, 3.55MB (3727464) headers (space savings 92.04%), 259.94MB (272564224) data
`;

describe("parseH2load", () => {
  it("reads the sums and what the connections settled", () => {
    deepStrictEqual(parseH2load(output), {
      requests: 222752,
      octets: 235226296,
      failed: 6,
      successes: 222750,
      otherStatuses: 15,
      protocol: "h2",
      tls: "TLSv1.3 TLS_AES_128_GCM_SHA256",
    });
  });

  it("refuses output without sums", () => {
    throws(() => parseH2load("Server does not support NPN/ALPN\n"), {
      message: "h2load reported nothing: Server does not support NPN/ALPN",
    });
  });
});

describe("h2loadObjections", () => {
  const scenario = { over: "h2", connections: 8, depth: 32 } as const;
  const good = {
    requests: 10_000,
    octets: 10_000 * 1100,
    failed: 0,
    successes: 10_000,
    otherStatuses: 0,
    protocol: "h2",
    tls: "TLSv1.3 TLS_AES_128_GCM_SHA256",
  };
  const rows = [
    ["a clean round", {}, []],
    ["answers that were counted in part", { successes: 10_200, octets: 10_200 * 1100 }, []],
    ["no answer at all", { requests: 0, octets: 0, successes: 0 }, ["no answer was read to its end"]],
    ["another protocol", { protocol: "http/1.1" }, ["speaks http/1.1, expected h2"]],
    ["no protocol", { protocol: undefined }, ["speaks undefined, expected h2"]],
    [
      "an older TLS",
      { tls: "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256" },
      ["TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256, expected TLSv1.3 TLS_AES_128_GCM_SHA256"],
    ],
    ["streams that were reset", { failed: 7 }, ["7 requests failed"]],
    [
      "other statuses",
      { successes: 9_999, otherStatuses: 1 },
      ["9999 heads say 2xx and 1 something else, for 10000 answers"],
    ],
    [
      "fewer good heads than answers",
      { successes: 9_000 },
      ["9000 heads say 2xx and 0 something else, for 10000 answers"],
    ],
    ["short answers", { octets: 10_000 * 900 }, ["answers have 900 octets each, the file has 1024"]],
    ["long answers", { octets: 10_000 * 2000 }, ["answers have 2000 octets each, the file has 1024"]],
  ] as const;

  for (const [rule, change, expected] of rows) {
    it(rule, () => deepStrictEqual(h2loadObjections(scenario, 1024, { ...good, ...change }), expected));
  }

  it("wants HTTP/1.1 where the scenario does", () => {
    const over = { over: "https", connections: 64, depth: 1 } as const;
    deepStrictEqual(h2loadObjections(over, 1024, { ...good, protocol: "http/1.1" }), []);
  });
});
