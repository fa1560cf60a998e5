/** Cookie: what a client sends back of what it was given (RFC 6265 §4.2, §5.4). */
import type { Fields } from "../message/index.ts";
import { trimWhitespace } from "./syntax.ts";

/**
 * The first value of a cookie, as received; names are case-sensitive.
 *
 * ```abnf
 * cookie-header = "Cookie:" OWS cookie-string OWS
 * cookie-string = cookie-pair *( ";" SP cookie-pair )
 * cookie-pair   = cookie-name "=" cookie-value
 * cookie-value  = *cookie-octet / ( DQUOTE *cookie-octet DQUOTE )
 * ```
 *
 * Of several with one name the first is the one with the longest path (§5.4), and quotes are part of the
 * value (§5.2). HTTP/2 may have cut the field into lines (RFC 9113 §8.2.3).
 *
 * @returns undefined where there is no such cookie.
 * @throws Never.
 */
export function cookieValue(fields: Fields, name: string): string | undefined {
  if (name === "" || !fields.has("cookie")) {
    return undefined;
  }
  for (const line of fields.all("cookie")) {
    // Looked for once each: searched anew for every pair without one, a line would cost its length squared.
    let equals = line.indexOf("=");
    for (let start = 0; start < line.length && equals >= 0; ) {
      const semicolon = line.indexOf(";", start);
      const end = semicolon < 0 ? line.length : semicolon;
      if (equals < start) {
        equals = line.indexOf("=", start);
      }
      if (equals >= 0 && equals < end && trimWhitespace(line.slice(start, equals)) === name) {
        return trimWhitespace(line.slice(equals + 1, end));
      }
      start = end + 1;
    }
  }
  return undefined;
}
