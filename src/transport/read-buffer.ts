/** The buffer that all connections of the process read into: whoever is given a part of it only borrows it. */
import { Buffer } from "node:buffer";
import type { Octets } from "../message/index.ts";

/** Octets a single read may bring. */
export const readSize: Octets = 65_536;

export const readBuffer: Buffer = Buffer.allocUnsafeSlow(readSize);

/** Views of the beginning by length, made once each: most reads are short. */
const views: Uint8Array[] = [];
const viewedLength = 2_048;

/** The first octets of the buffer. */
export function received(octets: Octets): Uint8Array {
  if (octets > viewedLength) {
    return readBuffer.subarray(0, octets);
  }
  let view = views[octets];
  if (view === undefined) {
    view = readBuffer.subarray(0, octets);
    views[octets] = view;
  }
  return view;
}
