/** Measuring load: rounds that alternate between the peers, one server under load while the others wait. */
import { measureIdle } from "./measure-idle.ts";
import type { Peer } from "./peers.ts";
import { coreBusyMicros, cpuMicros, peakMemory } from "./proc.ts";
import { serverCore } from "./processes.ts";
import { disturbing, type LoadResult, type Round, type ScenarioResult } from "./results.ts";
import type { LoadScenario, Scenario } from "./scenarios.ts";
import { type Server, startServer, type Workshop } from "./server.ts";
import { loadRows } from "./stats.ts";
import { runWrk, type WrkReport } from "./wrk.ts";

export interface Effort {
  readonly rounds: number;
  /** Of each round. */
  readonly seconds: number;
  /** Seconds of load before the first round, unmeasured; where a just-in-time compiler works, five times that. */
  readonly warmup: number;
  /** How often a round that other work disturbed is measured at most; the least disturbed counts. */
  readonly tries: number;
}

/** One peer's way through a scenario. */
interface Contender {
  readonly peer: Peer;
  /** Undefined when it did not start or answered wrongly; `problems` says why. */
  readonly server: Server | undefined;
  readonly problems: string[];
  readonly rounds: Round[];
  /** Answers wrk has read, measured or not. */
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
  const entered = peers.filter((peer) => peer.variants.includes(scenario.variant));
  return scenario.kind === "load"
    ? await measureLoad(scenario, entered, effort, workshop)
    : await measureIdle(scenario, entered, workshop);
}

async function measureLoad(
  scenario: LoadScenario,
  peers: readonly Peer[],
  effort: Effort,
  workshop: Workshop,
): Promise<LoadResult> {
  const contenders = await Promise.all(peers.map((peer) => enter(scenario, peer, workshop)));
  for (const contender of contenders) {
    await attempt(contender, (server) => warmUp(scenario, contender, server, effort));
  }
  for (let round = 0; round < effort.rounds; round++) {
    // A different peer begins each round, so that slow drift favours nobody.
    const first = round % contenders.length;
    for (const contender of [...contenders.slice(first), ...contenders.slice(0, first)]) {
      await attempt(contender, (server) => measureQuietly(scenario, contender, server, effort));
    }
  }
  await Promise.all(contenders.map((contender) => leave(scenario, contender)));
  const rows = loadRows(contenders.map((contender) => ({ ...contender, peer: contender.peer.name })));
  const { kind, name, title, label, unit } = scenario;
  return { kind, name, title, label, unit, rows };
}

async function enter(scenario: LoadScenario, peer: Peer, workshop: Workshop): Promise<Contender> {
  const fresh = { peer, rounds: [], answers: 0, peakMemory: Number.NaN };
  try {
    return { ...fresh, server: await startServer(scenario, peer, workshop), problems: [] };
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
  scenario: LoadScenario,
  contender: Contender,
  server: Server,
  effort: Effort,
): Promise<void> {
  const { port, requestFile } = server;
  const seconds = contender.peer.jit ? effort.warmup * 5 : effort.warmup;
  const report = await runWrk({ port, requestFile, seconds, connections: scenario.connections });
  contender.answers += report.requests;
}

/** Measures one round, again while others use the server's core. What was measured does not decide, only who else ran. */
async function measureQuietly(
  scenario: LoadScenario,
  contender: Contender,
  server: Server,
  effort: Effort,
): Promise<void> {
  let best = await measureRound(scenario, contender, server, effort.seconds);
  for (let tries = 1; tries < effort.tries && best.foreign > disturbing; tries++) {
    const round = await measureRound(scenario, contender, server, effort.seconds);
    best = round.foreign < best.foreign ? round : best;
  }
  contender.rounds.push(best);
}

async function measureRound(
  scenario: LoadScenario,
  contender: Contender,
  server: Server,
  seconds: number,
): Promise<Round> {
  if (scenario.variant === "logged") {
    server.log.collect();
  }
  const { pid, port, requestFile } = server;
  const [cpu, core, clock] = [cpuMicros(pid), coreBusyMicros(serverCore), performance.now()];
  const report = await runWrk({ port, requestFile, seconds, connections: scenario.connections });
  const used = cpuMicros(pid) - cpu;
  const foreign = coreBusyMicros(serverCore) - core - used;
  const elapsed = (performance.now() - clock) * 1000;
  contender.answers += report.requests;
  contender.problems.push(...objections(scenario, server.answerLength, report));
  const units = scenario.unit === "request" ? report.requests : report.octets / 1e6;
  return {
    perSecond: units / report.seconds,
    cost: used / units,
    busy: used / (report.seconds * 1e6),
    foreign: Math.max(0, foreign / elapsed),
    latency: report.latency,
  };
}

/** Why a round proves nothing; empty for a good one. */
export function objections(scenario: LoadScenario, answerLength: number, report: WrkReport): string[] {
  const found: string[] = [];
  if (report.requests === 0) {
    found.push("no answer was read to its end");
  }
  if (report.socketErrors > 0) {
    found.push(`${report.socketErrors} socket errors`);
  }
  const expected = scenario.status === 404 ? report.requests : 0;
  if (report.errorStatuses !== expected) {
    found.push(
      `${report.errorStatuses} of ${report.requests} answers have a status above 399, expected ${expected}`,
    );
  }
  // Each connection may have answers under way at the end, which count as octets only.
  const least = report.requests * answerLength;
  const most = least + scenario.connections * scenario.depth * answerLength;
  if (report.octets < least || report.octets > most) {
    const each = Math.round(report.octets / report.requests);
    found.push(`answers have ${each} octets each, the one that was checked has ${answerLength}`);
  }
  return found;
}

/** Reads the memory, stops the server, and in the logged variant asks for a line per answer. */
async function leave(scenario: LoadScenario, contender: Contender): Promise<void> {
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
