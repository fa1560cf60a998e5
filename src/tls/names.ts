/** Which hosts a certificate vouches for: RFC 9525 §6.3, and the names in its subjectAltName. */
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";

/**
 * Whether a certificate with these names may answer for a host.
 *
 * @param names - DNS names in lower case, perhaps with a wildcard, and addresses as `canonicalName` leaves them.
 * @param host - Lower case, without port or brackets.
 * @source RFC 9525 §6.3: a wildcard stands for exactly one label, the leftmost; addresses match exactly.
 */
export function covers(names: readonly string[], host: string): boolean {
  const name = canonicalName(host);
  return names.includes(name) || coversByWildcard(names, name);
}

/** Whether it is by a wildcard that one of the names matches; `host` as `canonicalName` leaves it. */
export function coversByWildcard(names: readonly string[], host: string): boolean {
  const dot = host.indexOf(".");
  return dot > 0 && isIP(host) === 0 && names.includes(`*${host.slice(dot)}`);
}

/** Lower case, without a final dot or brackets; an address in its shortest form. */
export function canonicalName(name: string): string {
  const bare = name.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) !== 0) {
    return ipaddr.process(bare.replace(/%.*$/, "")).toString();
  }
  const lower = bare.toLowerCase();
  return lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/** One entry of a subjectAltName as OpenSSL prints it. */
export interface AlternativeName {
  /** "DNS", "IP Address", "email", "URI" … */
  readonly type: string;
  readonly value: string;
}

/**
 * The entries of a certificate's subjectAltName.
 *
 * @param text - As `X509Certificate.subjectAltName` has it: values with unusual characters stand in quotes.
 */
export function alternativeNames(text: string | undefined): AlternativeName[] {
  const found: AlternativeName[] = [];
  for (const [, type = "", quoted, plain = ""] of (text ?? "").matchAll(
    /(?:^|, )([^:,"]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))/g,
  )) {
    found.push({ type, value: quoted === undefined ? plain : printable(unquoted(quoted)) });
  }
  return found;
}

/** Control characters, which would rule the terminal of who reads them, as OpenSSL writes them in names. */
function printable(text: string): string {
  return text.replace(
    /\p{Cc}/gu,
    (one) => `\\${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text.slice(1, -1);
  }
}
