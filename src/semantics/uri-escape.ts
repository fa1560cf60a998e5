/**
 * Text from a request as a part of a URI: what may stand there stays, everything else is
 * percent-encoded, so that no value can end the part it was put into (RFC 3986 §2, §3.3, §3.4).
 *
 * pchar = unreserved / pct-encoded / sub-delims / ":" / "@"
 */
import { Buffer } from "node:buffer";

/** A part of a URI, by what may stand in it. */
export type UriPart = "path" | "segment" | "query" | "value";

/** What has to be encoded: a "%" too, unless two hexadecimal digits follow. */
const foreign: Readonly<Record<UriPart, RegExp>> = {
  // "/" separates segments.
  path: /%(?![0-9A-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@/%]/gu,
  segment: /%(?![0-9A-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@%]/gu,
  query: /%(?![0-9A-Fa-f]{2})|[^\w\-.~!$&'()*+,;=:@/?%]/gu,
  // One value among others: "&" and "=" would begin another, "+" may mean a blank.
  value: /%(?![0-9A-Fa-f]{2})|[^\w\-.~!$'()*,:@/%]/gu,
};

/**
 * @param text - Received octets as latin1, percent-encoded as far as the sender saw fit.
 * @returns `text` itself where nothing has to be encoded.
 */
export function escapeForUri(text: string, part: UriPart): string {
  return text.replace(foreign[part], encodeCharacter);
}

/** `text` encoded so that decoding it once gives `text` back, its "%" included. */
export function escapeWhole(text: string): string {
  return escapeForUri(text.replaceAll("%", "%25"), "value");
}

/** A received octet; or, where a program made the text, a character as UTF-8. */
function encodeCharacter(character: string): string {
  const isOctet = character.charCodeAt(0) <= 0xff;
  const octets = Buffer.from(character, isOctet ? "latin1" : "utf8");
  return octets.toString("hex").toUpperCase().replace(/../g, "%$&");
}
