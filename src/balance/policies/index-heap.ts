/** A heap of small whole numbers, each with a key that may change: who comes next, in O(log n). */

/** Numbers from 0 up to and without `room`, the least key first; of equal keys the least rank. */
export class IndexHeap {
  readonly #keys: Float64Array;
  readonly #ranks: Float64Array;
  /** The heap itself, in its usual layout. */
  readonly #order: Int32Array;
  /** Where each number stands in `#order`; -1: nowhere. */
  readonly #places: Int32Array;
  #size = 0;

  constructor(room: number) {
    this.#keys = new Float64Array(room);
    this.#ranks = new Float64Array(room);
    this.#order = new Int32Array(room);
    this.#places = new Int32Array(room).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** The number that comes first; -1 where there is none. */
  get first(): number {
    return this.#size === 0 ? -1 : (this.#order[0] as number);
  }

  /** The key last set, whether or not the number is in the heap now. */
  key(item: number): number {
    return this.#keys[item] as number;
  }

  rank(item: number): number {
    return this.#ranks[item] as number;
  }

  /** Puts a number in, or moves it to where its new key belongs. */
  set(item: number, key: number, rank: number): void {
    this.#keys[item] = key;
    this.#ranks[item] = rank;
    let place = this.#places[item] as number;
    if (place < 0) {
      place = this.#size;
      this.#size += 1;
    }
    this.#rise(item, place);
    this.#sink(item, this.#places[item] as number);
  }

  /** Takes a number out, if it is in. */
  remove(item: number): void {
    const place = this.#places[item] as number;
    if (place < 0) {
      return;
    }
    this.#places[item] = -1;
    this.#size -= 1;
    if (place < this.#size) {
      const last = this.#order[this.#size] as number;
      this.#rise(last, place);
      this.#sink(last, this.#places[last] as number);
    }
  }

  #rise(item: number, from: number): void {
    let place = from;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = this.#order[parent] as number;
      if (!this.precedes(item, above)) {
        break;
      }
      this.#put(above, place);
      place = parent;
    }
    this.#put(item, place);
  }

  #sink(item: number, from: number): void {
    let place = from;
    for (;;) {
      let child = 2 * place + 1;
      if (child >= this.#size) {
        break;
      }
      if (
        child + 1 < this.#size &&
        this.precedes(this.#order[child + 1] as number, this.#order[child] as number)
      ) {
        child += 1;
      }
      const below = this.#order[child] as number;
      if (!this.precedes(below, item)) {
        break;
      }
      this.#put(below, place);
      place = child;
    }
    this.#put(item, place);
  }

  #put(item: number, place: number): void {
    this.#order[place] = item;
    this.#places[item] = place;
  }

  /** Whether `a` comes before `b`, by the keys and ranks last set. */
  precedes(a: number, b: number): boolean {
    const difference = (this.#keys[a] as number) - (this.#keys[b] as number);
    return difference < 0 || (difference === 0 && (this.#ranks[a] as number) < (this.#ranks[b] as number));
  }
}
