/** CRC-32C, Castagnoli's polynomial (RFC 9260, appendix A). */

/** For each octet what it does to the remainder. */
const table: Uint32Array = Uint32Array.from({ length: 256 }, (_, octet) => {
  let remainder = octet;
  for (let bit = 0; bit < 8; bit += 1) {
    remainder = remainder & 1 ? (remainder >>> 1) ^ 0x82f63b78 : remainder >>> 1;
  }
  return remainder >>> 0;
});

/** @returns 32 bits, not negative. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (const octet of bytes) {
    remainder = (remainder >>> 8) ^ (table[(remainder ^ octet) & 0xff] as number);
  }
  return (remainder ^ 0xffffffff) >>> 0;
}
