/** Requests under way, the one that is over first in front: a heap in flat arrays, for millions of them. */
export class EventQueue {
  readonly #at: Float64Array;
  readonly #took: Float64Array;
  readonly #places: Int32Array;
  #size = 0;

  constructor(room: number) {
    this.#at = new Float64Array(room);
    this.#took = new Float64Array(room);
    this.#places = new Int32Array(room);
  }

  get size(): number {
    return this.#size;
  }

  /** When the first is over; Infinity where none is under way. */
  get next(): number {
    return this.#size === 0 ? Number.POSITIVE_INFINITY : (this.#at[0] as number);
  }

  add(at: number, took: number, place: number): void {
    if (this.#size === this.#at.length) {
      throw new RangeError(`more than ${this.#size} requests are under way`);
    }
    let hole = this.#size;
    this.#size += 1;
    for (
      let parent = (hole - 1) >> 1;
      hole > 0 && at < (this.#at[parent] as number);
      parent = (hole - 1) >> 1
    ) {
      this.#move(parent, hole);
      hole = parent;
    }
    this.#put(hole, at, took, place);
  }

  take(): { readonly at: number; readonly took: number; readonly place: number } {
    const first = {
      at: this.#at[0] as number,
      took: this.#took[0] as number,
      place: this.#places[0] as number,
    };
    this.#size -= 1;
    const last = this.#size;
    const at = this.#at[last] as number;
    let hole = 0;
    for (let child = 1; child < last; child = 2 * hole + 1) {
      const least =
        child + 1 < last && (this.#at[child + 1] as number) < (this.#at[child] as number) ? child + 1 : child;
      if ((this.#at[least] as number) >= at) {
        break;
      }
      this.#move(least, hole);
      hole = least;
    }
    this.#put(hole, at, this.#took[last] as number, this.#places[last] as number);
    return first;
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#at[from] as number, this.#took[from] as number, this.#places[from] as number);
  }

  #put(place: number, at: number, took: number, of: number): void {
    this.#at[place] = at;
    this.#took[place] = took;
    this.#places[place] = of;
  }
}
