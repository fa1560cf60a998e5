/**
 * Octets owed to the peer, gathered in blocks: what one turn of the loop owes leaves as one piece.
 *
 * A writer asks for room, writes at `at` in `block` and moves `at`.
 */
import { Buffer } from "node:buffer";
import { blockOctets, dropBlock, giveBlock, takeBlock } from "../../bytes/index.ts";
import type { Octets } from "../../message/index.ts";

const none: Buffer = Buffer.alloc(0);
const nothing: readonly Uint8Array[] = [];

export class Outbox {
  /** The block being written; of no octets while nothing is owed. */
  block: Buffer = none;
  at = 0;
  /** Blocks behind the present one, and the octets in them. */
  #full: Uint8Array[] = [];
  #fullBlocks: Buffer[] = [];
  #fullOctets = 0;
  /** What the last `drain` gave. */
  #lent: Buffer[] = [];

  /** Octets owed. */
  get octets(): Octets {
    return this.#fullOctets + this.at;
  }

  /** Octets left in the present block. */
  get room(): Octets {
    return this.block.length - this.at;
  }

  /** Sees to it that `octets` follow `at` in `block`. */
  reserve(octets: Octets): void {
    if (this.block.length - this.at < octets) {
      this.#turn(octets);
    }
  }

  /**
   * All octets owed. What the call before gave is used again, so that it must have left.
   *
   * @returns Good until the next call.
   */
  drain(): readonly Uint8Array[] {
    for (const block of this.#lent) {
      giveBlock(block);
    }
    if (this.at === 0 && this.#fullOctets === 0) {
      if (this.#lent.length > 0) {
        this.#lent = [];
      }
      return nothing;
    }
    const { block, at } = this;
    this.#lent = this.#fullBlocks;
    this.#lent.push(block);
    const chunks = this.#full;
    if (at > 0) {
      chunks.push(block.subarray(0, at));
    }
    this.#full = [];
    this.#fullBlocks = [];
    this.#fullOctets = 0;
    this.block = none;
    this.at = 0;
    return chunks;
  }

  /** Lets go of everything: what was owed, and what the last `drain` gave, which may still be looked at. */
  release(): void {
    for (const block of [...this.#lent, ...this.#fullBlocks, this.block]) {
      dropBlock(block);
    }
    this.#lent = [];
    this.#full = [];
    this.#fullBlocks = [];
    this.#fullOctets = 0;
    this.block = none;
    this.at = 0;
  }

  #turn(octets: Octets): void {
    if (this.at > 0) {
      this.#full.push(this.block.subarray(0, this.at));
      this.#fullBlocks.push(this.block);
      this.#fullOctets += this.at;
    } else if (this.block !== none) {
      giveBlock(this.block);
    }
    const block = octets <= blockOctets ? takeBlock() : none;
    if (block.length < octets) {
      // Too large for a block, or blocks are scarce: this piece has its own.
      giveBlock(block);
      this.block = Buffer.allocUnsafeSlow(octets);
    } else {
      this.block = block;
    }
    this.at = 0;
  }
}
