import { deepStrictEqual, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { member, uniform } from "../../../test/support/members.ts";
import type { Member } from "../contract.ts";
import { LatencyChoice, observeLatency } from "./latency.ts";
import { TwoChoices } from "./two-choices.ts";

describe("moving average of latency", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                               known  took  after     average
    ["the first answer counts whole",     0,     20,   0,        20],
    ["a slower one counts whole",         20,    300,  1,        300],
    ["a quicker one at once: not at all", 300,   20,   0,        300],
    ["after 10 s it counts 1 − 1/e",      300,   20,   10_000,   123.006],
    ["after a minute nearly all",         300,   20,   60_000,   20.694],
    ["time does not run backwards",       300,   20,   -60_000,  300],
  ] as const;
  for (const [rule, latency, took, after, average] of rows) {
    it(rule, () => {
      const one = member("a", { latency, latencyAt: 1000 });
      observeLatency(one, took, 1000 + after);
      deepStrictEqual(
        { ...one, latency: Math.round(one.latency * 1000) / 1000 },
        member("a", { latency: average, latencyAt: 1000 + after }),
      );
    });
  }
});

const now = 100_000;
type State = Pick<Member, "latency" | "active"> & Partial<Pick<Member, "latencyAt" | "share">>;

describe("of two members, by latency", () => {
  const fresh = { latencyAt: now };
  // biome-ignore format: a table is read by columns
  const rows: readonly (readonly [rule: string, preferred: State, other: State])[] = [
    ["the quicker",                            { ...fresh, latency: 10, active: 0 },   { ...fresh, latency: 20, active: 0 }],
    ["the idle one of equals",                 { ...fresh, latency: 10, active: 0 },   { ...fresh, latency: 10, active: 1 }],
    ["a slow one before a queue at a quick",   { ...fresh, latency: 20, active: 0 },   { ...fresh, latency: 10, active: 2 }],
    ["the one that bears more",                { ...fresh, latency: 10, active: 2, share: 4 }, { ...fresh, latency: 10, active: 2, share: 1 }],
    ["an idle one that is not known yet",      { latency: 0, active: 0 },              { ...fresh, latency: 1, active: 0 }],
    ["but not if it holds a request already",  { ...fresh, latency: 900, active: 30 }, { latency: 0, active: 1 }],
    ["one that was slow a minute ago",         { latency: 500, active: 0, latencyAt: now - 60_000 }, { ...fresh, latency: 5, active: 0 }],
    ["not if it has been silent that long",    { ...fresh, latency: 5, active: 0 },    { latency: 500, active: 1, latencyAt: now - 60_000 }],
  ];
  for (const [rule, preferred, other] of rows) {
    it(rule, () => {
      const members = [
        member("preferred", { share: 1, ...preferred }),
        member("other", { share: 1, ...other }),
      ];
      const policy = new LatencyChoice(uniform(3));
      policy.assign(members);
      const ids = Array.from({ length: 400 }, () => policy.pick({ key: undefined, tried: [] }, now)?.id);
      const often = ids.filter((id) => id === "preferred").length;
      const equal = (preferred.share ?? 1) === (other.share ?? 1);
      ok(equal ? often === 400 : often > 380, `${often} of 400`);
    });
  }
});

describe("of two members, by requests", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                               active   shares      part of the first
    ["the one with fewer",                [1, 2],  [1, 1],     [1, 1]],
    ["either of equals",                  [2, 2],  [1, 1],     [0.45, 0.55]],
    ["idle ones by share",                [0, 0],  [3, 1],     [0.7, 0.8]],
    ["per share",                         [5, 2],  [3, 1],     [0.95, 1]],
    ["a light one gets twice its share",  [9, 0],  [99, 1],    [0.96, 0.995]],
  ] as const;
  for (const [rule, active, shares, [from, to]] of rows) {
    it(rule, () => {
      const members = shares.map((share, i) => member(`${i}`, { share, active: active[i] as number }));
      const policy = new TwoChoices(uniform(4));
      policy.assign(members);
      const picked = Array.from({ length: 2000 }, () => policy.pick({ key: undefined, tried: [] }));
      const part = picked.filter((one) => one === members[0]).length / 2000;
      ok(part >= from && part <= to, `${part}`);
    });
  }
});
