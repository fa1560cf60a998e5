/** The real clock, and the Date field's text renewed once a second. */
// The globals of these names are getters, which costs on every request.
import { performance } from "node:perf_hooks";
import { formatHttpDate } from "../fields/index.ts";
import type { Clock } from "../message/index.ts";

export const systemClock: Clock = {
  now: () => performance.now(),
  wall: () => Date.now(),
};

/** `text` is the current time as IMF-fixdate; `second` grows with it. Call `refresh` before use. */
export class CurrentDate {
  readonly #clock: Clock;
  #until = Number.NEGATIVE_INFINITY;
  second = 0;
  text = "";

  constructor(clock: Clock) {
    this.#clock = clock;
    this.refresh(clock.now());
  }

  /** Looks at the wall clock when the second is over by the monotonic `now`. */
  refresh(now: number): void {
    if (now >= this.#until) {
      const wall = this.#clock.wall();
      this.second = Math.floor(wall / 1000);
      this.text = formatHttpDate(this.second * 1000);
      this.#until = now + 1000 - (wall % 1000);
    }
  }
}
