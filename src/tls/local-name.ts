/**
 * Which hosts are local: no public certificate authority vouches for them, so ours may
 * (RFC 6761, RFC 6762, RFC 8375, and the addresses that are not reachable from outside).
 */
import { isIP } from "node:net";
import { domainToASCII } from "node:url";
import ipaddr from "ipaddr.js";

/** A name as a certificate holds it (RFC 5280 §4.2.1.6). */
export interface CertificateName {
  readonly type: "dns" | "ip";
  /** Lower case, ASCII, no final dot; an address in its shortest form, without brackets. */
  readonly value: string;
}

/** Top-level names that no registry gives away, and `home.arpa`. */
const localZones: readonly string[] = [
  "localhost", // RFC 6761 §6.3
  "test", // RFC 6761 §6.2
  "local", // RFC 6762 §3: answered by multicast DNS
  "internal", // reserved by ICANN for private use, 2024
  "home.arpa", // RFC 8375
];

const localRanges: ReadonlySet<string> = new Set([
  "loopback",
  "private",
  "linkLocal",
  "uniqueLocal",
  "carrierGradeNat", // RFC 6598: also the addresses of private overlay networks
]);

/**
 * Whether the local certificate authority may vouch for a host without being asked:
 * names of local zones, names of one label (a machine, a container), loopback and private addresses.
 *
 * @param host - A host name or address, with or without brackets and final dot; `*.` may lead it.
 * @returns false for what is no host at all.
 */
export function isLocalName(host: string): boolean {
  const name = certificateName(host);
  if (name === undefined) {
    return false;
  }
  if (name.type === "ip") {
    return localRanges.has(ipaddr.process(name.value).range());
  }
  const plain = name.value.replace(/^\*\./, "");
  return !plain.includes(".") || localZones.some((zone) => plain.endsWith(`.${zone}`));
}

/**
 * A host as a certificate would name it.
 *
 * @returns undefined for what no certificate can name, such as an address with a port or `a.*.b`.
 * @source RFC 5280 §4.2.1.6; RFC 9525 §6.3: a wildcard is the whole leftmost label.
 */
export function certificateName(host: string): CertificateName | undefined {
  const bare = host.replace(/^\[(.*)\]$/, "$1");
  if (isIP(bare) !== 0) {
    // A zone means something on one machine only (RFC 4007 §11.2).
    return { type: "ip", value: ipaddr.process(bare.replace(/%.*$/, "")).toString() };
  }
  // What else is ASCII would end the name when it is converted, and no name has it.
  if (/[^\w.*\u0080-\u{10ffff}-]/u.test(host)) {
    return undefined;
  }
  const wild = host.startsWith("*.") ? "*." : "";
  const ascii = domainToASCII(host.slice(wild.length).replace(/\.$/, "")).toLowerCase();
  const labels = ascii.split(".");
  const sound =
    ascii.length + wild.length <= 253 &&
    labels.every((label) => /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/.test(label)) &&
    // A last label of digits would be read as part of an address.
    !/^\d+$/.test(labels.at(-1) ?? "");
  return sound ? { type: "dns", value: wild + ascii } : undefined;
}
