/**
 * Remembers the field blocks that a peer repeats, octet by octet, and what they meant: programs send
 * the same block for each request, browsers often. A block is kept when it comes for the second time.
 */
import type { Octets } from "../../message/index.ts";

/** Blocks kept for each connection, and the longest that is. */
const blocks = 8;
const longest: Octets = 256;

/** For a block that refers to no dynamic table: its meaning never changes. */
export const ALWAYS = -1;

interface KeptBlock<Meaning> {
  readonly octets: Uint8Array;
  /** The table's state that the block refers to, or ALWAYS. */
  readonly state: number;
  readonly meaning: Meaning;
}

export class RecentBlocks<Meaning> {
  readonly #kept: KeptBlock<Meaning>[] = [];
  /** Hashes of blocks seen once. */
  readonly #seen: number[] = [];
  #nextKept = 0;
  #nextSeen = 0;
  /** Where the last block was found. */
  #last = 0;

  /** What the block from `start` to before `end` means, if it is remembered and `state` is still the same. */
  find(bytes: Uint8Array, start: number, end: number, state: number): Meaning | undefined {
    const kept = this.#kept;
    for (let tried = 0, at = this.#last; tried < kept.length; tried += 1) {
      const block = kept[at] as KeptBlock<Meaning>;
      if ((block.state === state || block.state === ALWAYS) && same(block.octets, bytes, start, end)) {
        this.#last = at;
        return block.meaning;
      }
      at = at + 1 === kept.length ? 0 : at + 1;
    }
    return undefined;
  }

  /** Notes a block that was not found; keeps it where it was noted before. */
  note(bytes: Uint8Array, start: number, end: number, state: number, meaning: Meaning): void {
    if (end - start > longest) {
      return;
    }
    const hash = hashOf(bytes, start, end);
    if (!this.#seen.includes(hash)) {
      this.#seen[this.#nextSeen] = hash;
      this.#nextSeen = (this.#nextSeen + 1) % blocks;
      return;
    }
    this.#last = this.#nextKept;
    this.#kept[this.#last] = { octets: new Uint8Array(bytes.subarray(start, end)), state, meaning };
    this.#nextKept = (this.#last + 1) % blocks;
  }
}

function same(octets: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const { length } = octets;
  if (end - start !== length) {
    return false;
  }
  for (let i = 0; i < length; i += 1) {
    if (octets[i] !== bytes[start + i]) {
      return false;
    }
  }
  return true;
}

/** FNV-1a. Two blocks of one hash cost nothing but a place. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let at = start; at < end; at += 1) {
    hash = Math.imul(hash ^ (bytes[at] as number), 0x01000193);
  }
  return hash;
}
