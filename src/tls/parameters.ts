/** What we agree to in a handshake: versions, cipher suites, groups, as data. */
import { constants } from "node:crypto";
import { createSecureContext, type SecureContextOptions } from "node:tls";

export type TlsVersion = "1.2" | "1.3";

export interface TlsParameters {
  readonly minVersion: TlsVersion;
  /** OpenSSL names or standard names, by preference. */
  readonly ciphers: readonly string[];
  /** Groups for the key exchange, by preference. */
  readonly groups: readonly string[];
}

/** Forward secrecy and authenticated encryption only (RFC 9325 §4.2); the cheapest sound one first. */
export const defaultCiphers: readonly string[] = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
];

/** The first needs OpenSSL 3.5 (Node 24): safe against who records now and has a quantum computer later. */
export const defaultGroups: readonly string[] = ["X25519MLKEM768", "X25519", "P-256", "P-384"];

/** @returns What is needed instead; undefined for one that this Node can do. */
export function cipherFault(cipher: string): string | undefined {
  return works({ ciphers: cipher }) ? undefined : "a cipher suite that this Node's OpenSSL knows";
}

/** @returns What is needed instead; undefined for one that this Node can do. */
export function groupFault(group: string): string | undefined {
  return works({ ecdhCurve: group }) ? undefined : "a group that this Node's OpenSSL knows";
}

/** Of the default groups those that this Node knows. */
export function knownGroups(): readonly string[] {
  known ??= defaultGroups.filter((group) => groupFault(group) === undefined);
  return known;
}

let known: readonly string[] | undefined;

/** The same for Node's TLS. */
export function contextOptions(parameters: TlsParameters, tickets: boolean): SecureContextOptions {
  return {
    minVersion: parameters.minVersion === "1.3" ? "TLSv1.3" : "TLSv1.2",
    ciphers: parameters.ciphers.join(":"),
    ecdhCurve: parameters.groups.join(":"),
    honorCipherOrder: true,
    // A client that puts ChaCha20 first has no AES in hardware.
    secureOptions:
      constants.SSL_OP_PRIORITIZE_CHACHA |
      constants.SSL_OP_NO_RENEGOTIATION |
      (tickets ? 0 : constants.SSL_OP_NO_TICKET),
  };
}

function works(options: SecureContextOptions): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}
