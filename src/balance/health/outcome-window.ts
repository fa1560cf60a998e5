/** How many of the last seconds' requests failed: a ring of ten slices of time, which allocates nothing once made. */
import type { Millis } from "../../message/index.ts";

const slices = 10;

export class OutcomeWindow {
  readonly #width: Millis;
  readonly #succeeded = new Uint32Array(slices);
  readonly #failed = new Uint32Array(slices);
  /** The slice being written, counted from the clock's beginning. */
  #slice = 0;
  #allFailed = 0;
  #allSucceeded = 0;

  /** @param window - Above 0. */
  constructor(window: Millis) {
    this.#width = window / slices;
  }

  add(failed: boolean, now: Millis): void {
    this.#advance(now);
    const at = this.#slice % slices;
    if (failed) {
      this.#failed[at] = (this.#failed[at] as number) + 1;
      this.#allFailed += 1;
    } else {
      this.#succeeded[at] = (this.#succeeded[at] as number) + 1;
      this.#allSucceeded += 1;
    }
  }

  failed(now: Millis): number {
    this.#advance(now);
    return this.#allFailed;
  }

  total(now: Millis): number {
    this.#advance(now);
    return this.#allFailed + this.#allSucceeded;
  }

  clear(): void {
    this.#failed.fill(0);
    this.#succeeded.fill(0);
    this.#allFailed = 0;
    this.#allSucceeded = 0;
  }

  /** Forgets the slices that have left the window. */
  #advance(now: Millis): void {
    const slice = Math.floor(now / this.#width);
    if (slice - this.#slice >= slices) {
      this.clear();
      this.#slice = slice;
    }
    while (this.#slice < slice) {
      this.#slice += 1;
      const at = this.#slice % slices;
      this.#allFailed -= this.#failed[at] as number;
      this.#allSucceeded -= this.#succeeded[at] as number;
      this.#failed[at] = 0;
      this.#succeeded[at] = 0;
    }
  }
}
