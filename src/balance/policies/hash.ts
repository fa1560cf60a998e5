/** Hashes of 32 bits: not secret, the same in every process and after every restart. */

/** FNV-1a over the characters, its bits then mixed, because it leaves the upper ones poor. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return mix(hash);
}

/** Every bit of the result depends on every bit of `hash` (the end of MurmurHash3), 0 to 2³² − 1. */
export function mix(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
