/**
 * Buffers for reading files, lent and given back.
 *
 * Large buffers keep the cost per octet low; but slow readers hold theirs for long, so that past a
 * number of large ones in use only small ones are lent: ten thousand stalled downloads cost 320 MB
 * at most rather than 5 GB.
 */
import type { Octets } from "../../message/index.ts";

export const largeBuffer: Octets = 262_144;
const smallBuffer: Octets = 16_384;

const limits = {
  /** Large buffers in use at once. */
  largeLent: 256,
  /** Large buffers kept for the next reader. */
  largeKept: 32,
} as const;

const kept: Buffer[] = [];
let largeLent = 0;

/**
 * @param wanted - Octets the reader could use; a smaller buffer may come.
 */
export function takeBuffer(wanted: Octets): Buffer {
  if (wanted <= smallBuffer || largeLent >= limits.largeLent) {
    return Buffer.allocUnsafeSlow(Math.min(wanted, smallBuffer));
  }
  largeLent += 1;
  return kept.pop() ?? Buffer.allocUnsafeSlow(largeBuffer);
}

/** Each buffer once, and nobody may look into it any more. */
export function giveBuffer(buffer: Buffer): void {
  if (buffer.length !== largeBuffer) {
    return;
  }
  largeLent -= 1;
  if (kept.length < limits.largeKept) {
    kept.push(buffer);
  }
}
