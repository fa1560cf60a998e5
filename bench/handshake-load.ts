/** Runs the client of the handshake scenarios (handshakes.ts) and reads what it counted. */
import { join } from "node:path";
import { loadCore, startPinned } from "./processes.ts";
import type { HandshakeScenario } from "./scenarios.ts";
import type { Workshop } from "./server.ts";

export interface HandshakeReport {
  /** Those that were through on both sides. */
  readonly handshakes: number;
  /** Of these, how many resumed a session. */
  readonly resumed: number;
  readonly failed: number;
  /** What the first failed one said. */
  readonly fault: string | undefined;
  /** Such as "TLSv1.3 TLS_AES_128_GCM_SHA256"; each kind once. */
  readonly settled: readonly string[];
  readonly seconds: number;
  /** Milliseconds from connecting until the client may send. */
  readonly latency: { readonly p50: number; readonly p99: number };
}

/** @throws Error when the client fails, or is not done in time. */
export async function runHandshakes(
  { connections, resumed }: HandshakeScenario,
  port: number,
  workshop: Pick<Workshop, "programs" | "certificate">,
  seconds: number,
): Promise<HandshakeReport> {
  const program = join(workshop.programs, "handshakes.js");
  const numbers = [port, connections, seconds, resumed ? 1 : 0].map(String);
  const command = [process.execPath, program, ...numbers, workshop.certificate.cert];
  const child = startPinned(loadCore, command, {}, "pipe");
  const late = setTimeout(() => child.kill("SIGKILL"), seconds * 1000 + 10_000);
  let output = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  clearTimeout(late);
  if (code !== 0) {
    throw new Error(`the client of the handshake scenario ended with ${code ?? "a signal"}`);
  }
  return JSON.parse(output) as HandshakeReport;
}

/** Why a round proves nothing; empty for a good one. */
export function handshakeObjections(
  { resumed }: Pick<HandshakeScenario, "resumed">,
  report: HandshakeReport,
): string[] {
  const found: string[] = [];
  if (report.handshakes === 0) {
    found.push("no handshake was finished");
  }
  if (report.failed > 0) {
    found.push(`${report.failed} handshakes failed: ${report.fault}`);
  }
  const expected = resumed ? report.handshakes : 0;
  if (report.resumed !== expected) {
    found.push(`${report.resumed} of ${report.handshakes} resumed a session, expected ${expected}`);
  }
  const strange = report.settled.filter((words) => !words.startsWith("TLSv1.3 "));
  if (strange.length > 0) {
    found.push(`${strange.join(", ")}, expected TLSv1.3`);
  }
  return found;
}
