/** Who we are in a handshake: a certificate chain and its key, read from PEM, and what is wrong with them. */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { createSecureContext } from "node:tls";
import { chainFaults } from "./chain.ts";
import { alternativeNames, canonicalName } from "./names.ts";
import { contentsOf, nameOf, type PemBlock, type PemError, pemBlocks, readPem } from "./pem.ts";

/** Where an identity comes from: absolute paths, or PEM text. */
export interface CertificateFiles {
  /** The certificate, and after it those that lead to an authority. */
  readonly cert: string;
  readonly key: string;
  readonly passphrase?: string | undefined;
}

export interface Identity {
  /** DER, the certificate of the names first. */
  readonly chain: readonly Uint8Array[];
  readonly key: KeyObject;
  /** What Node's TLS takes. */
  readonly pem: { readonly cert: string; readonly key: string; readonly passphrase: string | undefined };
  /** DNS names in lower case, with wildcards, and addresses. */
  readonly names: readonly string[];
  /** Milliseconds since the epoch. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Such as "EC P-256" or "RSA 2048". */
  readonly algorithm: string;
  /** Path of the certificate, "inline" or "local authority". */
  readonly source: string;
  /** SHA-256 of the certificate: two that are equal in it are the same. */
  readonly fingerprint: string;
}

/** What is wrong, and with which part of the source. */
export interface IdentityFault {
  readonly about: "cert" | "key" | "passphrase";
  /** An "error" makes it unusable; a "warning" will trouble some clients, or all of them soon. */
  readonly severity: "error" | "warning";
  readonly message: string;
}

export interface IdentityReading {
  /** undefined where a fault is an error. */
  readonly identity: Identity | undefined;
  readonly faults: readonly IdentityFault[];
}

/** @param wall - Milliseconds since the epoch. */
export function readIdentity(files: CertificateFiles, wall: number, source?: string): IdentityReading {
  const faults: IdentityFault[] = [];
  const certificates = readCertificates(files.cert, faults);
  const key = readKey(files, faults);
  const [leaf] = certificates;
  if (leaf === undefined || key === undefined) {
    return { identity: undefined, faults };
  }
  faults.push(...chainFaults(certificates, key, files, wall));
  const identity = identityOf(certificates, leaf, key, source ?? sourceOf(files.cert));
  if (!faults.some(isError)) {
    faults.push(...unusable(identity));
  }
  return { identity: faults.some(isError) ? undefined : identity, faults };
}

export function isError(fault: IdentityFault): boolean {
  return fault.severity === "error";
}

function readCertificates(setting: string, faults: IdentityFault[]): X509Certificate[] {
  const complain = (message: string): X509Certificate[] => {
    faults.push({ about: "cert", severity: "error", message: `${nameOf(setting)} ${message}` });
    return [];
  };
  let blocks: PemBlock[];
  try {
    blocks = pemBlocks(readPem(setting));
  } catch (error) {
    return complain((error as PemError).message);
  }
  const found = blocks.filter(({ label }) => label === "CERTIFICATE" || label === "X509 CERTIFICATE");
  if (found.length === 0) {
    return complain(`holds no certificate, ${contentsOf(blocks)}`);
  }
  const certificates: X509Certificate[] = [];
  for (const [index, { text }] of found.entries()) {
    try {
      certificates.push(new X509Certificate(text));
    } catch {
      return complain(`is damaged: certificate ${index + 1} of ${found.length} cannot be read`);
    }
  }
  return certificates;
}

function readKey(files: CertificateFiles, faults: IdentityFault[]): KeyObject | undefined {
  const { key: setting, passphrase } = files;
  const complain = (about: "key" | "passphrase", message: string): undefined => {
    faults.push({ about, severity: "error", message: `${nameOf(setting)} ${message}` });
    return undefined;
  };
  let text: string;
  try {
    text = readPem(setting);
  } catch (error) {
    return complain("key", (error as PemError).message);
  }
  const blocks = pemBlocks(text);
  const key = blocks.find(({ label }) => label.endsWith("PRIVATE KEY"));
  if (key === undefined) {
    return complain("key", `holds no private key, ${contentsOf(blocks)}`);
  }
  const encrypted = key.label === "ENCRYPTED PRIVATE KEY" || /^Proc-Type: 4,ENCRYPTED/m.test(key.text);
  if (encrypted && passphrase === undefined) {
    return complain("passphrase", "is encrypted and needs its `passphrase`");
  }
  try {
    return createPrivateKey({ key: key.text, ...(passphrase === undefined ? {} : { passphrase }) });
  } catch {
    return encrypted
      ? complain("passphrase", "cannot be decrypted: the passphrase is another one")
      : complain("key", "is damaged: its private key cannot be read");
  }
}

function identityOf(
  certificates: readonly X509Certificate[],
  leaf: X509Certificate,
  key: KeyObject,
  source: string,
): Identity {
  return {
    chain: certificates.map(({ raw }) => raw),
    key,
    pem: {
      cert: certificates.map(String).join(""),
      key: key.export({ type: "pkcs8", format: "pem" }).toString(),
      passphrase: undefined,
    },
    names: certifiedNames(leaf),
    validFrom: Date.parse(leaf.validFrom),
    validTo: Date.parse(leaf.validTo),
    algorithm: algorithmOf(leaf.publicKey),
    source,
    fingerprint: leaf.fingerprint256,
  };
}

/** What a certificate vouches for: its subjectAltName alone (RFC 9525 §2: no common name). */
export function certifiedNames(certificate: X509Certificate): string[] {
  return alternativeNames(certificate.subjectAltName)
    .filter(({ type }) => type === "DNS" || type === "IP Address")
    .map(({ value }) => canonicalName(value));
}

function algorithmOf(key: KeyObject): string {
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  const curves: Readonly<Record<string, string>> = {
    prime256v1: "P-256",
    secp384r1: "P-384",
    secp521r1: "P-521",
  };
  const size = modulusLength ?? (namedCurve === undefined ? undefined : (curves[namedCurve] ?? namedCurve));
  const type = (key.asymmetricKeyType ?? "")
    .replace(/^ed/, "Ed")
    .replace(/^(rsa|ec)/, (name) => name.toUpperCase());
  return size === undefined ? type : `${type} ${size}`;
}

/** What TLS itself refuses, such as an RSA key that is too short. */
function unusable({ pem }: Identity): IdentityFault[] {
  try {
    createSecureContext({ cert: pem.cert, key: pem.key });
    return [];
  } catch (error) {
    const why = (error as Error).message.replace(/^error:[^:]*:[^:]*:[^:]*:/, "");
    return [{ about: "cert", severity: "error", message: `TLS cannot use this certificate: ${why}` }];
  }
}

function sourceOf(setting: string): string {
  const name = nameOf(setting);
  return name === setting ? setting : "inline";
}
