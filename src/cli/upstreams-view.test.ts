import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { coloursFor } from "../observe/index.ts";
import type { StatusFacts } from "../server/index.ts";
import type { GroupStatus, MemberStatus } from "../upstream/index.ts";
import { statusView } from "./status.ts";
import { memberLine, upstreamsView } from "./upstreams-view.ts";

const plain = coloursFor(false);

const well: MemberStatus = {
  id: "http://10.0.0.1:3000",
  tier: 0,
  weight: 1,
  share: 1,
  active: 4,
  capacity: 256,
  state: "up",
  reason: "",
  since: undefined,
  until: undefined,
  requests: 12_345,
  failures: 0,
  retries: 0,
  connections: { open: 4, idle: 2 },
  latency: 2.14,
  lastFailure: undefined,
};
const ejected: MemberStatus = {
  ...well,
  id: "http://10.0.0.2:3000",
  active: 0,
  state: "ejected",
  reason: "5 failures in a row, last: connection refused; not asked for 10 s",
  since: 3_000,
  until: 7_000,
  requests: 3_210,
  failures: 5,
  lastFailure: { detail: "10.0.0.2:3000: connection refused\x1b[2J", ago: 3_100 },
};
const backup: MemberStatus = { ...well, id: "unix:/run/b.sock", tier: 1, requests: 0, latency: undefined };

function group(name: string, ...members: readonly MemberStatus[]): GroupStatus {
  return { name, waiting: 0, panics: false, members, unresolved: [] };
}

describe("the table of upstreams", () => {
  it("has a row for each, why it is out, and what failed last", () => {
    strictEqual(
      upstreamsView([group("app", well, ejected, backup), group("api", ejected)], plain),
      `app  2 of 3 take requests
  upstream              state    weight  active  requests  failures  latency
  http://10.0.0.1:3000  up            1       4    12,345         0   2.1 ms
  http://10.0.0.2:3000  ejected       1       0     3,210         5   2.1 ms
    5 failures in a row, last: connection refused; not asked for 10 s (for 3 s, 7 s to go)
    last failure 3 s ago: 10.0.0.2:3000: connection refused\\x1B[2J
  unix:/run/b.sock      up            1       4         0         0        -
    backup

api  none of 1 take requests
  upstream              state    weight  active  requests  failures  latency
  http://10.0.0.2:3000  ejected       1       0     3,210         5   2.1 ms
    5 failures in a row, last: connection refused; not asked for 10 s (for 3 s, 7 s to go)
    last failure 3 s ago: 10.0.0.2:3000: connection refused\\x1B[2J
`,
    );
  });

  it("says so where clients wait, health is ignored or a name does not resolve", () => {
    const troubled: GroupStatus = {
      ...group("app", ejected, well),
      waiting: 3,
      panics: true,
      unresolved: [{ name: "http://app.test:3000", detail: "app.test: there is no such name" }],
    };
    strictEqual(
      upstreamsView([troubled], plain),
      `app  1 of 2 is well, 3 wait for a turn
  too few are well: all are asked, whatever their health
  http://app.test:3000: app.test: there is no such name
  upstream              state    weight  active  requests  failures  latency
  http://10.0.0.2:3000  ejected       1       0     3,210         5   2.1 ms
    5 failures in a row, last: connection refused; not asked for 10 s (for 3 s, 7 s to go)
    last failure 3 s ago: 10.0.0.2:3000: connection refused\\x1B[2J
  http://10.0.0.1:3000  up            1       4    12,345         0   2.1 ms
`,
    );
  });

  it("says that nobody is left where every name stands for nobody", () => {
    const empty: GroupStatus = {
      ...group("app"),
      unresolved: [{ name: "http://app.test:3000", detail: "app.test: there is no such name" }],
    };
    strictEqual(
      upstreamsView([empty], plain),
      `app  nobody takes requests
  http://app.test:3000: app.test: there is no such name
  upstream  state  weight  active  requests  failures  latency
`,
    );
  });

  it("may be empty", () => strictEqual(upstreamsView([], plain), "This server has no upstreams.\n"));
});

describe("a member after it was changed", () => {
  it("is told in one line", () => {
    const drained: MemberStatus = { ...well, state: "draining", reason: "drained by hand" };
    strictEqual(
      [memberLine("app", drained), memberLine("app", { ...well, active: 0 })].join("\n"),
      `http://10.0.0.1:3000 of app: draining (drained by hand), weight 1, 4 under way
http://10.0.0.1:3000 of app: up, weight 1, nothing under way`,
    );
  });
});

describe("the status of a server", () => {
  it("is on one screen", () => {
    const status: StatusFacts = {
      version: "1.2.3",
      pid: 4711,
      since: 1_000,
      state: "draining",
      listeners: [
        { url: "http://localhost:8080", address: "::", port: 8080 },
        { url: "https://localhost:8443", address: "::", port: 8443 },
      ],
      connections: 12,
      sites: 2,
      streams: [{ url: "tcp://localhost:5432", group: "db", active: 3, total: 1_200 }],
      memory: 85_000_000,
    };
    strictEqual(
      statusView(status, [group("app", well, ejected)], 7_501_000, plain),
      `
  Sluice 1.2.3

  Process     4711, for 2 h 5 min, 85 MB  stopping: it finishes what is under way
  Listening   http://localhost:8080
              https://localhost:8443
  Sites       2
  Connections 12
  Streams     tcp://localhost:5432 to db: 3 open, 1,200 so far
  Upstreams   app: 1 of 2 takes requests

`,
    );
  });
});
