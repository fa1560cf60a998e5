/**
 * Attributes of a Set-Cookie field line, changed in place; everything else stays as received (RFC 6265 §4.1, §5.2).
 *
 * ```abnf
 * set-cookie-string = cookie-pair *( ";" SP cookie-av )
 * cookie-av         = name [ "=" value ]
 * ```
 */
import { trimWhitespace } from "./syntax.ts";

/** The cookie's name; "" where the line names none. */
export function cookieNameOf(line: string): string {
  const end = line.indexOf(";");
  const pair = end < 0 ? line : line.slice(0, end);
  const equals = pair.indexOf("=");
  return equals < 0 ? "" : trimWhitespace(pair.slice(0, equals));
}

/**
 * @param change - Asked for each attribute, by its name in lower case and its value ("" for none): answers the
 *   value to write, the same one to leave the attribute as it is, undefined to leave it out.
 * @returns `line` itself where nothing changes.
 * @throws Never.
 */
export function changeAttributes(
  line: string,
  change: (name: string, value: string) => string | undefined,
): string {
  let start = semicolon(line, 0);
  let changed = line.slice(0, start);
  while (start < line.length) {
    const next = semicolon(line, start + 1);
    const attribute = line.slice(start, next);
    const equals = attribute.indexOf("=");
    const name = trimWhitespace(attribute.slice(1, equals < 0 ? undefined : equals));
    const value = equals < 0 ? "" : trimWhitespace(attribute.slice(equals + 1));
    const wanted = change(name.toLowerCase(), value);
    if (wanted === value) {
      changed += attribute;
    } else if (wanted !== undefined) {
      changed += `; ${name}=${wanted}`;
    }
    start = next;
  }
  return changed === line ? line : changed;
}

/** The next semicolon, or the end; values have no quoting (RFC 6265 §5.2). */
function semicolon(line: string, from: number): number {
  const at = line.indexOf(";", from);
  return at < 0 ? line.length : at;
}
