/**
 * What a certificate says, and what is wrong with a chain in words
 * (RFC 5280; names as in RFC 9525; lifetimes and algorithms as browsers take them).
 *
 * Decides from parsed certificates and a time; reads nothing.
 */
import type { KeyObject, X509Certificate } from "node:crypto";
import type { Millis } from "../message/index.ts";
import { signatureOf } from "./certificate-report-der.ts";
import { certifiedNames } from "./identity.ts";
import { canonicalName, covers } from "./names.ts";

export interface CertificateFacts {
  /** Common name, else organisation, else the first name it is for. */
  readonly subject: string;
  readonly issuer: string;
  /** Hosts and addresses in the subject alternative name. */
  readonly names: readonly string[];
  /** Such as "ECDSA P-256" or "RSA 2048". */
  readonly key: string;
  /** Such as "ECDSA and SHA-256"; the object identifier of one that is not known. */
  readonly signature: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority: boolean;
  readonly isSelfSigned: boolean;
  readonly serial: string;
  /** SHA-256 of all of it, in pairs of hexadecimal digits with colons. */
  readonly fingerprint: string;
}

export interface ChainQuestion {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The host whose clients will see it. */
  readonly host?: string | undefined;
  /** The private key that is to go with the first certificate. */
  readonly key?: KeyObject | undefined;
  /** Roots that count as trusted. */
  readonly anchors: readonly X509Certificate[];
}

export interface CertificateFinding {
  /** An error makes clients refuse it; a warning will, or makes some refuse it. */
  readonly severity: "error" | "warning";
  /** Index in the chain. */
  readonly certificate: number;
  /** Completes a sentence that begins with the certificate. */
  readonly message: string;
}

const day: Millis = 86_400_000;

/** Less than this, or less than a quarter of its time, is worth a word. */
const soon: Millis = 14 * day;

/** What Apple's clients take from any authority; public ones give much less. */
const longestLifetime: Millis = 825 * day;

const serverAuth = "1.3.6.1.5.5.7.3.1";
const anyUse = "2.5.29.37.0";

export function certificateFacts(certificate: X509Certificate): CertificateFacts {
  const names = certifiedNames(certificate);
  return {
    subject: nameIn(certificate.subject) ?? names[0] ?? "(no name)",
    issuer: nameIn(certificate.issuer) ?? "(no name)",
    names,
    key: keyOf(certificate.publicKey),
    signature: signatureOf(certificate.raw),
    notBefore: new Date(certificate.validFrom),
    notAfter: new Date(certificate.validTo),
    isAuthority: certificate.ca,
    isSelfSigned: isSelfSigned(certificate),
    serial: certificate.serialNumber,
    fingerprint: certificate.fingerprint256,
  };
}

/**
 * All that is wrong with a chain, the first certificate's own first.
 *
 * @param chain - As a server sends it: its own certificate, then whoever signed it, and so on.
 * @returns [] for a chain that every client takes.
 */
export function chainFindings(
  chain: readonly X509Certificate[],
  question: ChainQuestion,
): readonly CertificateFinding[] {
  return chain.flatMap((certificate, index) => {
    const found = [
      ...timeFindings(certificate, question.now),
      ...(index === 0 ? leafFindings(certificate, question) : []),
      ...strengthFindings(certificate),
      ...issuerFindings(chain, index, question.anchors),
    ];
    return found.map((one) => ({ ...one, certificate: index }));
  });
}

/** The trusted root that a chain ends in, sent along or not. */
export function anchorOf(
  chain: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
): X509Certificate | undefined {
  const last = chain.at(-1);
  return last === undefined
    ? undefined
    : anchors.find((one) => one.raw.equals(last.raw) || isIssuedBy(last, one));
}

/** Whole days until then, rounded down; negative when it is past. */
export function daysLeft(notAfter: Date, now: number): number {
  return Math.floor((notAfter.getTime() - now) / day);
}

type Finding = Omit<CertificateFinding, "certificate">;

const error = (message: string): Finding => ({ severity: "error", message });
const warning = (message: string): Finding => ({ severity: "warning", message });

function timeFindings(certificate: X509Certificate, now: number): Finding[] {
  const from = Date.parse(certificate.validFrom);
  const to = Date.parse(certificate.validTo);
  if (to <= now) {
    return [error(`expired on ${isoDate(to)}, ${daysIn(now - to)} ago`)];
  }
  if (from > now) {
    return [error(`is valid from ${isoDate(from)} only; the clock says ${isoDate(now)}`)];
  }
  if (to - now < Math.min(soon, (to - from) / 4)) {
    return [warning(`ends in ${daysIn(to - now)}, on ${isoDate(to)}`)];
  }
  return [];
}

