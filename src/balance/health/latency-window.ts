/** One member's response times of late, as counts by size: quantiles within a tenth, nothing allocated once made. */
import type { Millis } from "../../message/index.ts";

/** Sizes grow by the eighth root of 2, about 9 %; the first is everything up to 1 ms, the last everything above two minutes. */
const perDoubling = 8;
const sizes = 17 * perDoubling + 1;

export class LatencyWindow {
  readonly #half: Millis;
  /** Two generations, each of half the window: what is counted is between half a window and a whole one old. */
  #counts = new Uint32Array(sizes);
  #before = new Uint32Array(sizes);
  #generation = 0;
  #total = 0;
  #totalBefore = 0;

  /** @param window - Above 0. */
  constructor(window: Millis) {
    this.#half = window / 2;
  }

  add(took: Millis, now: Millis): void {
    this.#advance(now);
    const size = took <= 1 ? 0 : Math.min(sizes - 1, Math.ceil(Math.log2(took) * perDoubling));
    this.#counts[size] = (this.#counts[size] as number) + 1;
    this.#total += 1;
  }

  total(now: Millis): number {
    this.#advance(now);
    return this.#total + this.#totalBefore;
  }

  /** @returns What this share of the times stays within, up to 9 % above it; 0 where there are none. */
  quantile(share: number, now: Millis): Millis {
    const total = this.total(now);
    let wanted = Math.max(1, Math.ceil(share * total));
    for (let size = 0; size < sizes && total > 0; size += 1) {
      wanted -= (this.#counts[size] as number) + (this.#before[size] as number);
      if (wanted <= 0) {
        return 2 ** (size / perDoubling);
      }
    }
    return 0;
  }

  clear(): void {
    this.#counts.fill(0);
    this.#before.fill(0);
    this.#total = 0;
    this.#totalBefore = 0;
  }

  #advance(now: Millis): void {
    const generation = Math.floor(now / this.#half);
    if (generation === this.#generation) {
      return;
    }
    if (generation - this.#generation > 1) {
      this.clear();
    }
    const oldest = this.#before;
    this.#before = this.#counts;
    this.#totalBefore = this.#total;
    this.#counts = oldest.fill(0);
    this.#total = 0;
    this.#generation = generation;
  }
}
