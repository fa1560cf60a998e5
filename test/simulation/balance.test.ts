/**
 * A thousand upstreams and a million requests for each policy: how evenly the load spreads, and what moves
 * when upstreams come and go. The figures are shown beside each test.
 */
import { ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Member, makePolicy, type PolicyChoice } from "../../src/balance/index.ts";
import { member, start, uniform } from "../support/members.ts";
import { type Outcome, type Scenario, simulate } from "./queueing.ts";

const hash: PolicyChoice = { hash: "path" };

function upstreams(shareOf: (place: number) => number = () => 1): Member[] {
  return Array.from({ length: 1000 }, (_, i) =>
    member(`http://10.0.${i >> 8}.${i & 255}:3000`, { share: shareOf(i) }),
  );
}

/** One of 200,000 paths, each as often as the others. */
function path(request: number): string {
  return `/item/${(Math.imul(request, 0x9e3779b1) >>> 0) % 200_000}`;
}

function run(choice: PolicyChoice, members: readonly Member[], more: Partial<Scenario> = {}): Outcome {
  return simulate({
    choice,
    members,
    requests: 1_000_000,
    seed: 7,
    load: 10,
    service: () => 20,
    key: path,
    ...more,
  });
}

/** Requests for each unit of share, at the members that are asked for. */
function perShare({ counts }: Outcome, members: readonly Member[], which: (one: Member) => boolean): number {
  let [requests, shares] = [0, 0];
  for (const [i, one] of members.entries()) {
    if (which(one)) {
      requests += counts[i] as number;
      shares += one.share;
    }
  }
  return requests / shares;
}

const round = (value: number): string => value.toFixed(3);

function isWithin(value: number, [from, to]: readonly [number, number], what: string): void {
  ok(value >= from && value <= to, `${what} is ${value}, ${from} to ${to} is allowed`);
}

describe("1,000 upstreams, a million requests, 10 under way at each, service times exponential", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // policy           requests each      most under way / mean
    ["round-robin",     [1, 1],            [1.5, 2]],
    ["least-requests",  [0.85, 1.15],      [1, 1.12]],
    ["two-choices",     [0.9, 1.1],        [1.2, 1.4]],
    ["latency",         [0.55, 1.4],       [1.2, 1.8]],
    ["random",          [0.88, 1.12],      [2, 2.4]],
    [hash,              [0.75, 1.25],      [1.2, 1.305]],
  ] as const;
  for (const [choice, each, most] of rows) {
    it(JSON.stringify(choice), (t) => {
      const members = upstreams();
      const outcome = run(choice, members);
      const [from, to] = [Math.min(...outcome.counts) / 1000, Math.max(...outcome.counts) / 1000];
      t.diagnostic(
        `requests each ${round(from)} to ${round(to)} of the mean; most under way ${round(outcome.peak)} of the mean; ${Math.round(outcome.nanosPerPick)} ns a request, the simulation among them`,
      );
      isWithin(from, each, "the least that one got");
      isWithin(to, each, "the most that one got");
      isWithin(outcome.peak, most, "the most under way");
      strictEqual(outcome.overBound, 0);
    });
  }
});

describe("weights 1, 2 and 4", () => {
  const weights = [1, 2, 4] as const;
  // biome-ignore format: a table is read by columns
  const rows = [
    // policy           per weight         most under way per weight / mean
    ["round-robin",     [0.97, 1.03],    [1.5, 2]],
    ["least-requests",  [0.97, 1.03],      [1, 1.12]],
    ["two-choices",     [0.97, 1.03],      [1.1, 1.4]],
    ["latency",         [0.8, 1.25],       [1.2, 2.3]],
    ["random",          [0.97, 1.03],      [1.8, 2.4]],
    [hash,              [0.9, 1.1],        [1.2, 1.4]],
  ] as const;
  for (const [choice, each, most] of rows) {
    it(JSON.stringify(choice), (t) => {
      const members = upstreams((place) => weights[place % 3] as number);
      const outcome = run(choice, members, { requests: 100_000 });
      const parts = weights.map((weight) => perShare(outcome, members, ({ share }) => share === weight));
      const multiples = parts.map((part) => part / perShare(outcome, members, () => true));
      t.diagnostic(
        `requests per weight, of the mean: ${multiples.map(round).join(", ")}; most under way ${round(outcome.peak)}`,
      );
      for (const [i, multiple] of multiples.entries()) {
        isWithin(multiple, each, `what each of weight ${weights[i]} got`);
      }
      isWithin(outcome.peak, most, "the most under way");
      strictEqual(outcome.overBound, 0);
    });
  }
});

describe("every other upstream takes five times as long", () => {
  const service = (place: number): number => (place % 2 === 0 ? 10 : 50);
  // biome-ignore format: a table is read by columns
  const rows = [
    // policy           mean time to an answer, ms
    ["round-robin",     [29, 31]],
    ["random",          [29, 31]],
    ["two-choices",     [18, 24]],
    ["least-requests",  [16, 20]],
    // A quarter of all pairs drawn is slow: 0.25 × 50 + 0.75 × 10 is the best that two choices can do.
    ["latency",         [19.5, 22]],
  ] as const;
  for (const [choice, response] of rows) {
    it(JSON.stringify(choice), (t) => {
      const outcome = run(choice, upstreams(), { requests: 100_000, service });
      t.diagnostic(`${round(outcome.response)} ms`);
      isWithin(outcome.response, response, "the mean time");
    });
  }
});

describe("keys that move when one of 1,000 comes or goes", () => {
  const keys = Array.from({ length: 100_000 }, (_, i) => `/page/${i}`);

  function placed(members: readonly Member[], load: number): (Member | undefined)[] {
    const policy = makePolicy(hash, uniform(1))();
    policy.assign(members);
    const chosen = keys.slice(0, load * 1000).map((key) => {
      const one = policy.pick({ key, tried: [] }, 0) as Member;
      start(policy, one);
      return one;
    });
    const owners = load === 0 ? keys.map((key) => policy.pick({ key, tried: [] }, 0)) : chosen;
    for (const one of members) {
      one.active = 0;
    }
    return owners;
  }

  // biome-ignore format: a table is read by columns
  const rows = [
    // under way at each   keys beyond those of the one that goes, %
    [0,                    0],
    [10,                   1],
    [50,                   0.5],
  ] as const;
  for (const [load, most] of rows) {
    it(`${load} under way at each`, (t) => {
      const members = upstreams();
      const before = placed(members, load);
      const leaving = members.filter((_, i) => i % 250 === 117);
      let [own, others] = [0, 0];
      for (const gone of leaving) {
        const after = placed(
          members.filter((one) => one !== gone),
          load,
        );
        own += before.filter((one) => one === gone).length;
        others += before.filter((one, i) => one !== gone && one !== after[i]).length;
      }
      const all = before.length * leaving.length;
      t.diagnostic(`${round((100 * own) / all)} % were its own, ${round((100 * others) / all)} % others`);
      isWithin((100 * others) / all, [0, most], "percent of other keys");
    });
  }
});