function leafFindings(certificate: X509Certificate, { host, key }: ChainQuestion): Finding[] {
  const names = certifiedNames(certificate);
  const found: Finding[] = [];
  if (key !== undefined && !certificate.checkPrivateKey(key)) {
    found.push(error("does not belong to this private key"));
  }
  if (names.length === 0 && !certificate.ca) {
    found.push(error("names no host: clients read the subject alternative name, not the common name"));
  } else if (host !== undefined && !covers(names, canonicalName(host))) {
    found.push(error(`is not for ${host}: it names ${listed(names)}`));
  }
  const uses = certificate.keyUsage as readonly string[] | undefined;
  if (uses !== undefined && !uses.includes(serverAuth) && !uses.includes(anyUse)) {
    found.push(error("may not be used by a server: its extended key usage lacks serverAuth"));
  }
  if (certificate.ca && !isSelfSigned(certificate)) {
    found.push(warning("is an authority's, made to sign others and not to serve"));
  }
  const lifetime = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
  if (lifetime > longestLifetime + day && !certificate.ca) {
    found.push(warning(`is valid for ${Math.round(lifetime / day)} days; some clients take 825 at most`));
  }
  const shallow = names.find((name) => /^\*\.[^.]+$/.test(name));
  if (shallow !== undefined) {
    found.push(warning(`names ${shallow}: many clients take no wildcard directly below a top-level name`));
  }
  return found;
}

function strengthFindings(certificate: X509Certificate): Finding[] {
  const found: Finding[] = [];
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
  const bits = details?.modulusLength ?? 0;
  if (type?.startsWith("rsa") === true && bits < 2048) {
    found.push(error(`has an RSA key of ${bits} bits; 2048 are the least that clients take`));
  }
  const signature = signatureOf(certificate.raw);
  // Nobody checks a root's signature of itself.
  if (/SHA-1$|MD5$/.test(signature) && !isSelfSigned(certificate)) {
    found.push(error(`is signed with ${signature}, which clients refuse`));
  }
  return found;
}

function issuerFindings(
  chain: readonly X509Certificate[],
  index: number,
  anchors: readonly X509Certificate[],
): Finding[] {
  const certificate = chain[index] as X509Certificate;
  const next = chain[index + 1];
  const issuer = nameIn(certificate.issuer) ?? "(no name)";
  if (next === undefined) {
    if (anchorOf([certificate], anchors) !== undefined) {
      return [];
    }
    if (!isSelfSigned(certificate)) {
      return [
        error(`is signed by ${issuer}, whose certificate is missing from the chain and is no trusted root`),
      ];
    }
    return index === 0
      ? [error("is signed by itself: no client trusts it that was not told to")]
      : [error("is a root that this machine does not trust")];
  }
  if (isIssuedBy(certificate, next)) {
    return [];
  }
  if (isSelfSigned(certificate)) {
    return [warning("is a root, so what follows it in the chain is of no use")];
  }
  const at = chain.findIndex((one) => one !== certificate && isIssuedBy(certificate, one));
  return at < 0
    ? [
        error(
          `is signed by ${issuer}, and not by the next in the chain, ${nameIn(next.subject) ?? "(no name)"}`,
        ),
      ]
    : [warning(`stands out of order: its issuer comes at place ${at + 1}, and belongs directly after it`)];
}

function isSelfSigned(certificate: X509Certificate): boolean {
  return isIssuedBy(certificate, certificate);
}

function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
  } catch {
    return false;
  }
}

/** Node gives one attribute a line. */
function nameIn(distinguished: string | undefined): string | undefined {
  const of = (attribute: string): string | undefined =>
    distinguished
      ?.split("\n")
      .find((line) => line.startsWith(`${attribute}=`))
      ?.slice(attribute.length + 1);
  return of("CN") ?? of("O") ?? of("OU");
}

function keyOf({ asymmetricKeyType: type, asymmetricKeyDetails: details }: KeyObject): string {
  switch (type) {
    case "rsa":
      return `RSA ${details?.modulusLength}`;
    case "rsa-pss":
      return `RSA-PSS ${details?.modulusLength}`;
    case "ec":
      return `ECDSA ${curveNames[details?.namedCurve ?? ""] ?? details?.namedCurve}`;
    case "ed25519":
      return "Ed25519";
    case "ed448":
      return "Ed448";
    default:
      return String(type);
  }
}

const curveNames: Readonly<Record<string, string>> = {
  prime256v1: "P-256",
  secp384r1: "P-384",
  secp521r1: "P-521",
};

function listed(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(", ");
  return names.length > 5 ? `${shown} and ${names.length - 5} more` : shown;
}

function daysIn(time: Millis): string {
  const days = Math.floor(time / day);
  return days === 0 ? "less than a day" : `${days} day${days === 1 ? "" : "s"}`;
}

function isoDate(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}
