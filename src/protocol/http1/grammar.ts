/** Octets and the classes that the grammar of RFC 9112 sorts them into. */

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SP = 0x20;
export const HASH = 0x23;
export const SLASH = 0x2f;
export const COLON = 0x3a;
export const SEMICOLON = 0x3b;
export const QUESTION = 0x3f;

/** tchar (RFC 9110 §5.6.2). */
export const isTchar: Uint8Array = classOf(
  (c) =>
    (c >= 0x30 && c <= 0x39) ||
    ((c | 0x20) >= 0x61 && (c | 0x20) <= 0x7a && c < 0x80) ||
    "!#$%&'*+-.^_`|~".includes(String.fromCharCode(c)),
);

/** field-vchar, SP and HTAB: what may stand inside a field value (RFC 9110 §5.5). */
export const isValueOctet: Uint8Array = classOf((c) => c === TAB || (c >= SP && c !== 0x7f));

/**
 * What may stand in a request target: visible ASCII but "#".
 * Departs: RFC 3986 forbids some of these unencoded, but browsers send them ("|", "[", "^").
 */
export const isTargetOctet: Uint8Array = classOf((c) => c > SP && c < 0x7f && c !== HASH);

/** Value of a hexadecimal digit, 255 for any other octet. */
export const hexValue: Uint8Array = Uint8Array.from({ length: 256 }, (_, c) => {
  if (c >= 0x30 && c <= 0x39) {
    return c - 0x30;
  }
  const letter = c | 0x20;
  return c < 0x80 && letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : 255;
});

function classOf(belongs: (octet: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, octet) => (belongs(octet) ? 1 : 0));
}

/** An octet as an error message shows it. */
export function showOctet(octet: number | undefined): string {
  if (octet === undefined) {
    return "the end";
  }
  return octet > SP && octet < 0x7f
    ? `"${String.fromCharCode(octet)}"`
    : `octet 0x${octet.toString(16).padStart(2, "0")}`;
}
