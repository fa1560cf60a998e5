/**
 * The Via field: by whom a message was forwarded (RFC 9110 §7.6.3).
 *
 * ```abnf
 * Via               = #( received-protocol RWS received-by [ RWS comment ] )
 * received-protocol = [ protocol-name "/" ] protocol-version
 * received-by       = pseudonym [ ":" port ]
 * ```
 */
import type { ProtocolVersion } from "../message/index.ts";
import { skipWhitespace, tokenEnd } from "./syntax.ts";

/** The member that a recipient under this pseudonym adds. The name "HTTP" may be left out (RFC 9110 §7.6.3). */
export function formatVia(version: ProtocolVersion, pseudonym: string): string {
  return `${version === "2" || version === "3" ? `${version}.0` : version} ${pseudonym}`;
}

/**
 * How many members of a Via field (several lines joined) name a recipient. Hosts and pseudonyms are
 * compared without case; a port behind the name does not matter.
 *
 * @param pseudonym - In lower case.
 * @throws Never. What is no member of Via names nobody.
 */
export function countVia(text: string, pseudonym: string): number {
  let count = 0;
  let at = 0;
  while (at < text.length) {
    const protocol = skipWhitespace(text, at);
    const protocolEnd = afterProtocol(text, protocol);
    const by = skipWhitespace(text, protocolEnd);
    const byEnd = tokenEnd(text, by);
    if (protocolEnd > protocol && by > protocolEnd && text.slice(by, byEnd).toLowerCase() === pseudonym) {
      count += 1;
    }
    at = afterMember(text, at);
  }
  return count;
}

function afterProtocol(text: string, start: number): number {
  const end = tokenEnd(text, start);
  return end > start && text[end] === "/" ? tokenEnd(text, end + 1) : end;
}

/** Behind the comma that ends the member at `start`; comments nest and may hold commas (RFC 9110 §5.6.5). */
function afterMember(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at += 1) {
    const mark = text[at];
    if (mark === "(") {
      depth += 1;
    } else if (mark === ")" && depth > 0) {
      depth -= 1;
    } else if (mark === "\\" && depth > 0) {
      at += 1;
    } else if (mark === "," && depth === 0) {
      return at + 1;
    }
  }
  return text.length;
}
