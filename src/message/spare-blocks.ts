/**
 * Blocks that arriving content is copied to, lent and given back, so that a stream that is read as it
 * comes allocates none. Whoever loses one has cost no more than its memory.
 */
import { Buffer } from "node:buffer";
import type { Octets } from "./units.ts";

/** As much as one read of a connection may bring. */
export const spareOctets: Octets = 65_536;
/** Blocks kept for the next taker. */
const kept = 64;

const spares: Buffer[] = [];

/** What is in it is arbitrary; its memory is shared with nothing. */
export function takeSpare(): Buffer {
  return spares.pop() ?? Buffer.allocUnsafeSlow(spareOctets);
}

/** Each block once, and nobody may look into it any more. */
export function giveSpare(block: Buffer): void {
  if (spares.length < kept) {
    spares.push(block);
  }
}
