/** Invented results for the tests of table and chart. */
import type { IdleResult, LoadResult, LoadRow, Results } from "./results.ts";

function row(peer: LoadRow["peer"], figures: readonly [number, number, number, number, number]): LoadRow {
  const [perSecond, cost, busy, p99, megabytes] = figures;
  const latency = { p50: p99 / 2, p99 };
  const rounds = [{ perSecond, cost, busy, foreign: 0, latency }];
  const peakMemory = megabytes * 2 ** 20;
  return { peer, problems: [], rounds, perSecond, cost, busy, foreign: 0, p99, peakMemory, ratios: {} };
}

const same = { perCpu: 1, rate: 1 };
const nginx = row("nginx", [80_000, 12.5, 0.998, 1.2, 10]);
const h2o = row("h2o", [100_000, 9.375, 0.94, 0.9, 8]);
const node = row("node", [40_000, 25, 1, 2, 70]);
const sluice = row("sluice", [120_000, 8, 1, 0.8, 60]);

export const loadResult: LoadResult = {
  kind: "load",
  name: "1k",
  title: "1 KB file",
  label: "1 KB & more",
  work: "files",
  over: "http",
  unit: "request",
  rows: [
    {
      ...nginx,
      rounds: nginx.rounds.map((round) => ({ ...round, foreign: 0.12 })),
      ratios: { nginx: same, h2o: { perCpu: 0.75, rate: 0.8 } },
    },
    { ...h2o, ratios: { nginx: { perCpu: 1.333, rate: 1.25 }, h2o: same } },
    { ...node, problems: ["3 socket errors"] },
    {
      ...sluice,
      ratios: {
        nginx: { perCpu: 1.5625, rate: 1.5 },
        h2o: { perCpu: 1.172, rate: 1.2 },
        bare: { perCpu: 0.875, rate: 0.9 },
      },
    },
  ],
};

export const idleResult: IdleResult = {
  kind: "idle",
  name: "idle",
  title: "10,000 idle connections",
  label: "10,000 idle connections",
  work: "files",
  over: "http",
  rows: [
    {
      peer: "sluice",
      problems: [],
      connections: 10_000,
      before: 20 * 2 ** 20,
      after: 50 * 2 ** 20,
      perConnection: (30 * 2 ** 20) / 10_000,
    },
    {
      peer: "nginx",
      problems: ["ended at once"],
      connections: 0,
      before: Number.NaN,
      after: Number.NaN,
      perConnection: Number.NaN,
    },
  ],
};

export const results: Results = {
  date: "2026-01-02",
  machine: { cpu: "Example <1 GHz>", cores: 2, system: "Linux 6.1", node: "20.19.0" },
  versions: { nginx: "1.22.1", h2o: "2.2.5", node: "20.19.0", sluice: "0.1.0", wrk: "4.1.0" },
  rounds: 1,
  seconds: 3,
  scenarios: [loadResult, idleResult],
};
