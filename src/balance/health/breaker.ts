/**
 * One member's circuit breaker.
 *
 *   closed ── too many failures ──▶ open ── its time is over ──▶ half-open ── enough trials succeed ──▶ closed
 *                                    ▲                               │
 *                                    └──────── a trial fails ────────┘
 */
import type { Millis } from "../../message/index.ts";
import { FailureTally } from "./failure-tally.ts";
import type { BreakerRules } from "./rules.ts";
import { counted, durationWords } from "./words.ts";

export class Breaker {
  readonly #rules: BreakerRules;
  readonly #tally: FailureTally;
  state: "closed" | "open" | "half-open" = "closed";
  /** Why it is in this state; empty while it has always been closed. */
  reason = "";
  /** When it last changed. What began before says nothing of now. */
  #since: Millis = Number.NEGATIVE_INFINITY;
  /** When it must be told of the time; undefined while closed. */
  deadline: Millis | undefined;
  /** Times in a row that trials made it open again. */
  #reopened = 0;
  /** Trials under way, when the last of them began, and how many succeeded. */
  #running = 0;
  #lastBegan: Millis = 0;
  #succeeded = 0;

  constructor(rules: BreakerRules) {
    this.#rules = rules;
    this.#tally = new FailureTally(rules);
  }

  /** Trial requests that may begin now. */
  get room(): number {
    return this.state === "half-open" ? this.#rules.trials - this.#running : 0;
  }

  /** A request goes out. */
  started(now: Millis): void {
    if (this.state === "half-open") {
      this.#running += 1;
      this.#lastBegan = now;
    }
  }

  /** Nobody waits for it any more: its place goes to another trial. */
  abandoned(began: Millis): void {
    if (this.state === "half-open" && began >= this.#since) {
      this.#over();
    }
  }

  /** @returns Whether it is in another state now. */
  succeeded(began: Millis, took: Millis, now: Millis): boolean {
    const { slow } = this.#rules;
    if (slow !== undefined && took > slow) {
      return this.failed(0, `a response after ${durationWords(took)}`, began, now);
    }
    if (began < this.#since || this.state === "open") {
      return false;
    }
    if (this.state === "closed") {
      this.#tally.succeeded(now);
      return false;
    }
    this.#over();
    this.#succeeded += 1;
    if (this.#succeeded < this.#rules.successes) {
      return false;
    }
    this.#close(`${counted(this.#succeeded, "trial request")} succeeded`, now);
    return true;
  }

  /** @returns Whether it is in another state now. */
  failed(status: number, detail: string | undefined, began: Millis, now: Millis): boolean {
    if (began < this.#since || this.state === "open") {
      return false;
    }
    if (this.state === "half-open") {
      this.#reopened += 1;
      this.#open(`a trial request failed: ${detail ?? `status ${status}`}`, now);
      return true;
    }
    this.#tally.failed(status, detail, now);
    if (!this.#tally.isTooMuch(now)) {
      return false;
    }
    this.#open(this.#tally.words(now), now);
    return true;
  }

  /** @returns Whether it is in another state now. */
  expire(now: Millis): boolean {
    if (this.deadline === undefined || now < this.deadline) {
      return false;
    }
    const { time, successes } = this.#rules;
    this.deadline = now + time;
    if (this.state === "half-open") {
      // Trials that hang must not keep it half-open for ever: after a while others take their places.
      this.#running = now - this.#lastBegan < time ? this.#running : 0;
      return false;
    }
    this.state = "half-open";
    this.#since = now;
    this.#running = 0;
    this.#succeeded = 0;
    this.reason = `${counted(successes, "trial request")} must succeed`;
    return true;
  }

  /** Somebody says that it is well. */
  clear(now: Millis): void {
    if (this.state !== "closed") {
      this.#close("", now);
    }
    this.#tally.clear();
  }

  /** A place for another trial. */
  #over(): void {
    this.#running = Math.max(0, this.#running - 1);
  }

  #open(why: string, now: Millis): void {
    const { time, longest } = this.#rules;
    const duration = Math.min(longest, time * 2 ** Math.min(this.#reopened, 30));
    this.state = "open";
    this.#since = now;
    this.deadline = now + duration;
    this.reason = `${why}; nothing is sent to it for ${durationWords(duration)}`;
  }

  #close(why: string, now: Millis): void {
    this.state = "closed";
    this.#since = now;
    this.deadline = undefined;
    this.reason = why;
    this.#reopened = 0;
    this.#tally.clear();
  }
}
