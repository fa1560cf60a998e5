/** Measuring added latency: the same rate straight to the origin server and through each proxy, in turns. */

import { latencyObjections, runLatency } from "./latency-load.ts";
import type { Effort } from "./measure.ts";
import type { Peer } from "./peers.ts";
import type { LatencyResult, LatencyRow } from "./results.ts";
import type { LatencyScenario } from "./scenarios.ts";
import { type Server, startServer, type Workshop } from "./server.ts";
import { median } from "./stats.ts";
import type { Upstream } from "./upstream.ts";

interface Quantiles {
  readonly p50: number;
  readonly p99: number;
}

interface Contender {
  readonly name: LatencyRow["peer"];
  readonly port: number | undefined;
  readonly server: Server | undefined;
  readonly problems: string[];
  readonly rounds: Quantiles[];
}

export async function measureLatency(
  scenario: LatencyScenario,
  peers: readonly Peer[],
  effort: Effort,
  workshop: Workshop,
  upstream: Upstream | undefined,
): Promise<LatencyResult> {
  const direct: Contender = {
    name: "direct",
    port: upstream?.port,
    server: undefined,
    problems: [],
    rounds: [],
  };
  const proxies = await Promise.all(peers.map((peer) => enter(scenario, peer, workshop, upstream)));
  const contenders = [direct, ...proxies];
  const take = async (contender: Contender, seconds: number): Promise<Quantiles | undefined> => {
    if (contender.port === undefined || contender.problems.length > 0) {
      return undefined;
    }
    try {
      const report = await runLatency(scenario, contender.port, workshop, seconds);
      contender.problems.push(...latencyObjections(scenario, seconds, report));
      return report;
    } catch (fault) {
      contender.problems.push(String(fault));
      return undefined;
    }
  };
  for (const contender of contenders) {
    await take(contender, effort.warmup * 2);
  }
  for (let round = 0; round < effort.rounds; round++) {
    for (const contender of contenders) {
      const { p50, p99 } = (await take(contender, effort.seconds)) ?? { p50: Number.NaN, p99: Number.NaN };
      contender.rounds.push({ p50, p99 });
    }
  }
  await Promise.all(contenders.map(({ server }) => server?.stop()));
  const { kind, name, title, label, work, over } = scenario;
  return { kind, name, title, label, work, over, rows: contenders.map((own) => rowOf(own, direct)) };
}

async function enter(
  scenario: LatencyScenario,
  peer: Peer,
  workshop: Workshop,
  upstream: Upstream | undefined,
): Promise<Contender> {
  const fresh = { name: peer.name, rounds: [] };
  try {
    const server = await startServer(scenario, peer, workshop, upstream);
    return { ...fresh, port: server.port, server, problems: [] };
  } catch (fault) {
    return { ...fresh, port: undefined, server: undefined, problems: [String(fault)] };
  }
}

/** Medians over the rounds; what is added is the median of each round's difference from the direct way. */
function rowOf({ name, problems, rounds }: Contender, direct: Contender): LatencyRow {
  const pick = (read: (round: Quantiles) => number): number => median(rounds.map(read));
  const added = (read: (round: Quantiles) => number): number =>
    median(
      rounds.map((round, index) => {
        const beside = direct.rounds[index];
        return beside === undefined ? Number.NaN : read(round) - read(beside);
      }),
    );
  const [p50, p99] = [(round: Quantiles) => round.p50, (round: Quantiles) => round.p99];
  return { peer: name, problems, p50: pick(p50), p99: pick(p99), added50: added(p50), added99: added(p99) };
}
