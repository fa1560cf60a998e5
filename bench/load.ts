/** One stretch of load on one server, by the tool that can do it. */
import { h2loadObjections, runH2load } from "./h2load.ts";
import { handshakeObjections, runHandshakes } from "./handshake-load.ts";
import type { Meter } from "./meter.ts";
import { type HandshakeScenario, type LoadScenario, servedFiles, type TunnelScenario } from "./scenarios.ts";
import type { Server, Workshop } from "./server.ts";
import { runTunnels, tunnelObjections } from "./tunnel-load.ts";
import { runWrk, wrkObjections } from "./wrk.ts";

/** What a tool counted while the meter ran. */
export interface Loaded {
  /** Answers read to their end, handshakes that were through, or tunnels. */
  readonly answers: number;
  /** Octets read, where the scenario counts them. */
  readonly octets: number;
  readonly seconds: number;
  /** Milliseconds; NaN where the tool does not tell. */
  readonly latency: { readonly p50: number; readonly p99: number };
  /** Why it proves nothing; empty for a good one. */
  readonly problems: readonly string[];
}

/** @throws Error when the tool fails. */
export function load(
  scenario: LoadScenario | HandshakeScenario | TunnelScenario,
  server: Server,
  workshop: Workshop,
  seconds: number,
  meter: Meter,
): Promise<Loaded> {
  if (scenario.kind === "handshake") {
    return byHandshakes(scenario, server, workshop, seconds, meter);
  }
  if (scenario.kind === "tunnel") {
    return byTunnels(scenario, server, workshop, seconds, meter);
  }
  return scenario.over === "http"
    ? byWrk(scenario, server, seconds, meter)
    : byH2load(scenario, server, seconds, meter);
}

async function byWrk(scenario: LoadScenario, server: Server, seconds: number, meter: Meter): Promise<Loaded> {
  const { port, requestFile, answerLength } = server;
  meter.start();
  const report = await runWrk({ port, requestFile, seconds, connections: scenario.connections });
  meter.stop();
  const problems = wrkObjections(scenario, answerLength, report);
  return { ...report, answers: report.requests, problems };
}

async function byH2load(
  scenario: LoadScenario,
  server: Server,
  seconds: number,
  meter: Meter,
): Promise<Loaded> {
  const report = await runH2load(scenario, server.port, seconds, meter);
  const length = servedFiles[scenario.path.slice(1)] ?? Number.NaN;
  const problems = h2loadObjections(scenario, length, report);
  const latency = { p50: Number.NaN, p99: Number.NaN };
  return { answers: report.requests, octets: report.octets, seconds, latency, problems };
}

async function byHandshakes(
  scenario: HandshakeScenario,
  server: Server,
  workshop: Workshop,
  seconds: number,
  meter: Meter,
): Promise<Loaded> {
  meter.start();
  const report = await runHandshakes(scenario, server.port, workshop, seconds);
  meter.stop();
  const { handshakes, latency } = report;
  const problems = handshakeObjections(scenario, report);
  return { answers: handshakes, octets: Number.NaN, seconds: report.seconds, latency, problems };
}

async function byTunnels(
  scenario: TunnelScenario,
  server: Server,
  workshop: Workshop,
  seconds: number,
  meter: Meter,
): Promise<Loaded> {
  meter.start();
  const report = await runTunnels(scenario, server.port, workshop, seconds);
  meter.stop();
  return { ...report, answers: report.tunnels, problems: tunnelObjections(scenario, report) };
}
