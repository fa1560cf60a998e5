/** What the bench finds out: kept as JSON, printed as tables, drawn as a chart. */
import type { PeerName } from "./peers.ts";
import type { Carrier, Work } from "./scenarios.ts";

/** One round of load on one server. A unit is a request, 10^6 octets or a handshake, as the scenario says. */
export interface Round {
  readonly perSecond: number;
  /** Microseconds of server CPU per unit. */
  readonly cost: number;
  /** Share of the server's core that the server used, 0 to 1. */
  readonly busy: number;
  /** Share of the server's core that somebody else used: above a few percent the round was disturbed. */
  readonly foreign: number;
  /** Milliseconds; NaN where the load's tool does not tell. */
  readonly latency: { readonly p50: number; readonly p99: number };
}

/** Above this foreign share a round counts as disturbed. */
export const disturbing = 0.05;

/** How many times as good as another peer, above 1 is better. */
export interface Ratio {
  /** Units per second of server CPU: what "per core" means here. */
  readonly perCpu: number;
  /** Units per second. */
  readonly rate: number;
}

/** The peers that others are compared with. */
export const references = ["nginx", "h2o", "haproxy", "bare"] as const;
export type Reference = (typeof references)[number];

interface Row {
  readonly peer: PeerName;
  /** Why the numbers must not be used; empty for a valid row. */
  readonly problems: readonly string[];
}

export interface LoadRow extends Row {
  readonly rounds: readonly Round[];
  /** Medians over the rounds; NaN without rounds. */
  readonly perSecond: number;
  readonly cost: number;
  readonly busy: number;
  readonly foreign: number;
  readonly p99: number;
  /** Octets, the largest resident memory of the server's processes. */
  readonly peakMemory: number;
  /** Medians of the ratios of each round; only between valid rows. */
  readonly ratios: Readonly<Partial<Record<Reference, Ratio>>>;
}

export interface IdleRow extends Row {
  readonly connections: number;
  /** Octets of private memory before and after the connections were opened. */
  readonly before: number;
  readonly after: number;
  /** Octets. */
  readonly perConnection: number;
}

interface Result {
  readonly name: string;
  readonly title: string;
  readonly label: string;
  readonly work: Work;
  readonly over: Carrier;
}

export interface LoadResult extends Result {
  readonly kind: "load";
  readonly unit: "request" | "megabyte" | "handshake";
  readonly rows: readonly LoadRow[];
}

export interface IdleResult extends Result {
  readonly kind: "idle";
  readonly rows: readonly IdleRow[];
}

export interface LatencyRow {
  /** "direct": the origin server itself. */
  readonly peer: PeerName | "direct";
  readonly problems: readonly string[];
  /** Milliseconds, medians over the rounds. */
  readonly p50: number;
  readonly p99: number;
  /** Milliseconds above the direct way in the same round, medians. */
  readonly added50: number;
  readonly added99: number;
}

export interface LatencyResult extends Result {
  readonly kind: "latency";
  readonly rows: readonly LatencyRow[];
}

export type ScenarioResult = LoadResult | IdleResult | LatencyResult;

export interface Results {
  /** YYYY-MM-DD */
  readonly date: string;
  readonly machine: {
    readonly cpu: string;
    readonly cores: number;
    readonly system: string;
    readonly node: string;
  };
  readonly versions: Readonly<Record<string, string>>;
  readonly rounds: number;
  readonly seconds: number;
  readonly scenarios: readonly ScenarioResult[];
}

/** The results as JSON: six significant digits, NaN as null. */
export function toJson(results: Results): string {
  const shorten = (_name: string, value: unknown): unknown =>
    typeof value === "number" ? Number(value.toPrecision(6)) : value;
  return `${JSON.stringify(results, shorten, 1)}\n`;
}
