import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { latencyObjections, parseLatency } from "./latency-load.ts";

describe("parseLatency", () => {
  it("reads start, status and microseconds of each answer", () => {
    const lines = Array.from({ length: 100 }, (_, at) => `1795354521980599\t200\t${(100 - at) * 1000}`);
    deepStrictEqual(parseLatency([...lines, "1795354521980599\t-1\t7", ""].join("\n")), {
      answers: 100,
      failed: 1,
      p50: 51,
      p99: 100,
    });
  });

  it("knows no quantile of nothing", () => {
    deepStrictEqual(parseLatency(""), { answers: 0, failed: 0, p50: Number.NaN, p99: Number.NaN });
  });
});

describe("latencyObjections", () => {
  const scenario = { connections: 4, rate: 500 };
  const good = { answers: 4000, failed: 0, p50: 1, p99: 2 };
  const rows = [
    ["has none where the rate was kept", good, []],
    ["minds failures", { ...good, failed: 3 }, ["3 requests failed"]],
    [
      "minds a rate not kept",
      { ...good, answers: 3000 },
      ["3000 answers, 4000 were due: the rate was not kept"],
    ],
  ] as const;

  for (const [rule, report, expected] of rows) {
    it(rule, () => deepStrictEqual(latencyObjections(scenario, 2, report), [...expected]));
  }
});
