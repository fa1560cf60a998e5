/**
 * The Forwarded field: for whom, by whom, to which host and how a request was forwarded (RFC 7239).
 *
 * ```abnf
 * Forwarded         = 1#forwarded-element
 * forwarded-element = [ forwarded-pair ] *( ";" [ forwarded-pair ] )
 * forwarded-pair    = token "=" ( token / quoted-string )
 * node              = nodename [ ":" node-port ]
 * nodename          = IPv4address / "[" IPv6address "]" / "unknown" / obfnode
 * node-port         = 1*5DIGIT / obfport
 * ```
 */
import { plainIp } from "./ip-address.ts";
import { isToken, listMembers, parseParameters, quoteString } from "./syntax.ts";

/** One hop, as whoever forwarded from there says. */
export interface ForwardedElement {
  /** The node that sent the request, as written. */
  readonly for: string | undefined;
  /** The interface it came in on, as written. */
  readonly by: string | undefined;
  /** Host as received. */
  readonly host: string | undefined;
  /** Scheme as received, lower case. */
  readonly proto: string | undefined;
}

/** Hops read of one field; who sends more is none of ours. */
const elementLimit = 256;

/**
 * The elements, outermost first; unknown parameters are left out.
 *
 * @returns undefined for each element that cannot be read, and for one that says a thing twice (RFC 7239 §4).
 * @throws Never.
 */
export function parseForwarded(text: string): readonly (ForwardedElement | undefined)[] {
  return listMembers(text, elementLimit).map(readElement);
}

function readElement(text: string): ForwardedElement | undefined {
  const pairs = parseParameters(`;${text}`, 0);
  if (pairs === undefined || new Set(pairs.map(([name]) => name)).size < pairs.length) {
    return undefined;
  }
  const value = (wanted: string): string | undefined => pairs.find(([name]) => name === wanted)?.[1];
  return {
    for: value("for"),
    by: value("by"),
    host: value("host"),
    proto: value("proto")?.toLowerCase(),
  };
}

/** One element; what is undefined is left out. */
export function formatForwarded(element: Partial<ForwardedElement>): string {
  let text = "";
  for (const name of ["for", "by", "host", "proto"] as const) {
    const value = element[name];
    if (value !== undefined) {
      text += `${text === "" ? "" : ";"}${name}=${isToken(value) ? value : quoteString(value)}`;
    }
  }
  return text;
}

/** A node as `for` and `by` write it: IPv6 in brackets, "unknown" for what is no IP address. */
export function formatNode(address: string): string {
  const plain = plainIp(address);
  return plain === undefined ? "unknown" : plain.includes(":") ? `[${plain}]` : plain;
}
