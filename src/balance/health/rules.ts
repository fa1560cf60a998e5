/**
 * What health is judged by. Three judges, each with a question of its own:
 *
 * - *Probes* ask the member itself: is it there? Their verdict takes it out and brings it back.
 * - *Ejection* watches what requests come to and asks: are others better? It takes a member out for a
 *   time, never more than a share of the group, and gives way when the others are needed no less.
 * - The *breaker* watches the same and asks: should it get anything at all? It knows no others. It opens
 *   for the last member too, and then requests fail at once instead of waiting for a server that is
 *   overloaded; a few trial requests decide whether it closes again.
 *
 * With both, ejection moves requests to the others for as long as there are others, and the breaker
 * stops them where there are none. Neither share nor panic holds a breaker back.
 */
import type { Millis } from "../../message/index.ts";

export interface HealthRules {
  /** Active probes; undefined: nobody probes, and only requests tell. */
  readonly probes: ProbeRules | undefined;
  /** Passive ejection; undefined: off. */
  readonly ejection: EjectionRules | undefined;
  /** Circuit breakers; undefined: off. */
  readonly breaker: BreakerRules | undefined;
  /** Statuses that count as failures, for ejection and breaker. No answer always counts. */
  readonly failureStatuses: ReadonlySet<number>;
}

/** When probes change their verdict. */
export interface ProbeRules {
  /** Time from one probe to the next: from this follows when a member that is down may be back at the earliest. */
  readonly interval: Millis;
  /** So many passed in a row bring back a member that is down. 1 or more. */
  readonly rise: number;
  /**
   * So many failed in a row take a member out. 1 or more. A member that no probe found well yet is taken
   * at its first word: one failed probe takes it out, and then one passed brings it in.
   */
  readonly fall: number;
}

/** How requests are reckoned into a failure rate. */
export interface FailureRules {
  /** So many failures in a row are too many; undefined: not counted. */
  readonly failures: number | undefined;
  /** The share of requests within `window` that may fail, above 0 up to 1; this and more is too much. Undefined: not reckoned. */
  readonly rate: number | undefined;
  /** A rate is reckoned of this many requests or more. */
  readonly rateOf: number;
  /** How far back requests count for rates and latencies. Older ones fall out in steps of a tenth. */
  readonly window: Millis;
}

/** When a member is passed over for a while because the others do better. */
export interface EjectionRules extends FailureRules {
  /** Slow ones are ejected too; undefined: off. */
  readonly latency: LatencyRules | undefined;
  /** The first ejection's duration; the n-th in a row lasts n times as long. Each `time` without one takes one off. */
  readonly time: Millis;
  /** No ejection lasts longer. */
  readonly longest: Millis;
  /**
   * At most this share of the members that could be asked is ejected at once, rounded down: of two with
   * 0.5 one, of one none. Ejections end early where others drop out and the share would be passed.
   */
  readonly share: number;
}

/** When a member is slow beside the others. */
export interface LatencyRules {
  /** Slow: its quantile is above this many times the group's median of the same. Above 1. */
  readonly factor: number;
  /** Which of a member's response times stands for it: 0.5 is the median, 0.9 what nine of ten stay within. */
  readonly quantile: number;
}

/** When a member is sent nothing, and how it gets another chance. */
export interface BreakerRules extends FailureRules {
  /** A response whose head takes longer counts as a failure here; undefined: slowness is none. */
  readonly slow: Millis | undefined;
  /** How long it stays open first; each failed trial doubles it. */
  readonly time: Millis;
  /** It never stays open longer. */
  readonly longest: Millis;
  /** Half-open, at most so many trial requests are under way at once; when one fails it opens again. 1 or more. */
  readonly trials: number;
  /** When so many trial requests in a row succeeded, it closes. 1 or more. */
  readonly successes: number;
}

export const defaultProbes: ProbeRules = { interval: 5_000, rise: 2, fall: 3 };

export const defaultEjection: EjectionRules = {
  failures: 5,
  rate: 0.5,
  rateOf: 20,
  window: 10_000,
  latency: undefined,
  time: 10_000,
  longest: 300_000,
  share: 0.5,
};

/** Of `latency` where it is asked for. */
export const defaultLatency: LatencyRules = { factor: 3, quantile: 0.9 };

/** Slower than ejection to despair: as long as there are others, they are asked. */
export const defaultBreaker: BreakerRules = {
  failures: 10,
  rate: 0.8,
  rateOf: 20,
  window: 10_000,
  slow: undefined,
  time: 10_000,
  longest: 60_000,
  trials: 1,
  successes: 2,
};

/** An intermediary's words for a server that is not there (RFC 9110 §15.6.3 to §15.6.5); 500 is an application's own matter. */
export const defaultFailureStatuses: ReadonlySet<number> = new Set([502, 503, 504]);
