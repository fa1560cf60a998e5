/** The load: wrk with one thread on its own core, sending octets we chose, reporting through load.lua. */
import { fileURLToPath } from "node:url";
import { loadCore, startPinned } from "./processes.ts";
import type { LoadScenario } from "./scenarios.ts";

/** What wrk counted. */
export interface WrkReport {
  /** Answers read to their end. */
  readonly requests: number;
  /** Octets read, heads included, those of unfinished answers too. */
  readonly octets: number;
  readonly seconds: number;
  /** Failed connects, reads and writes, and answers later than 2 s. */
  readonly socketErrors: number;
  /** Answers with a status above 399. */
  readonly errorStatuses: number;
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p99: number };
}

export interface Load {
  readonly port: number;
  readonly connections: number;
  /** A file with the octets each connection sends, one request or several. */
  readonly requestFile: string;
  readonly seconds: number;
}

const script = fileURLToPath(new URL("load.lua", import.meta.url));

/** Runs wrk to its end. @throws Error when wrk fails, or is not done five seconds late. */
export async function runWrk(load: Load): Promise<WrkReport> {
  // wrk takes whole seconds; it stops early and reports as usual when interrupted.
  const whole = Math.ceil(load.seconds);
  const url = `http://127.0.0.1:${load.port}/`;
  const options = ["-t", "1", "-c", String(load.connections), "-d", `${whole}s`, "-s", script];
  const child = startPinned(loadCore, ["wrk", ...options, url, "--", load.requestFile], {}, "pipe");
  const early =
    whole === load.seconds ? undefined : setTimeout(() => child.kill("SIGINT"), load.seconds * 1000);
  const late = setTimeout(() => child.kill("SIGKILL"), whole * 1000 + 5000);
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(early);
  clearTimeout(late);
  if (code !== 0) {
    throw new Error(`wrk ended with ${code ?? "a signal"}: ${output.trim()}`);
  }
  return parseWrk(output);
}

/** Reads the line of JSON that load.lua writes after wrk's own lines. @throws Error when there is none. */
export function parseWrk(output: string): WrkReport {
  const line = output.split("\n").find((candidate) => candidate.startsWith('{"requests":'));
  if (line === undefined) {
    throw new Error(`wrk reported nothing: ${output.trim()}`);
  }
  const seen = JSON.parse(line) as Record<string, number>;
  const read = (name: string): number => seen[name] ?? Number.NaN;
  return {
    requests: read("requests"),
    octets: read("octets"),
    seconds: read("micros") / 1e6,
    socketErrors: read("connect") + read("read") + read("write") + read("timeout"),
    errorStatuses: read("status"),
    latency: { p50: read("p50") / 1000, p99: read("p99") / 1000 },
  };
}

/** Why a round proves nothing; empty for a good one. */
export function wrkObjections(scenario: LoadScenario, answerLength: number, report: WrkReport): string[] {
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
