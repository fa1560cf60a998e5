/** Octets as a latin1 string, one character an octet. */

/** `node:buffer` has this beneath `toString`, without the detour by the encoding's name. */
interface Latin1Slicing {
  latin1Slice(start: number, end: number): string;
}

/** The octets from `start` to before `end` as a flat string of its own, which keeps nothing else alive. */
export function latin1(bytes: Buffer, start: number, end: number): string {
  return (bytes as Buffer & Latin1Slicing).latin1Slice(start, end);
}
