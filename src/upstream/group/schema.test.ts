import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { z } from "zod";
import { streamOptionsShape, upstreamOptionsShape } from "./schema.ts";

const http = z.strictObject(upstreamOptionsShape);
const streams = z.strictObject(streamOptionsShape);

/** Each complaint as path and message; those within a union are those of the member that fits best. */
function complaints(schema: z.ZodType, value: unknown): string[] {
  const result = schema.safeParse(value);
  return result.success ? [] : result.error.issues.flatMap((issue) => linesOf(issue, []));
}

function linesOf(issue: z.core.$ZodIssue, above: readonly PropertyKey[]): string[] {
  const path = [...above, ...issue.path];
  if (issue.code !== "invalid_union") {
    return [`${path.join(".")}: ${issue.message}`];
  }
  const deepest = issue.errors
    .map((issues) => issues.flatMap((inner) => linesOf(inner, path)))
    .filter((lines) => !lines.some((line) => line.includes("Invalid input: expected")));
  return deepest[0] ?? [`${path.join(".")}: ${issue.message}`];
}

describe("the options of upstreams", () => {
  const good: readonly (readonly [what: string, options: Record<string, unknown>])[] = [
    ["one", { upstreams: "http://app" }],
    ["several", { upstreams: ["http://app", { url: "unix:/run/a", weight: 0, tier: 1, connections: 5 }] }],
    ["service records", { upstreams: [{ url: "http://_http._tcp.app", srv: true }] }],
    ["nothing but off", off()],
    [
      "everything",
      {
        upstreams: "http://app",
        name: "app",
        balance: { hash: { cookie: "id" }, bound: 2 },
        health: { path: "/healthz", interval: "1s", timeout: "500ms", status: [200, "300-399"], body: "ok" },
        ejection: {
          failures: false,
          rate: 0.1,
          rateOf: 5,
          window: "1m",
          latency: 3,
          time: "1s",
          longest: "1m",
        },
        breaker: { failures: 3, slow: "2s", trials: 1, successes: 3 },
        failureStatuses: [500],
        panic: 0.3,
        slowStart: "30s",
        retries: { attempts: 0, budget: 1, statuses: [503] },
        hedge: { after: "200ms", share: 0.1 },
        timeouts: { connect: "1s", response: "1m", progress: "1m", total: "5m", queue: "1s" },
        connections: { most: 1, idle: 0, keepAlive: "0s", queue: 0 },
        tls: { ca: ["ca.pem"], cert: "a.pem", key: "a.key", serverName: "app", verify: false },
        http2: false,
        proxyProtocol: 2,
      },
    ],
  ];
  for (const [what, options] of good) {
    it(`are fine with ${what}`, () => deepStrictEqual(complaints(http, options), []));
  }

  const bad: readonly (readonly [change: Record<string, unknown>, complaint: string])[] = [
    [{ upstreams: [] }, "upstreams: needs an upstream"],
    [
      { upstreams: [{ url: "http://a", weight: 0 }] },
      "upstreams: a list of weights that are all 0: nobody would get a request",
    ],
    [
      { upstreams: [{ url: "unix:/a", each: true }] },
      'upstreams.0.url: "unix:/a" is one upstream and no name of several: leave each out',
    ],
    [
      { upstreams: [{ url: "http://[::1]", srv: true }] },
      'upstreams.0.url: "http://[::1]" is an address, which has no service records: leave srv out',
    ],
    [{ tls: { serverName: "a b" } }, 'tls.serverName: needs a name such as "app.example.com"'],
    [
      { upstreams: ["ftp://x"] },
      'upstreams.0: "ftp://x" is no upstream: http://, https://, h2c:// or unix:/path is needed',
    ],
    [
      { upstreams: [{ url: "ftp://x" }] },
      'upstreams.0.url: "ftp://x" is no upstream: http://, https://, h2c:// or unix:/path is needed',
    ],
    [
      { upstreams: ["http://a", "http://A:80/"] },
      "upstreams.1: http://a is upstreams[0] already: a weight gives it more requests",
    ],
    [
      { upstreams: [{ url: "http://a", srv: true, each: true }] },
      "upstreams.0.each: service records name every upstream already: leave each out",
    ],
    [
      { slowStart: "soon" },
      'slowStart: "soon" is no duration: write a number and ms, s, m, h, d, such as "30s"',
    ],
    [{ timeouts: { connect: "0s" } }, "timeouts.connect: needs more than nothing"],
    [
      { tls: { cert: "a.pem" } },
      "tls.key: a certificate and its key go together: needs both cert and key, or none",
    ],
    [
      { health: { tcp: true, path: "/" } },
      "health.path: a probe with tcp only connects: it asks nothing, so there is nothing to expect",
    ],
    [{ health: { status: "2xx" } }, 'health.status: "2xx" is no status: write 200 or "200-399"'],
    [{ health: { interval: "1ms" } }, "health.interval: needs 100ms to 1d"],
    [{ health: { method: "HEAD", body: "ok" } }, "health.body: a response to HEAD has no content"],
    [{ ejection: { time: "10m" } }, "ejection.longest: the longest must be as long as the first or longer"],
    [{ retries: { statuses: [200] } }, "retries.statuses.0: needs a status from 400 to 599"],
    [{ name: "my app" }, "name: needs 1 to 100 printable characters without blanks"],
  ];
  for (const [change, complaint] of bad) {
    it(`are told: ${complaint}`, () =>
      deepStrictEqual(complaints(http, { upstreams: "http://a", ...change }), [complaint]));
  }

  it("of streams name their own forms", () => {
    deepStrictEqual(
      complaints(streams, { upstreams: ["tcp://db:5432", "udp://dns:53", "unix:/run/db"] }),
      [],
    );
    deepStrictEqual(complaints(streams, { upstreams: ["http://db"] }), [
      'upstreams.0: "http://db" is no upstream: tcp://, tls://, udp:// or unix:/path is needed',
    ]);
  });
});

function off(): Record<string, unknown> {
  const no = false;
  return {
    ...{ upstreams: "http://app", health: no, ejection: no, breaker: no, retries: no, hedge: no },
    ...{ timeouts: { total: no }, proxyProtocol: no },
  };
}
