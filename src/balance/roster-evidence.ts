/** What the members' requests say of their health: feeds latency, breaker and ejection. */
import type { Millis } from "../message/index.ts";
import type { Ending } from "./contract.ts";
import { judgeLatencies, mayEject } from "./health/group-ejection.ts";
import type { HealthRules } from "./health/rules.ts";
import { observeLatency } from "./policies/latency.ts";
import type { Seat } from "./roster-seat.ts";

export class Evidence {
  readonly #rules: HealthRules;
  /** When latencies are to be compared next. */
  #compareAt: Millis = 0;

  constructor(rules: HealthRules) {
    this.#rules = rules;
  }

  isFailure(ending: Ending, status: number): boolean {
    return ending === "failed" || this.#rules.failureStatuses.has(status);
  }

  /**
   * A request that began then failed.
   *
   * @returns Whether something is to be settled.
   */
  failed(
    group: readonly Seat[],
    seat: Seat,
    status: number,
    detail: string | undefined,
    began: Millis,
    now: Millis,
  ): boolean {
    // To fail at once is no merit, or one that refuses would look like the quickest; to fail late is as bad as to answer late.
    if (now - began > seat.latency) {
      observeLatency(seat, now - began, now);
    }
    // The breaker first: it does not care for the others, and what it keeps out need not be ejected.
    const opened = seat.breaker?.failed(status, detail, began, now) ?? false;
    const { ejection } = seat;
    if (ejection?.heeds(began)) {
      ejection.tally.failed(status, detail, now);
      const share = this.#rules.ejection?.share ?? 0;
      if (!opened && !seat.gone && ejection.tally.isTooMuch(now) && mayEject(group, seat, share)) {
        ejection.eject(ejection.tally.words(now), now);
        return true;
      }
    }
    return opened;
  }

  /**
   * A request that began then was answered.
   *
   * @returns Whether something is to be settled.
   */
  succeeded(group: readonly Seat[], seat: Seat, took: Millis, began: Millis, now: Millis): boolean {
    observeLatency(seat, took, now);
    const moved = seat.breaker?.succeeded(began, took, now) ?? false;
    if (moved && seat.breaker?.state === "closed") {
      seat.cause = seat.breaker.reason;
    }
    const { ejection } = seat;
    if (ejection?.heeds(began)) {
      ejection.tally.succeeded(now);
      ejection.latencies?.add(took, now);
    }
    return this.#comparesLatencies(group, now) || moved;
  }

  /** Ten times a window at most, since it looks at every member. */
  #comparesLatencies(group: readonly Seat[], now: Millis): boolean {
    const rules = this.#rules.ejection;
    if (rules?.latency === undefined || now < this.#compareAt) {
      return false;
    }
    this.#compareAt = now + rules.window / 10;
    return judgeLatencies(group, rules, rules.latency, now);
  }
}
