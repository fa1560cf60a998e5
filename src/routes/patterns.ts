/**
 * How a route's `match` and a site's host are written, and what is wrong with them.
 *
 * | match   | matches                       | does not match    |
 * |---------|-------------------------------|-------------------|
 * | `/a`    | `/a`                          | `/a/`, `/a/b`     |
 * | `/a/*`  | `/a/`, `/a/b`, `/a/b/c`       | `/a`              |
 * | `/*`    | every path                    | `*` of `OPTIONS *` |
 *
 * | host            | matches                                   |
 * |-----------------|-------------------------------------------|
 * | `example.com`   | that host, on any port                    |
 * | `*.example.com` | every name below it, not `example.com`    |
 * | `*`             | every host no other site names, and none  |
 *
 * Paths are compared in their plain spelling (`plainPath`): `/a%62` and `/ab` name the same file,
 * so that a route for one that did not match the other could be walked around.
 */

export type Pattern =
  | { readonly type: "exact"; readonly path: string }
  /** `prefix` ends in "/". */
  | { readonly type: "prefix"; readonly prefix: string };

/** Reads a `match` that `patternFault` found nothing wrong with. */
export function parsePattern(match: string): Pattern {
  return match.endsWith("/*")
    ? { type: "prefix", prefix: plainPath(match.slice(0, -1)) }
    : { type: "exact", path: plainPath(match) };
}

/**
 * The one spelling of a path under which routes are compared: what may stand in a segment is not
 * encoded, what is encoded has upper-case digits. `%2F` stays what it is: no separator.
 *
 * Departs: sub-delims, ":" and "@" are decoded as well, although encoded they may mean something else
 * to an application; to a file system they do not.
 *
 * @source RFC 3986 §6.2.2, §3.3.
 */
export function plainPath(path: string): string {
  return path.includes("%") ? path.replace(/%[0-9A-Fa-f]{2}/g, plainTriplet) : path;
}

/** Where in `path`, as received, the character `at` of its plain spelling stands. */
export function receivedOffset(path: string, at: number): number {
  if (!path.includes("%")) {
    return at;
  }
  let plain = 0;
  let received = 0;
  for (const [part] of path.matchAll(/%[0-9A-Fa-f]{2}|./gs)) {
    if (plain >= at) {
      break;
    }
    plain += part.length === 1 ? 1 : plainTriplet(part).length;
    received += part.length;
  }
  return received;
}

function plainTriplet(triplet: string): string {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
  return /[\w\-.~!$&'()*+,;=:@]/.test(character) ? character : triplet.toUpperCase();
}

/** The host as the table keeps it: lower case, without the brackets of IPv6 or a final dot. */
export function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  if (lower.startsWith("[") && lower.endsWith("]")) {
    return lower.slice(1, -1);
  }
  return lower.length > 1 && lower.endsWith(".") ? lower.slice(0, -1) : lower;
}

/**
 * What is wrong with a route's `match`.
 *
 * @returns What is allowed instead, or undefined for a good one.
 */
export function patternFault(match: string): string | undefined {
  if (!match.startsWith("/")) {
    return `a path that starts with "/", such as ${JSON.stringify(`/${match}`)}`;
  }
  const star = match.indexOf("*");
  if (star >= 0 && !(star === match.length - 1 && match[star - 1] === "/")) {
    return 'a "*" only as the whole last segment, such as "/api/*"';
  }
  if (match.includes("?") || match.includes("#")) {
    return "a path without query or fragment";
  }
  // RFC 3986 §3.3: what is not a path character can never arrive in a request target.
  if (!/^(?:[/A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*$/.test(match)) {
    return `a path as requests carry it, percent-encoded: ${JSON.stringify(encodePath(match))}`;
  }
  return undefined;
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

function encodePath(match: string): string {
  try {
    return encodeURI(match).replaceAll("%25", "%");
  } catch {
    return "/";
  }
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
