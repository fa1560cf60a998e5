/** Lists of case-insensitive names: Connection, Vary, TE, Upgrade, Trailer (RFC 9110 §5.6.1). */
import { listMembers, tokenEnd } from "./syntax.ts";

/** Members read of one field; what comes after is not read. */
const memberLimit = 256;

/**
 * The members, in lower case and in order; empty ones are skipped.
 *
 * A member is a token, or for Upgrade a token with a version (`websocket`, `http/2.0`:
 * RFC 9110 §7.8). Anything else, such as a TE member with a weight, is left out.
 *
 * @throws Never.
 */
export function parseTokenList(text: string): readonly string[] {
  // By far the most frequent values are one lower-case token: Connection: close.
  if (isMember(text)) {
    return [text.toLowerCase()];
  }
  return listMembers(text, memberLimit)
    .filter(isMember)
    .map((member) => member.toLowerCase());
}

/** token [ "/" token ] */
function isMember(text: string): boolean {
  const end = tokenEnd(text, 0);
  if (end === 0 || end === text.length) {
    return end > 0;
  }
  return text[end] === "/" && end + 1 < text.length && tokenEnd(text, end + 1) === text.length;
}
