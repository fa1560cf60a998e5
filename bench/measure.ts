/** Measuring load: rounds that alternate between the peers, one server under load while the others wait. */
import { load } from "./load.ts";
import { measureIdle } from "./measure-idle.ts";
import { measureLatency } from "./measure-latency.ts";
import { Meter } from "./meter.ts";
import type { Peer } from "./peers.ts";
import { peakMemory } from "./proc.ts";
import { disturbing, type LoadResult, type Round, type ScenarioResult } from "./results.ts";
import type { HandshakeScenario, LoadScenario, Scenario, TunnelScenario } from "./scenarios.ts";
import { type Server, startServer, type Workshop } from "./server.ts";
import { loadRows } from "./stats.ts";
import { startUpstream, type Upstream } from "./upstream.ts";

export interface Effort {
  readonly rounds: number;
  /** Of each round. */
  readonly seconds: number;
  /** Seconds of load before the first round, unmeasured; where a just-in-time compiler works, five times that. */
  readonly warmup: number;
  /** How often a round that other work disturbed is measured at most; the least disturbed counts. */
  readonly tries: number;
}

/** A scenario that is measured in rounds. */
type Rounds = LoadScenario | HandshakeScenario | TunnelScenario;

/** One peer's way through a scenario. */
interface Contender {
  readonly peer: Peer;
  /** Undefined when it did not start or answered wrongly; `problems` says why. */
  readonly server: Server | undefined;
  readonly problems: string[];
  readonly rounds: Round[];
  /** Answers the load has read, those of the warm-up too. */
  answers: number;
  peakMemory: number;
}

/** Measures one scenario with all peers that take part in it. A peer's fault makes its row invalid, no more. */
export async function measure(
  scenario: Scenario,
  peers: readonly Peer[],
  effort: Effort,
  workshop: Workshop,
): Promise<ScenarioResult> {
  const entered = peers.filter(
    ({ variants, works }) => variants.includes(scenario.variant) && works.includes(scenario.work),
  );
  if (scenario.kind === "idle") {
    return measureIdle(scenario, entered, workshop);
  }
  const upstream = await startUpstream(scenario, workshop);
  try {
    return scenario.kind === "latency"
      ? await measureLatency(scenario, entered, effort, workshop, upstream)
      : await measureLoad(scenario, entered, effort, workshop, upstream);
  } finally {
    await upstream?.stop();
  }
}

async function measureLoad(
  scenario: Rounds,
  peers: readonly Peer[],
  effort: Effort,
  workshop: Workshop,
  upstream: Upstream | undefined,
): Promise<LoadResult> {
  const contenders = await Promise.all(peers.map((peer) => enter(scenario, peer, workshop, upstream)));
  for (const contender of contenders) {
    await attempt(contender, (server) => warmUp(scenario, contender, server, effort, workshop));
  }
  for (let round = 0; round < effort.rounds; round++) {
    // A different peer begins each round, so that slow drift favours nobody.
    const first = round % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      await attempt(contender, (server) => measureQuietly(scenario, contender, server, effort, workshop));
    }
  }
  await Promise.all(contenders.map((contender) => leave(scenario, contender)));
  const rows = loadRows(contenders.map((contender) => ({ ...contender, peer: contender.peer.name })));
  const { name, title, label, work, over } = scenario;
  return { kind: "load", name, title, label, work, over, unit: unitOf(scenario), rows };
}

function unitOf(scenario: Rounds): LoadResult["unit"] {
  switch (scenario.kind) {
    case "load":
      return scenario.unit;
    case "handshake":
      return "handshake";
    case "tunnel":
      return "megabyte";
  }
}

async function enter(
  scenario: Rounds,
  peer: Peer,
  workshop: Workshop,
  upstream: Upstream | undefined,
): Promise<Contender> {
  const fresh = { peer, rounds: [], answers: 0, peakMemory: Number.NaN };
  try {
    return { ...fresh, server: await startServer(scenario, peer, workshop, upstream), problems: [] };
  } catch (fault) {
    return { ...fresh, server: undefined, problems: [wordsOf(fault)] };
  }
}

/** Takes one step with a contender that has had no problem so far. */
async function attempt(contender: Contender, step: (server: Server) => Promise<void>): Promise<void> {
  if (contender.server === undefined || contender.problems.length > 0) {
    return;
  }
  try {
    await step(contender.server);
  } catch (fault) {
    contender.problems.push(wordsOf(fault));
  }
}

async function warmUp(
  scenario: Rounds,
  contender: Contender,
  server: Server,
  effort: Effort,
  workshop: Workshop,
): Promise<void> {
  const seconds = contender.peer.jit ? effort.warmup * 5 : effort.warmup;
  const loaded = await load(scenario, server, workshop, seconds, new Meter(server.pid));
  contender.answers += loaded.answers;
}

/** Measures one round, again while others use the server's core. What was measured does not decide, only who else ran. */
async function measureQuietly(
  scenario: Rounds,
  contender: Contender,
  server: Server,
  effort: Effort,
  workshop: Workshop,
): Promise<void> {
  let best = await measureRound(scenario, contender, server, effort.seconds, workshop);
  for (let tries = 1; tries < effort.tries && best.foreign > disturbing; tries++) {
    const round = await measureRound(scenario, contender, server, effort.seconds, workshop);
    best = round.foreign < best.foreign ? round : best;
  }
  contender.rounds.push(best);
}

async function measureRound(
  scenario: Rounds,
  contender: Contender,
  server: Server,
  seconds: number,
  workshop: Workshop,
): Promise<Round> {
  if (scenario.variant === "logged") {
    server.log.collect();
  }
  const meter = new Meter(server.pid);
  const loaded = await load(scenario, server, workshop, seconds, meter);
  contender.answers += loaded.answers;
  contender.problems.push(...loaded.problems);
  const units = unitOf(scenario) === "megabyte" ? loaded.octets / 1e6 : loaded.answers;
  return {
    perSecond: units / loaded.seconds,
    cost: meter.used / units,
    busy: meter.used / (loaded.seconds * 1e6),
    foreign: meter.foreign,
    latency: loaded.latency,
  };
}

/** Reads the memory, stops the server, and in the logged variant asks for a line per answer. */
async function leave(scenario: Rounds, contender: Contender): Promise<void> {
  const { server } = contender;
  if (server === undefined) {
    return;
  }
  contender.peakMemory = peakMemory(server.pid);
  await server.stop();
  if (scenario.variant === "logged") {
    const lines = server.log.collect();
    if (lines < contender.answers) {
      contender.problems.push(`logged ${lines} lines for ${contender.answers} answers`);
    }
  }
}

export function wordsOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}
