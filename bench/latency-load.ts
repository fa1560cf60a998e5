/** The load at a fixed rate: h2load over HTTP/1.1, which notes how long each answer took. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { loadCore, startPinned } from "./processes.ts";
import { addressOf, type LatencyScenario } from "./scenarios.ts";
import type { Workshop } from "./server.ts";

export interface LatencyReport {
  /** Answers read to their end. */
  readonly answers: number;
  readonly failed: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Seconds of load before it measures. */
const runUp = 0.3;

/** @throws Error when h2load fails, or is not done in time. */
export async function runLatency(
  scenario: LatencyScenario,
  port: number,
  { scratch }: Pick<Workshop, "scratch">,
  seconds: number,
): Promise<LatencyReport> {
  const log = join(scratch, "latency.log");
  // h2load goes on at the end of a log that is there.
  rmSync(log, { force: true });
  const numbers = ["-t", "1", "-c", String(scenario.connections), "-m", "1", "--rps", String(scenario.rate)];
  const times = ["-D", `${Math.round(seconds * 1000)}ms`, "--warm-up-time", `${runUp * 1000}ms`];
  const command = ["h2load", "--h1", ...numbers, ...times, "--log-file", log, addressOf(scenario, port)];
  const child = startPinned(loadCore, command, {}, "pipe");
  const late = setTimeout(() => child.kill("SIGKILL"), (seconds + runUp) * 1000 + 5000);
  child.stdout?.resume();
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(late);
  if (code !== 0) {
    throw new Error(`h2load ended with ${code ?? "a signal"}`);
  }
  return parseLatency(readFileSync(log, "latin1"));
}

/** Reads lines of start, status and microseconds, separated by tabs. */
export function parseLatency(text: string): LatencyReport {
  const lines = text.split("\n").flatMap((line) => (line === "" ? [] : [line.split("\t").map(Number)]));
  const answered = lines.filter(([, status]) => status === 200);
  const millis = answered.map(([, , micros = 0]) => micros / 1000).sort((a, b) => a - b);
  const quantile = (share: number): number => millis[Math.floor(millis.length * share)] ?? Number.NaN;
  return {
    answers: answered.length,
    failed: lines.length - answered.length,
    p50: quantile(0.5),
    p99: quantile(0.99),
  };
}

/** Why a round proves nothing; empty for a good one. */
export function latencyObjections(
  { connections, rate }: Pick<LatencyScenario, "connections" | "rate">,
  seconds: number,
  report: LatencyReport,
): string[] {
  const found: string[] = [];
  if (report.failed > 0) {
    found.push(`${report.failed} requests failed`);
  }
  const due = connections * rate * seconds;
  if (report.answers < due * 0.9) {
    found.push(`${report.answers} answers, ${due} were due: the rate was not kept`);
  }
  return found;
}
