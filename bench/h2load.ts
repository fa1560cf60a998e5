/** The load over TLS: h2load with one thread on its own core, measuring after its connections have warmed up. */
import { createInterface } from "node:readline";
import type { Meter } from "./meter.ts";
import { loadCore, startPinned } from "./processes.ts";
import { addressOf, type LoadScenario } from "./scenarios.ts";

/** What h2load counted, and what its connections settled. */
export interface H2loadReport {
  /** Answers read to their end while it measured. */
  readonly requests: number;
  /** Octets read while it measured, after decryption: frames or heads included, unfinished answers too. */
  readonly octets: number;
  readonly failed: number;
  /** Heads with a status from 200 to 299, and with any other. */
  readonly successes: number;
  readonly otherStatuses: number;
  /** Such as "h2" (RFC 7301). */
  readonly protocol: string | undefined;
  /** Such as "TLSv1.3 TLS_AES_128_GCM_SHA256". */
  readonly tls: string;
}

/**
 * Seconds of load before it measures. All handshakes must be through then, also where a slow server makes
 * them while it already answers those who were first: h2load 1.52 never ends otherwise.
 */
function runUp(connections: number): number {
  return 0.3 + connections * 0.02;
}

/** The same for every peer, so that none gains by choosing what costs less. */
const suite = "TLS_AES_128_GCM_SHA256";
const group = "X25519";

/** Runs h2load to its end; the meter runs while it measures. @throws Error when it fails, or is not done in time. */
export async function runH2load(
  scenario: LoadScenario,
  port: number,
  seconds: number,
  meter: Meter,
): Promise<H2loadReport> {
  const before = runUp(scenario.connections);
  const numbers = ["-t", "1", "-c", String(scenario.connections), "-m", String(scenario.depth)];
  const times = ["-D", millis(seconds), "--warm-up-time", millis(before)];
  const tls = ["--tls13-ciphers", suite, "--groups", group];
  const protocol = scenario.over === "h2" ? [] : ["--h1"];
  const fields = scenario.fields.flatMap((line) => ["-H", line]);
  const command = ["h2load", ...numbers, ...times, ...tls, ...protocol, ...fields, addressOf(scenario, port)];
  const child = startPinned(loadCore, command, {}, "pipe");
  const late = setTimeout(() => child.kill("SIGKILL"), (seconds + before) * 1000 + 5000);
  const lines: string[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
    lines.push(line);
    if (line.startsWith("Main benchmark duration is started")) {
      meter.start();
    } else if (line.startsWith("Main benchmark duration is over")) {
      meter.stop();
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(late);
  if (code !== 0) {
    throw new Error(`h2load ended with ${code ?? "a signal"}: ${lines.slice(-3).join("; ")}`);
  }
  return parseH2load(lines.join("\n"));
}

/** @throws Error when the report is not h2load's. */
export function parseH2load(output: string): H2loadReport {
  const find = (pattern: RegExp): string | undefined => pattern.exec(output)?.[1];
  const count = (pattern: RegExp): number => Number(find(pattern) ?? Number.NaN);
  const total = (pattern: RegExp): number => {
    const numbers = pattern.exec(output)?.slice(1).map(Number) ?? [Number.NaN];
    return numbers.reduce((sum, number) => sum + number, 0);
  };
  const report = {
    requests: count(/^requests: .* (\d+) done,/m),
    octets: count(/^traffic: \S+ \((\d+)\) total/m),
    failed: total(/(\d+) failed, (\d+) errored, (\d+) timeout/),
    successes: count(/^status codes: (\d+) 2xx/m),
    otherStatuses: total(/ 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/),
    protocol: find(/^Application protocol: (\S+)$/m),
    tls: `${find(/^TLS Protocol: (\S+)$/m)} ${find(/^Cipher: (\S+)$/m)}`,
  };
  const { requests, octets, failed, successes, otherStatuses } = report;
  if (Number.isNaN(requests + octets + failed + successes + otherStatuses)) {
    throw new Error(`h2load reported nothing: ${output.trim().slice(-300)}`);
  }
  return report;
}

/** Why a round proves nothing; empty for a good one. `length` is that of the file in octets. */
export function h2loadObjections(
  { over, connections, depth }: Pick<LoadScenario, "over" | "connections" | "depth">,
  length: number,
  report: H2loadReport,
): string[] {
  const { requests, octets, failed, successes, otherStatuses, protocol, tls } = report;
  // At both ends of the round answers are counted in part.
  const underWay = connections * depth;
  const found: string[] = [];
  if (requests === 0) {
    found.push("no answer was read to its end");
  }
  const expected = over === "h2" ? "h2" : "http/1.1";
  if (protocol !== expected) {
    found.push(`speaks ${protocol}, expected ${expected}`);
  }
  if (tls !== `TLSv1.3 ${suite}`) {
    found.push(`${tls}, expected TLSv1.3 ${suite}`);
  }
  if (failed > 0) {
    found.push(`${failed} requests failed`);
  }
  if (otherStatuses > 0 || Math.abs(successes - requests) > underWay) {
    found.push(`${successes} heads say 2xx and ${otherStatuses} something else, for ${requests} answers`);
  }
  // Heads and frames come on top of the file.
  const least = (requests - underWay) * length;
  const most = (requests + underWay) * (length * 1.02 + 700);
  if (octets < least || octets > most) {
    found.push(`answers have ${Math.round(octets / requests)} octets each, the file has ${length}`);
  }
  return found;
}

function millis(seconds: number): string {
  return `${Math.round(seconds * 1000)}ms`;
}
