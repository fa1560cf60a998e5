/**
 * Lines about requests that an only upstream left unanswered. Where there are several, one that fails is
 * taken out, and that is told; an only one is asked again and again, and nobody would hear of it.
 */
import type { Clock, Millis } from "../../message/index.ts";

/** Between two lines. */
const interval: Millis = 10_000;

export class FailureLines {
  readonly #clock: Clock;
  readonly #say: (line: string) => void;
  #since: Millis = Number.NEGATIVE_INFINITY;
  #silent = 0;

  constructor(clock: Clock, say: (line: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  /** Says why, or counts it where that was said a moment ago. */
  tell(method: string, target: string, words: string): void {
    const now = this.#clock.now();
    if (now - this.#since < interval) {
      this.#silent += 1;
      return;
    }
    const others = this.#silent === 0 ? "" : `; ${this.#silent} more since the last line`;
    this.#since = now;
    this.#silent = 0;
    this.#say(`${method} ${target} was not answered: ${words}${others}`);
  }
}
