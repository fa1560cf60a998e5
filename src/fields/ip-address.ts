/** IP addresses in the one spelling under which they are compared, and as fields of gateways write them. */
import ipaddr from "ipaddr.js";
import { plainAddress } from "./host.ts";

/**
 * @param text - IPv4 in four decimal parts, or IPv6 without brackets; a zone (`%eth0`) is left out.
 * @returns Of IPv6 the spelling of RFC 5952; IPv4-mapped IPv6 (RFC 4291 §2.5.5.2) as IPv4; undefined for
 *   what is no address.
 * @throws Never.
 */
export function plainIp(text: string): string | undefined {
  if (!text.includes(":")) {
    return ipaddr.IPv4.isValidFourPartDecimal(text) ? text : undefined;
  }
  const zone = text.indexOf("%");
  const plain = plainAddress(zone < 0 ? text : text.slice(0, zone));
  return plain === undefined ? undefined : (mapped(plain) ?? plain);
}

function mapped(plain: string): string | undefined {
  const address = plain.startsWith("::ffff:") ? ipaddr.IPv6.parse(plain) : undefined;
  return address?.isIPv4MappedAddress() === true ? address.toIPv4Address().toString() : undefined;
}

/**
 * The address of a node as Forwarded and X-Forwarded-For write it: `192.0.2.1`, `192.0.2.1:80`,
 * `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`; the port is of no interest.
 *
 * @returns In its one spelling; undefined for "unknown", obfuscated and unreadable nodes (RFC 7239 §6).
 * @throws Never.
 */
export function nodeAddress(text: string): string | undefined {
  if (text.startsWith("[")) {
    const close = text.indexOf("]");
    const inside = text.slice(1, close);
    const rest = text.slice(close + 1);
    // Brackets are for IPv6, whose text has colons also where it stands for IPv4.
    const isWhole = close > 0 && inside.includes(":") && (rest === "" || isPort(rest));
    return isWhole ? plainIp(inside) : undefined;
  }
  const colon = text.indexOf(":");
  if (colon >= 0 && colon === text.lastIndexOf(":")) {
    return isPort(text.slice(colon)) ? plainIp(text.slice(0, colon)) : undefined;
  }
  return plainIp(text);
}

/** ":" and a number, or a port that hides which it is (RFC 7239 §6.2). */
function isPort(text: string): boolean {
  return /^:(?:\d{1,5}|_[\w.-]+)$/.test(text);
}
