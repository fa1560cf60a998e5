/** Whether a certificate chain is one that clients can follow: order, key, time (RFC 5280 §6.1, RFC 8446 §4.4.2). */
import { type KeyObject, X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import type { CertificateFiles, IdentityFault } from "./identity.ts";
import { nameOf } from "./pem.ts";

const day = 86_400_000;
/** From then on we warn. */
const soon = 14 * day;

/** @param certificates - One or more, the first meant to be ours. */
export function chainFaults(
  certificates: readonly X509Certificate[],
  key: KeyObject,
  files: CertificateFiles,
  wall: number,
): IdentityFault[] {
  const file = nameOf(files.cert);
  return [
    ...keyFaults(certificates, key, files),
    ...orderFaults(certificates, file),
    ...timeFaults(certificates[0] as X509Certificate, file, wall),
  ];
}

function keyFaults(
  certificates: readonly X509Certificate[],
  key: KeyObject,
  { cert, key: keySetting }: CertificateFiles,
): IdentityFault[] {
  const owner = certificates.findIndex((one) => one.checkPrivateKey(key));
  if (owner === 0) {
    return [];
  }
  const [leaf] = certificates;
  const message =
    owner < 0
      ? `${nameOf(keySetting)} is not the key of the certificate in ${nameOf(cert)} (${titleOf(leaf)})`
      : `${nameOf(cert)} has its certificates in the wrong order: that of the key (${titleOf(certificates[owner])}) is number ${owner + 1} and must come first`;
  return [{ about: owner < 0 ? "key" : "cert", severity: "error", message }];
}

function orderFaults(certificates: readonly X509Certificate[], file: string): IdentityFault[] {
  for (const [index, one] of certificates.entries()) {
    const next = certificates[index + 1];
    if (next !== undefined && !issued(one, next)) {
      const at = certificates.findIndex((other) => other !== one && issued(one, other));
      const wanted =
        at < 0
          ? `${titleOf(next)} did not issue it, and ${issuerOf(one)}, who did, is missing`
          : `number ${at + 1}, which issued it, must come next`;
      const message = `${file} has its certificates in the wrong order: after number ${index + 1} (${titleOf(one)}) ${wanted}`;
      return [{ about: "cert", severity: "error", message }];
    }
  }
  const last = certificates.at(-1) as X509Certificate;
  // One that names where its issuer can be fetched comes from a public authority.
  const reachable = last.infoAccess?.includes("CA Issuers") !== true || roots().has(last.issuer);
  return reachable || issued(last, last)
    ? []
    : [
        {
          about: "cert",
          severity: "warning",
          message: `${file} is incomplete: the certificate of ${issuerOf(last)} is missing, so that many clients cannot verify ours; authorities call the whole file "fullchain"`,
        },
      ];
}

function timeFaults(leaf: X509Certificate, file: string, wall: number): IdentityFault[] {
  const from = Date.parse(leaf.validFrom);
  const to = Date.parse(leaf.validTo);
  const fault = (severity: IdentityFault["severity"], message: string): IdentityFault[] => [
    { about: "cert", severity, message: `${file} ${message}` },
  ];
  if (wall > to) {
    return fault("error", `expired ${daysOf(wall - to)} ago, on ${dateOf(to)}`);
  }
  if (wall < from) {
    return fault("error", `is not valid yet: it begins in ${daysOf(from - wall)}, on ${dateOf(from)}`);
  }
  // Certificates made for a few days are renewed as often.
  return to - wall < Math.min(soon, (to - from) / 3)
    ? fault("warning", `expires in ${daysOf(to - wall)}, on ${dateOf(to)}`)
    : [];
}

/** Subjects of the authorities that Node trusts, as `X509Certificate.issuer` writes them; read when first asked. */
let rootSubjects: ReadonlySet<string> | undefined;

function roots(): ReadonlySet<string> {
  rootSubjects ??= new Set(rootCertificates.map((pem) => new X509Certificate(pem).subject));
  return rootSubjects;
}

function issued(subject: X509Certificate, issuer: X509Certificate): boolean {
  return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}

function titleOf(certificate: X509Certificate | undefined): string {
  return commonName(certificate?.subject) ?? certificate?.subjectAltName?.split(", ")[0] ?? "without a name";
}

function issuerOf(certificate: X509Certificate): string {
  return JSON.stringify(commonName(certificate.issuer) ?? certificate.issuer.replaceAll("\n", ", "));
}

function commonName(name: string | undefined): string | undefined {
  return /^CN=(.+)$/m.exec(name ?? "")?.[1];
}

function daysOf(millis: number): string {
  const days = Math.floor(millis / day);
  return days === 1 ? "1 day" : days > 1 ? `${days} days` : "less than a day";
}

function dateOf(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}
