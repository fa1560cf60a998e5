import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { RetryBudget } from "./retry-budget.ts";

/** How many retries are allowed at once. */
function burst(budget: RetryBudget, now: number): number {
  let retries = 0;
  while (budget.allows(now) && retries < 100_000) {
    retries += 1;
  }
  return retries;
}

describe("retry budget", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                         share  minimum  requests  then after  retries at once
    ["ten seconds of the minimum to begin with",    0.2,   3,       0,        0,          30],
    ["a share of the requests on top",              0.2,   3,       100,      0,          50],
    ["what requests brought fades in ten seconds",  0.2,   0,       1000,     10_000,     73],
    ["and is gone after minutes",                   0.2,   0,       1000,     120_000,    0],
    ["no more than ten seconds of the minimum",     0.2,   3,       0,        3_600_000,  30],
    ["a share alone",                               0.05,  0,       100,      0,          5],
    ["none at all",                                 0,     0,       100,      1000,       0],
    ["fractions of both make a whole one",          0.5,   0.05,    1,        0,          1],
  ] as const;
  for (const [rule, share, minimum, requests, after, retries] of rows) {
    it(rule, () => {
      const budget = new RetryBudget({ share, minimum });
      for (let i = 0; i < requests; i += 1) {
        budget.asked(1000);
      }
      strictEqual(burst(budget, 1000 + after), retries);
    });
  }

  it("the minimum comes back with time", () => {
    const budget = new RetryBudget({ share: 0, minimum: 3 });
    strictEqual(burst(budget, 0), 30);
    deepStrictEqual(
      [100, 400, 1000, 1001].map((now) => burst(budget, now)),
      [0, 1, 2, 0],
    );
  });

  it("over time allows a share of the requests, and the minimum", () => {
    const budget = new RetryBudget({ share: 0.2, minimum: 3 });
    let retries = 0;
    for (let now = 0; now < 100_000; now += 1) {
      budget.asked(now);
      retries += budget.allows(now) ? 1 : 0;
    }
    // 0.2 × 100,000 + 3 × 100 + 30 at the beginning, less what faded unused.
    ok(retries > 20_310 && retries <= 20_330, `${retries}`);
  });

  it("a clock that stands still or is set back brings nothing", () => {
    const budget = new RetryBudget({ share: 0, minimum: 3 });
    strictEqual(burst(budget, 10_000), 30);
    deepStrictEqual([burst(budget, 10_000), burst(budget, 0)], [0, 0]);
  });
});
