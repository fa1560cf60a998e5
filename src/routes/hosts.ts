/**
 * How a site's hosts are written, what is wrong with them, and which of them cover others.
 *
 * | host            | matches                                   |
 * |-----------------|-------------------------------------------|
 * | `example.com`   | that host, on any port                    |
 * | `*.example.com` | every name below it, not `example.com`    |
 * | `*`             | every host no other site names, and none  |
 */
import { plainAddress } from "../fields/index.ts";

/** The host as the table keeps it: lower case, without a final dot; IPv6 in its one spelling, without brackets. */
export function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  if (lower.includes(":")) {
    const address = withoutBrackets(lower);
    return plainAddress(address) ?? address;
  }
  return lower.length > 1 && lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/**
 * Whether a host is one of those that `pattern` means.
 *
 * @param pattern - As `canonicalHost` leaves it.
 * @param host - Lower case, without port or brackets; "" where the request named none.
 */
export function hostMatches(pattern: string, host: string): boolean {
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  return pattern.startsWith("*.")
    ? name.length >= pattern.length && name.endsWith(pattern.slice(1))
    : pattern === "*" || pattern === name;
}

/** Whether every host that `inner` means is one that `outer` means; both as `canonicalHost` leaves them. */
export function hostCovers(outer: string, inner: string): boolean {
  return outer === inner || outer === "*" || (outer.startsWith("*.") && inner.endsWith(outer.slice(1)));
}

/**
 * What is wrong with a site's host.
 *
 * @returns What is allowed instead, or undefined for a good one.
 */
export function hostFault(host: string): string | undefined {
  if (host === "*") {
    return undefined;
  }
  if (host.includes("://") || host.includes("/")) {
    return "a host alone, without scheme or path";
  }
  const name = host.startsWith("*.") ? host.slice(2) : host;
  if (name.includes("*")) {
    return 'a "*" only as the whole host or as the first label, such as "*.example.com"';
  }
  const port = /^([^:]*|\[[^\]]*\]):\d+$/.exec(name);
  if (port !== null) {
    return `a host without its port, such as ${JSON.stringify(port[1])}; ports belong to \`listen\``;
  }
  if (/^\[?[0-9A-Fa-f:.]+\]?$/.test(name) && name.includes(":")) {
    if (plainAddress(withoutBrackets(name)) === undefined) {
      return 'an IPv6 address such as "2001:db8::1"';
    }
    return name === host ? undefined : "an address without a wildcard";
  }
  // RFC 952, RFC 1123 §2.1; "_" is in wide use below real names.
  if (
    !/^[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?$/.test(name)
  ) {
    return `a host name such as "example.com", "*.example.com" or "*"${asciiHint(host)}`;
  }
  return undefined;
}

function withoutBrackets(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

/** Names outside ASCII arrive as A-labels (RFC 5890 §2.3.2.1). */
function asciiHint(host: string): string {
  const wild = host.startsWith("*.");
  const parsed = URL.canParse(`http://${wild ? host.slice(2) : host}/`);
  if (!/[^\x00-\x7f]/.test(host) || !parsed) {
    return "";
  }
  const name = new URL(`http://${wild ? host.slice(2) : host}/`).hostname;
  return `, here ${JSON.stringify(wild ? `*.${name}` : name)}`;
}
