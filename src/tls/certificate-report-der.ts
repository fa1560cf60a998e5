/** Reads from a certificate's octets what older Node does not tell: the algorithm of its signature. */

/** By the octets of the object identifier (RFC 8017 Appendix A.2, RFC 5758 §3.2, RFC 8410 §3). */
const signatures: Readonly<Record<string, string>> = {
  "2a864886f70d010104": "RSA and MD5",
  "2a864886f70d010105": "RSA and SHA-1",
  "2a864886f70d01010a": "RSA-PSS",
  "2a864886f70d01010b": "RSA and SHA-256",
  "2a864886f70d01010c": "RSA and SHA-384",
  "2a864886f70d01010d": "RSA and SHA-512",
  "2a8648ce3d0401": "ECDSA and SHA-1",
  "2a8648ce3d040302": "ECDSA and SHA-256",
  "2a8648ce3d040303": "ECDSA and SHA-384",
  "2a8648ce3d040304": "ECDSA and SHA-512",
  "2b6570": "Ed25519",
  "2b6571": "Ed448",
  "608648016503040311": "ML-DSA-44",
  "608648016503040312": "ML-DSA-65",
  "608648016503040313": "ML-DSA-87",
};

/**
 * Which algorithm signed a certificate.
 *
 * @param raw - DER that a parser has accepted.
 * @source RFC 5280 §4.1: `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signatureValue }`,
 *   `AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, … }`.
 */
export function signatureOf(raw: Uint8Array): string {
  const certificate = elementAt(raw, 0);
  const signed = elementAt(raw, certificate.from);
  const identifier = elementAt(raw, signed.to);
  const oid = elementAt(raw, identifier.from);
  const hex = Buffer.from(raw.subarray(oid.from, oid.to)).toString("hex");
  return signatures[hex] ?? `algorithm ${hex}`;
}

/** Where the content of the element lies whose tag stands at `at` (X.690 §8.1.3). */
function elementAt(der: Uint8Array, at: number): { readonly from: number; readonly to: number } {
  const first = der[at + 1] ?? 0;
  if (first < 0x80) {
    return { from: at + 2, to: at + 2 + first };
  }
  const from = at + 2 + (first & 0x7f);
  const length = der.subarray(at + 2, from).reduce((sum, octet) => sum * 256 + octet, 0);
  return { from, to: from + length };
}
