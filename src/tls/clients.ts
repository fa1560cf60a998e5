/** Client certificates (RFC 8446 §4.3.2): whom a site asks for one, who vouches for it, and what it says. */
import { createHash, X509Certificate } from "node:crypto";
import type { ClientCertificate } from "../message/index.ts";
import { alternativeNames } from "./names.ts";
import { contentsOf, nameOf, type PemError, pemBlocks, readPem } from "./pem.ts";

export interface ClientAuthentication {
  /** "optional": without one, or with one that nobody we trust vouches for, a client is served as if it had none. */
  readonly mode: "optional" | "required";
  /** Certificates of those who vouch for clients: absolute paths or PEM text. */
  readonly ca: readonly string[];
}

/** The same with what was in the files. */
export interface ClientPolicy {
  readonly mode: "optional" | "required";
  /** PEM, one certificate each. */
  readonly authorities: readonly string[];
  /** Equal for policies that ask the same of clients. */
  readonly key: string;
}

/** What is wrong with an entry of `ca`. */
export interface AuthorityFault {
  readonly index: number;
  readonly message: string;
}

export function readClientPolicy({ mode, ca }: ClientAuthentication): {
  readonly policy: ClientPolicy;
  readonly faults: readonly AuthorityFault[];
} {
  const faults: AuthorityFault[] = [];
  const authorities = ca.flatMap((setting, index) => {
    const complain = (message: string): string[] => {
      faults.push({ index, message: `${nameOf(setting)} ${message}` });
      return [];
    };
    try {
      const blocks = pemBlocks(readPem(setting));
      const found = blocks.filter(({ label }) => label === "CERTIFICATE");
      if (found.length === 0) {
        return complain(`holds no certificate, ${contentsOf(blocks)}`);
      }
      return found.every(({ text }) => isAuthority(text))
        ? found.map(({ text }) => text)
        : complain("holds a certificate that cannot vouch for others: that of an authority (CA) is needed");
    } catch (error) {
      return complain((error as PemError).message);
    }
  });
  const key = createHash("sha256").update(mode).update(authorities.join("\n")).digest("base64");
  return { policy: { mode, authorities, key }, faults };
}

function isAuthority(pem: string): boolean {
  try {
    return new X509Certificate(pem).ca;
  } catch {
    return false;
  }
}

/** What filters and the log may know of a verified certificate. */
export function clientCertificate(certificate: X509Certificate): ClientCertificate {
  return {
    subject: distinguishedName(certificate.subject),
    issuer: distinguishedName(certificate.issuer),
    names: alternativeNames(certificate.subjectAltName).map(({ type, value }) => `${type}:${value}`),
    serialNumber: certificate.serialNumber,
    fingerprint256: certificate.fingerprint256,
    validTo: Date.parse(certificate.validTo),
  };
}

/**
 * As RFC 4514 §2.1 writes it, the last part first.
 *
 * @param lines - Parts as OpenSSL prints them, one each line, values escaped already.
 */
export function distinguishedName(lines: string | undefined): string {
  return (lines ?? "")
    .split("\n")
    .reverse()
    .map((part) => part.replaceAll(" + ", "+"))
    .join(",");
}
