/** Second attempts for requests whose first is slow: one timer for all, since all wait equally long. */
import { RetryBudget } from "../../balance/index.ts";
import type { Clock, Millis } from "../../message/index.ts";
import type { Timer, Timers } from "./parts.ts";

/** A request that may get a second attempt. */
export interface Hedgeable {
  /** No answer has come yet. */
  readonly pending: boolean;
  /** @returns Whether a second attempt was made. */
  hedge(now: Millis): boolean;
}

/** Second attempts each second that are always right, however few requests there are. */
const leastHedges = 0.1;

export class Hedging {
  readonly #after: Millis;
  readonly #budget: RetryBudget;
  readonly #clock: Clock;
  readonly #timers: Timers;
  #timer: Timer | undefined;
  /** First come, first due. */
  #waiting: { readonly who: Hedgeable; readonly due: Millis }[] = [];

  constructor(rules: { readonly after: Millis; readonly share: number }, clock: Clock, timers: Timers) {
    this.#after = rules.after;
    this.#budget = new RetryBudget({ share: rules.share, minimum: leastHedges });
    this.#clock = clock;
    this.#timers = timers;
  }

  watch(who: Hedgeable, now: Millis): void {
    this.#budget.asked(now);
    this.#waiting.push({ who, due: now + this.#after });
    this.#timer ??= this.#timers.after(this.#after, () => this.#due());
  }

  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#waiting = [];
  }

  #due(): void {
    const now = this.#clock.now();
    const late = this.#waiting.findIndex(({ due }) => due > now);
    const through = this.#waiting.splice(0, late < 0 ? this.#waiting.length : late);
    for (const { who } of through) {
      if (who.pending && this.#budget.allows(now)) {
        who.hedge(now);
      }
    }
    const next = this.#waiting[0];
    this.#timer =
      next === undefined ? undefined : this.#timers.after(Math.max(1, next.due - now), () => this.#due());
  }
}
