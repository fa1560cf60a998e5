/**
 * Blocks that output is gathered in, lent and given back, so that a busy connection allocates none.
 *
 * Past a number of blocks in use only small ones are lent: ten thousand connections whose peers
 * do not read cost 160 MB at most rather than 650.
 */
import { Buffer } from "node:buffer";

/** A block holds four of the largest frames of HTTP/2 (16 KiB) and a head before them. */
export const blockOctets = 66_560;
const smallBlockOctets = 16_384;

const limits = {
  /** Large blocks in use at once. */
  lent: 512,
  /** Large blocks kept for the next taker. */
  kept: 64,
} as const;

const kept: Buffer[] = [];
let lent = 0;

/** Octets that nobody else looks at until the block is given back; what is in them is arbitrary. */
export function takeBlock(): Buffer {
  if (lent >= limits.lent) {
    return Buffer.allocUnsafeSlow(smallBlockOctets);
  }
  lent += 1;
  return kept.pop() ?? Buffer.allocUnsafeSlow(blockOctets);
}

/** A block that somebody may still look into will not be given back: it is lent no more, nor used again. */
export function dropBlock(block: Buffer): void {
  if (block.length === blockOctets) {
    lent -= 1;
  }
}

/** Each block once, and nobody may look into it any more. */
export function giveBlock(block: Buffer): void {
  if (block.length === blockOctets) {
    lent -= 1;
    if (kept.length < limits.kept) {
      kept.push(block);
    }
  }
}
