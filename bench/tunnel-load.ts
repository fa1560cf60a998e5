/** Runs the client of the tunnel scenario (tunnels.ts) and reads what it counted. */
import { join } from "node:path";
import { loadCore, startPinned } from "./processes.ts";
import type { TunnelScenario } from "./scenarios.ts";
import type { Workshop } from "./server.ts";

export interface TunnelReport {
  /** Octets that came back, each compared with what was sent. */
  readonly octets: number;
  /** Those that were open. */
  readonly tunnels: number;
  readonly failed: number;
  /** What the first failed one said. */
  readonly fault: string | undefined;
  readonly seconds: number;
  /** Milliseconds from sending a message until the whole of it is back. */
  readonly latency: { readonly p50: number; readonly p99: number };
}

/** @throws Error when the client fails, or is not done in time. */
export async function runTunnels(
  { path, connections, message, depth }: TunnelScenario,
  port: number,
  { programs }: Pick<Workshop, "programs">,
  seconds: number,
): Promise<TunnelReport> {
  const given = [port, path, connections, message, depth, seconds].map(String);
  const command = [process.execPath, join(programs, "tunnels.js"), ...given];
  const child = startPinned(loadCore, command, {}, "pipe");
  const late = setTimeout(() => child.kill("SIGKILL"), seconds * 1000 + 10_000);
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(late);
  if (code !== 0) {
    throw new Error(`the client of the tunnel scenario ended with ${code ?? "a signal"}`);
  }
  return JSON.parse(output) as TunnelReport;
}

/** Why a round proves nothing; empty for a good one. */
export function tunnelObjections(
  { connections, message }: Pick<TunnelScenario, "connections" | "message">,
  report: TunnelReport,
): string[] {
  const found: string[] = [];
  if (report.failed > 0) {
    found.push(`${report.failed} tunnels failed: ${report.fault}`);
  }
  if (report.tunnels !== connections) {
    found.push(`${report.tunnels} tunnels were open, expected ${connections}`);
  }
  if (report.octets < message * connections) {
    found.push(`${report.octets} octets came back`);
  }
  return found;
}
