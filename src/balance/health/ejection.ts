/** Passive ejection of one member: what its requests say of it, and how long it is passed over for that. */
import type { Millis } from "../../message/index.ts";
import { FailureTally } from "./failure-tally.ts";
import { LatencyWindow } from "./latency-window.ts";
import type { EjectionRules } from "./rules.ts";
import { durationWords } from "./words.ts";

export class Ejection {
  readonly #rules: EjectionRules;
  readonly tally: FailureTally;
  readonly latencies: LatencyWindow | undefined;
  ejected = false;
  /** Why, and for how long; empty unless ejected. */
  reason = "";
  /** When it was last ejected. */
  since: Millis = 0;
  until: Millis = 0;
  /** Requests begun before count for nothing: they are what it was ejected for. */
  #returned: Millis = Number.NEGATIVE_INFINITY;
  /** Ejections in a row. */
  #times = 0;

  constructor(rules: EjectionRules) {
    this.#rules = rules;
    this.tally = new FailureTally(rules);
    this.latencies = rules.latency === undefined ? undefined : new LatencyWindow(rules.window);
  }

  /** Whether a request that began then may still speak against it. */
  heeds(began: Millis): boolean {
    return !this.ejected && began >= this.#returned;
  }

  /** @param why - Such as "5 failures in a row, last: status 503". */
  eject(why: string, now: Millis): void {
    const { time, longest } = this.#rules;
    // What a member served without complaint makes up for ejections of before.
    const forgiven = this.#times === 0 ? 0 : Math.floor((now - this.#returned) / time);
    this.#times = Math.max(0, this.#times - forgiven) + 1;
    const duration = Math.min(longest, time * this.#times);
    this.ejected = true;
    this.since = now;
    this.until = now + duration;
    this.reason = `${why}; not asked for ${durationWords(duration)}`;
  }

  /** It is asked again, or something else keeps it out; what was counted is forgotten. */
  end(now: Millis): void {
    this.ejected = false;
    this.reason = "";
    this.#returned = now;
    this.tally.clear();
    this.latencies?.clear();
  }

  /** As if it had never been ejected. */
  forgive(now: Millis): void {
    this.end(now);
    this.#times = 0;
  }
}
