import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import type { Round } from "./results.ts";
import { loadRows, median, ratio } from "./stats.ts";

function roundOf(perSecond: number, cost: number): Round {
  return { perSecond, cost, busy: 1, foreign: 0, latency: { p50: 1, p99: 2 } };
}

describe("median", () => {
  const rows = [
    ["of none is not a number", [], Number.NaN],
    ["of one is that one", [7], 7],
    ["of an odd count is the middle one, by size and not by place", [10, 9, 100], 10],
    ["of an even count is the mean of the two in the middle", [1, 100, 2, 4], 3],
  ] as const;

  for (const [rule, numbers, expected] of rows) {
    it(rule, () => strictEqual(median(numbers), expected));
  }
});

describe("ratio", () => {
  it("compares within each round, so that a slow round touches both sides", () => {
    const own = [roundOf(200, 5), roundOf(20, 50), roundOf(300, 4)];
    const other = [roundOf(100, 10), roundOf(10, 100), roundOf(100, 10)];
    deepStrictEqual(ratio(own, other), { perCpu: 2, rate: 2 });
  });

  it("leaves out rounds that the other side has not measured", () => {
    deepStrictEqual(ratio([roundOf(10, 1), roundOf(99, 9)], [roundOf(10, 1)]), { perCpu: 1, rate: 1 });
  });
});

describe("loadRows", () => {
  const nginx = { peer: "nginx", rounds: [roundOf(100, 10)], problems: [], peakMemory: 1 } as const;
  const sluice = { peer: "sluice", rounds: [roundOf(150, 5)], problems: [], peakMemory: 2 } as const;

  it("gives medians and the ratio to each reference that was measured", () => {
    deepStrictEqual(loadRows([nginx, sluice])[1], {
      ...sluice,
      perSecond: 150,
      cost: 5,
      busy: 1,
      foreign: 0,
      p99: 2,
      ratios: { nginx: { perCpu: 2, rate: 1.5 } },
    });
  });

  it("compares nothing with a row that is not valid", () => {
    const rows = loadRows([{ ...nginx, problems: ["3 socket errors"] }, sluice]);
    deepStrictEqual(
      rows.map(({ ratios }) => ratios),
      [{}, {}],
    );
  });
});
