/**
 * How many retries are right: a share of the requests, so that upstreams in trouble do not get a multiple
 * of their usual load on top of it, and a few each second, so that a small site may retry at all.
 */
import type { Millis } from "../message/index.ts";

export interface RetryBudgetRules {
  /** Retries for each request, such as 0.2. */
  readonly share: number;
  /** Retries each second whatever the number of requests. */
  readonly minimum: number;
}

/** Rights to retry that are not used fade away in this time. */
const memory: Millis = 10_000;

/** A right to one retry, less what sums of fractions may be off. */
const whole = 1 - 1e-9;

/** A token bucket. A lull is worth at most ten seconds of rights, however long it was. */
export class RetryBudget {
  readonly #share: number;
  readonly #perMilli: number;
  /** What requests brought, fading. */
  #earned = 0;
  /** What time brought, full to begin with. */
  #granted: number;
  #at: Millis | undefined;

  constructor({ share, minimum }: RetryBudgetRules) {
    this.#share = share;
    this.#perMilli = minimum / 1000;
    this.#granted = this.#perMilli * memory;
  }

  /** A request came: to be told of each once, not of its retries. */
  asked(now: Millis): void {
    this.#pass(now);
    this.#earned += this.#share;
  }

  /** Whether one more retry is right; where it is, it counts as made. */
  allows(now: Millis): boolean {
    this.#pass(now);
    // What requests brought fades, so it goes first.
    const earned = Math.min(1, this.#earned);
    if (earned + this.#granted < whole) {
      return false;
    }
    this.#earned -= earned;
    this.#granted = Math.max(0, this.#granted - (1 - earned));
    return true;
  }

  #pass(now: Millis): void {
    const passed = now - (this.#at ?? now);
    if (passed > 0) {
      this.#earned *= Math.exp(-passed / memory);
      this.#granted = Math.min(this.#perMilli * memory, this.#granted + passed * this.#perMilli);
    }
    this.#at = now;
  }
}
