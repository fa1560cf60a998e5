/** What a name resolves to: looked up at first need, again when its time is over, and soon again after a failure. */
import { type Clock, errorOf, type Millis } from "../../message/index.ts";
import type { Timer, Timers } from "./parts.ts";

export interface Found<T> {
  readonly value: T;
  /** On the clock's `now`. */
  readonly expires: Millis;
}

const firstPause: Millis = 1_000;
const longestPause: Millis = 30_000;
/** Some answers never expire, but what says so may change. */
const longestTrust: Millis = 3_600_000;

export interface NameWatchParts<T> {
  readonly clock: Clock;
  readonly timers: Timers;
  lookUp(): Promise<Found<T>>;
  /** Each time something was found, and each time nothing was. */
  told(watch: NameWatch<T>): void;
}

export class NameWatch<T> {
  readonly #parts: NameWatchParts<T>;
  #value: T | undefined = undefined;
  #expires: Millis = Number.NEGATIVE_INFINITY;
  #failure: string | undefined = undefined;
  #pause = firstPause;
  #timer: Timer | undefined = undefined;
  #looking: Promise<void> | undefined = undefined;
  #closed = false;

  constructor(parts: NameWatchParts<T>) {
    this.#parts = parts;
  }

  /**
   * What was found last. Kept beyond its time while the name servers do not answer; gone once they say
   * that there is no such name.
   */
  get value(): T | undefined {
    return this.#value;
  }

  /** Why nothing is known; undefined while something is, and before the first answer. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** Not known yet, and not known to be unknown. */
  get awaited(): boolean {
    return this.#value === undefined && this.#failure === undefined;
  }

  /** Begins to look; later calls do nothing. */
  begin(): void {
    if (this.#looking === undefined && this.#timer === undefined && !this.#closed) {
      this.#look();
    }
  }

  /** What is known, or a promise of the answer that is under way. @throws Error (rejects) where there is none. */
  get(): T | Promise<T> {
    if (this.#value !== undefined) {
      return this.#value;
    }
    this.begin();
    return (this.#looking ?? Promise.resolve()).then(() => {
      if (this.#value === undefined) {
        throw this.#error ?? new Error("nothing is known of the name any more");
      }
      return this.#value;
    });
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #error: Error | undefined = undefined;

  #look(): void {
    this.#timer = undefined;
    this.#looking = this.#parts.lookUp().then(
      (found) => this.#found(found),
      (error) => this.#failed(errorOf(error)),
    );
  }

  #found({ value, expires }: Found<T>): void {
    this.#looking = undefined;
    this.#value = value;
    this.#expires = expires;
    this.#failure = undefined;
    this.#error = undefined;
    this.#pause = firstPause;
    const left = this.#expires - this.#parts.clock.now();
    this.#next(Math.min(longestTrust, Math.max(firstPause, left)));
  }

  #failed(error: Error): void {
    this.#looking = undefined;
    this.#error = error;
    if ((error as { readonly kind?: unknown }).kind === "not-found") {
      this.#value = undefined;
    }
    this.#failure = this.#value === undefined ? error.message : undefined;
    this.#next(this.#pause);
    this.#pause = Math.min(longestPause, this.#pause * 2);
  }

  #next(wait: Millis): void {
    if (!this.#closed) {
      this.#timer = this.#parts.timers.after(wait, () => this.#look());
      this.#parts.told(this);
    }
  }
}
