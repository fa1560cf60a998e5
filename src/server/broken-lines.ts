/** Lines about peers that break rules: whoever opens connections to break them must not fill the operator's log. */
import type { Clock, Millis } from "../message/index.ts";

const limits = {
  /** Lines in the time below. */
  lines: 50,
  time: 10_000,
} as const;

export class BrokenLines {
  readonly #clock: Clock;
  readonly #say: (line: string) => void;
  #since: Millis = Number.NEGATIVE_INFINITY;
  #lines = 0;

  constructor(clock: Clock, say: (line: string) => void) {
    this.#clock = clock;
    this.#say = say;
  }

  /** Says a line, or counts it where too many came. */
  tell(line: string): void {
    const now = this.#clock.now();
    if (now - this.#since >= limits.time) {
      if (this.#lines > limits.lines) {
        this.#say(`${this.#lines - limits.lines} broken connections were left out here`);
      }
      this.#since = now;
      this.#lines = 0;
    }
    this.#lines += 1;
    if (this.#lines <= limits.lines) {
      this.#say(line);
    } else if (this.#lines === limits.lines + 1) {
      this.#say(
        `more than ${limits.lines} broken connections in ${limits.time / 1_000} s: the others are counted`,
      );
    }
  }
}
