/** Several small chunks as one block, so that they leave in one write. */
import { Buffer } from "node:buffer";
import type { Octets } from "../message/index.ts";

/** Several chunks up to this size leave as one copied block; beyond, as a vector. */
export const joinSize: Octets = 65_536;

/** Where small chunks are joined; given away when the socket could not send it at once. */
let joinBuffer: Buffer = Buffer.allocUnsafeSlow(joinSize);

/** The chunks as one block in the shared buffer; undefined where they are too much for it. */
export function joined(chunks: readonly Uint8Array[]): Uint8Array | undefined {
  const total = octetsOf(chunks);
  if (total > joinSize) {
    return undefined;
  }
  let at = 0;
  for (const chunk of chunks) {
    joinBuffer.set(chunk, at);
    at += chunk.length;
  }
  return joinBuffer.subarray(0, total);
}

/** What has not left yet keeps its buffer: the next block needs another. */
export function giveAway(block: Uint8Array | undefined): void {
  if (block?.buffer === joinBuffer.buffer) {
    joinBuffer = Buffer.allocUnsafeSlow(joinSize);
  }
}

export function octetsOf(chunks: readonly Uint8Array[]): Octets {
  let total = 0;
  for (const chunk of chunks) {
    total += chunk.length;
  }
  return total;
}
