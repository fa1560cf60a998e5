/**
 * Deadlines of many connections with one timer: each stands in the bucket of the tick by which
 * it must be looked at. A deadline that moves later costs nothing until its bucket comes up.
 */
import type { Clock, Millis } from "../message/index.ts";

/** Something that must be looked at by its deadline. */
export interface Timed {
  /** undefined: nothing to wait for. */
  readonly deadline: Millis | undefined;
  expire(now: Millis): void;
  /** @internal The tick whose bucket holds it; 0 when none does. */
  bucket: number;
}

/** How late a deadline may be noticed. */
export const tick: Millis = 250;

export class Deadlines {
  readonly #clock: Clock;
  readonly #buckets = new Map<number, Set<Timed>>();
  #timer: NodeJS.Timeout | undefined;
  #swept: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#swept = Math.floor(clock.now() / tick);
  }

  /** Call when a deadline may have become earlier, or exists for the first time. */
  watch(timed: Timed): void {
    const { deadline } = timed;
    if (deadline === undefined) {
      return;
    }
    const due = Math.max(Math.ceil(deadline / tick), this.#swept + 1);
    if (timed.bucket !== 0 && timed.bucket <= due) {
      return;
    }
    this.forget(timed);
    timed.bucket = due;
    const bucket = this.#buckets.get(due);
    if (bucket === undefined) {
      this.#buckets.set(due, new Set([timed]));
    } else {
      bucket.add(timed);
    }
    this.#timer ??= setInterval(() => this.sweep(), tick).unref();
  }

  forget(timed: Timed): void {
    if (timed.bucket !== 0) {
      const bucket = this.#buckets.get(timed.bucket);
      if (bucket?.delete(timed) && bucket.size === 0) {
        this.#buckets.delete(timed.bucket);
      }
      timed.bucket = 0;
    }
  }

  /** Looks at everything that is due. */
  sweep(): void {
    const now = this.#clock.now();
    const current = Math.floor(now / tick);
    // After a long sleep there are more ticks than buckets.
    const due =
      current - this.#swept > this.#buckets.size
        ? [...this.#buckets.keys()].filter((at) => at <= current)
        : Array.from({ length: Math.max(0, current - this.#swept) }, (_, i) => this.#swept + 1 + i);
    this.#swept = current;
    for (const at of due) {
      const bucket = this.#buckets.get(at);
      this.#buckets.delete(at);
      for (const timed of bucket ?? []) {
        if (timed.bucket !== at) {
          // Forgotten by what another one's end brought about.
          continue;
        }
        timed.bucket = 0;
        if (timed.deadline !== undefined && timed.deadline <= now) {
          timed.expire(now);
        }
        this.watch(timed);
      }
    }
    if (this.#buckets.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
