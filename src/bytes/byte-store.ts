/**
 * Octets that must outlive the buffer they came in: appended at the back, taken from the front.
 * Grows by doubling, so that octets that come one by one cost no more than those that come at once.
 */
import { Buffer } from "node:buffer";

const none: Buffer = Buffer.alloc(0);

export class ByteStore {
  #space: Buffer = none;
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Copies `bytes` to the back. Views handed out before may be left behind: take a new one. */
  append(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (this.#end + bytes.length > this.#space.length) {
      const space =
        needed <= this.#space.length
          ? this.#space
          : Buffer.allocUnsafe(Math.max(needed, this.#space.length * 2, 256));
      space.set(this.#space.subarray(this.#start, this.#end), 0);
      this.#space = space;
      this.#end = this.length;
      this.#start = 0;
    }
    this.#space.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** All octets held, as a view that is good until the next `append`, `take` or `clear`. */
  view(): Buffer {
    return this.#space.subarray(this.#start, this.#end);
  }

  /** Lets go of `octets` from the front. */
  take(octets: number): void {
    this.#start += octets;
    if (this.#start >= this.#end) {
      this.clear();
    }
  }

  /** Lets go of everything, memory included: an idle connection holds none. */
  clear(): void {
    this.#space = none;
    this.#start = 0;
    this.#end = 0;
  }
}
