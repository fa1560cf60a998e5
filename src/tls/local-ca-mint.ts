/**
 * Makes the certificates of the local authority: its root and the leaves below it
 * (RFC 5280 §4; lifetimes within what browsers accept).
 *
 * `@peculiar/x509` and what it needs take longer to load than all the rest of Sluice, so they
 * are loaded when a certificate is made and not before.
 */
import { createPrivateKey, KeyObject, randomBytes, webcrypto } from "node:crypto";
import type { Millis } from "../message/index.ts";
import type { CertificateName } from "./local-name.ts";

/** Both in PEM; the key in PKCS #8. */
export interface CertificateAndKey {
  readonly cert: string;
  readonly key: string;
}

export interface Validity {
  readonly from: Date;
  readonly to: Date;
}

/** Clocks of containers and phones differ: certificates begin so long before they are made. */
export const backdated: Millis = 3_600_000;

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" } as const;

/** The most characters a common name may have (RFC 5280 Appendix A.1, ub-common-name). */
const longestCommonName = 64;

/** @param name - Common name, as trust stores show it; at most 64 characters. */
export async function mintRoot(name: string, validity: Validity): Promise<CertificateAndKey> {
  const x509 = await loadX509();
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ O: ["Sluice"] }, { CN: [name] }],
    keys,
    notBefore: validity.from,
    notAfter: validity.to,
    signingAlgorithm: algorithm,
    extensions: [
      // Leaves come directly below it.
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: pem(certificate.toString("pem")), key: keyPem(keys.privateKey) };
}

/** @param names - One or more; the first is also the common name, for whoever lists certificates. */
export async function mintLeaf(
  names: readonly CertificateName[],
  root: CertificateAndKey,
  validity: Validity,
): Promise<CertificateAndKey> {
  const x509 = await loadX509();
  const issuer = new x509.X509Certificate(root.cert);
  const keys = await makeKeys();
  const common = names[0]?.value ?? "";
  const subject: readonly Record<string, string[]>[] =
    common.length > longestCommonName ? [{ O: ["Sluice"] }] : [{ CN: [common] }];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: [...subject],
    issuer: issuer.subjectName,
    publicKey: keys.publicKey,
    signingKey: await signingKey(root.key),
    notBefore: validity.from,
    notAfter: validity.to,
    signingAlgorithm: algorithm,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names.map(({ type, value }) => ({ type, value }))),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return { cert: pem(certificate.toString("pem")), key: keyPem(keys.privateKey) };
}

async function loadX509(): Promise<typeof import("@peculiar/x509")> {
  // Its dependency injection looks for `Reflect.metadata` as it loads.
  await import("reflect-metadata");
  return import("@peculiar/x509");
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
}

function signingKey(key: string): Promise<webcrypto.CryptoKey> {
  const der = createPrivateKey(key).export({ type: "pkcs8", format: "der" });
  return webcrypto.subtle.importKey("pkcs8", der, algorithm, false, ["sign"]);
}

/** Positive, 127 bits of chance (RFC 5280 §4.1.2.2). */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return bytes.toString("hex");
}

function keyPem(key: webcrypto.CryptoKey): string {
  return pem(KeyObject.from(key).export({ type: "pkcs8", format: "pem" }).toString());
}

function pem(text: string): string {
  return `${text.trimEnd()}\n`;
}

/** A certificate's times know no parts of a second. */
export function wholeSecond(time: number): Date {
  return new Date(Math.floor(time / 1_000) * 1_000);
}

/** What a parser gives; undefined where it throws. */
export function parsed<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
