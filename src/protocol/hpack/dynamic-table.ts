/** The dynamic table (RFC 7541 §2.3.2, §4): newest line first, the oldest evicted. */
import type { Octets } from "../../message/index.ts";
import type { HeaderField } from "./header-field.ts";

export class DynamicTable {
  /** A ring; its length is a power of two, or 0 while nothing was ever inserted. */
  #ring: (HeaderField | undefined)[] = [];
  #newest = 0;
  #count = 0;
  #size: Octets = 0;
  #max: Octets;
  #inserted = 0;
  #changes = 0;
  /** Called with each line that leaves. */
  readonly #evicted: ((field: HeaderField, id: number) => void) | undefined;

  constructor(max: Octets, evicted?: (field: HeaderField, id: number) => void) {
    this.#max = max;
    this.#evicted = evicted;
  }

  get count(): number {
    return this.#count;
  }

  /** Octets that the lines count (RFC 7541 §4.1). */
  get size(): Octets {
    return this.#size;
  }

  get max(): Octets {
    return this.#max;
  }

  /** Lines ever inserted: the newest line's id is one less. */
  get inserted(): number {
    return this.#inserted;
  }

  /** Grows with every insertion and eviction: while it stays, each index means the same. */
  get changes(): number {
    return this.#changes;
  }

  /** The line at `at`, 0 for the newest; undefined behind the oldest. */
  get(at: number): HeaderField | undefined {
    return at < this.#count ? this.#ring[(this.#newest + at) & (this.#ring.length - 1)] : undefined;
  }

  /** Evicts what no longer fits, then adds the line where it fits at all (RFC 7541 §4.4). */
  insert(field: HeaderField): void {
    this.#shrink(this.#max - field.size);
    if (field.size > this.#max) {
      return;
    }
    if (this.#count === this.#ring.length) {
      this.#grow();
    }
    this.#newest = (this.#newest - 1) & (this.#ring.length - 1);
    this.#ring[this.#newest] = field;
    this.#count += 1;
    this.#size += field.size;
    this.#inserted += 1;
    this.#changes += 1;
  }

  /** Sets the maximum size, and evicts what it leaves no room for (RFC 7541 §4.3). */
  resize(max: Octets): void {
    this.#max = max;
    this.#shrink(max);
  }

  clear(): void {
    this.#shrink(0);
  }

  #shrink(room: Octets): void {
    while (this.#size > room && this.#count > 0) {
      this.#count -= 1;
      const at = (this.#newest + this.#count) & (this.#ring.length - 1);
      const field = this.#ring[at] as HeaderField;
      this.#ring[at] = undefined;
      this.#size -= field.size;
      this.#changes += 1;
      this.#evicted?.(field, this.#inserted - this.#count - 1);
    }
  }

  #grow(): void {
    const lines: (HeaderField | undefined)[] = [];
    for (let at = 0; at < this.#count; at += 1) {
      lines.push(this.get(at));
    }
    const length = Math.max(16, this.#count * 2);
    while (lines.length < length) {
      lines.push(undefined);
    }
    this.#ring = lines;
    this.#newest = 0;
  }
}
