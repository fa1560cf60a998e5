/** Reading a PROXY header of either version (the PROXY protocol's specification, §2). */
import type { Octets } from "../../message/index.ts";
import { readLine } from "./read-line.ts";
import { readOctets } from "./read-octets.ts";
import { type ProxyReading, quoted } from "./reading.ts";
import { signature } from "./signature.ts";

export type { ProxyReading } from "./reading.ts";

/** Octets that a header may have, whatever its version. Longer ones carry more certificates than anybody reads. */
export const mostHeaderOctets: Octets = 4_096;

const letters = "PROXY ";

/**
 * Reads the header that a connection begins with.
 *
 * @param bytes - All that has come so far; what follows the header does no harm.
 * @returns "incomplete" only as long as a header may still become of it, and for fewer octets than `mostHeaderOctets`.
 * @throws Never.
 */
export function readProxyHeader(bytes: Uint8Array): ProxyReading {
  if (begins(bytes, signature.length, (at) => signature[at])) {
    return bytes.length < signature.length ? { type: "incomplete" } : readOctets(bytes, mostHeaderOctets);
  }
  if (begins(bytes, letters.length, (at) => letters.charCodeAt(at))) {
    return bytes.length < letters.length ? { type: "incomplete" } : readLine(bytes);
  }
  return {
    type: "fault",
    detail: `the connection begins with ${shownStart(bytes)}, not with a PROXY header`,
  };
}

/** Whether bytes and the beginning agree as far as both go. */
function begins(bytes: Uint8Array, length: number, expected: (at: number) => number | undefined): boolean {
  for (let at = 0; at < length && at < bytes.length; at += 1) {
    if (bytes[at] !== expected(at)) {
      return false;
    }
  }
  return true;
}

function shownStart(bytes: Uint8Array): string {
  if (bytes[0] === 0x16 && (bytes[1] ?? 3) === 3) {
    return "a TLS handshake";
  }
  return quoted(String.fromCharCode(...bytes.subarray(0, 12)));
}
