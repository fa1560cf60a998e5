/** What a header begins with. */

/** Of version 2: "\r\n\r\n\0\r\nQUIT\n", which no other protocol begins with. */
export const signature: Uint8Array = Uint8Array.of(
  0x0d,
  0x0a,
  0x0d,
  0x0a,
  0x00,
  0x0d,
  0x0a,
  0x51,
  0x55,
  0x49,
  0x54,
  0x0a,
);

/** Of version 2, before the addresses: signature, version and command, family and transport, length. */
export const fixedOctets = 16;

/** Octets of one address of a Unix socket. */
export const unixOctets = 108;
