/**
 * Dictionaries of structured fields (RFC 9651 §3.2), for the fields that are one: the members
 * and their values as written, the whole checked, since a broken dictionary counts for nothing.
 */

/** key = ( lcalpha / "*" ) *( lcalpha / DIGIT / "_" / "-" / "." / "*" ) */
const key = /[a-z*][a-z0-9_.*-]*/y;

/** A decimal, integer, string, token, byte sequence, boolean, date or display string (RFC 9651 §3.3). */
const bareItem =
  /-?\d{1,12}\.\d{1,3}(?!\d)|-?\d{1,15}(?![\d.])|"(?:[ !#-[\]-~]|\\["\\])*"|[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*|:[A-Za-z0-9+/]*={0,2}:|\?[01]|@-?\d{1,15}(?![\d.])|%"(?:[ !#$&-~]|%[0-9a-f]{2})*"/y;

const spaces = / */y;
const optionalWhitespace = /[ \t]*/y;

/** What a member's value is where it is an inner list, whose items nobody here reads. */
export const innerList = "()";

/**
 * ```abnf
 * sf-dictionary = dict-member *( OWS "," OWS dict-member )
 * dict-member   = member-key ( parameters / ( "=" member-value ) )
 * member-value  = sf-item / inner-list
 * ```
 *
 * @returns Each key's value without its parameters, "?1" where none is written, `innerList` for a list;
 *   of a repeated key the last. undefined where the text is no dictionary.
 * @throws Never.
 * @source RFC 9651 §4.2.2.
 */
export function dictionaryMembers(text: string): ReadonlyMap<string, string> | undefined {
  const members = new Map<string, string>();
  const end = text.replace(/ +$/, "").length;
  let at = after(spaces, text, 0);
  while (at < end) {
    const keyEnd = after(key, text, at);
    if (keyEnd < 0) {
      return undefined;
    }
    const name = text.slice(at, keyEnd);
    const hasValue = text[keyEnd] === "=";
    const valueEnd = hasValue ? afterValue(text, keyEnd + 1) : keyEnd;
    at = valueEnd < 0 ? -1 : afterParameters(text, valueEnd);
    if (at < 0) {
      return undefined;
    }
    members.set(name, hasValue ? writtenValue(text, keyEnd + 1, valueEnd) : "?1");
    if (at < end) {
      const comma = after(optionalWhitespace, text, at);
      at = after(optionalWhitespace, text, comma + 1);
      if (text[comma] !== "," || at >= end) {
        return undefined;
      }
    }
  }
  return members;
}

function writtenValue(text: string, start: number, end: number): string {
  return text[start] === "(" ? innerList : text.slice(start, end);
}

function afterValue(text: string, start: number): number {
  return text[start] === "(" ? afterInnerList(text, start) : afterItem(text, start);
}

/** inner-list = "(" *SP [ sf-item *( 1*SP sf-item ) *SP ] ")" parameters */
function afterInnerList(text: string, start: number): number {
  let at = after(spaces, text, start + 1);
  while (text[at] !== ")") {
    const itemEnd = afterItem(text, at);
    const end = itemEnd < 0 ? -1 : afterParameters(text, itemEnd);
    if (end < 0 || (text[end] !== " " && text[end] !== ")")) {
      return -1;
    }
    at = after(spaces, text, end);
  }
  return at + 1;
}

/** parameters = *( ";" *SP parameter ); parameter = param-key [ "=" bare-item ] */
function afterParameters(text: string, start: number): number {
  let at = start;
  while (text[at] === ";") {
    at = after(key, text, after(spaces, text, at + 1));
    if (at >= 0 && text[at] === "=") {
      at = afterItem(text, at + 1);
    }
    if (at < 0) {
      return -1;
    }
  }
  return at;
}

function afterItem(text: string, start: number): number {
  const end = after(bareItem, text, start);
  return text[start] === "%" && end >= 0 && !isUtf8(text.slice(start + 2, end - 1)) ? -1 : end;
}

/** Whether the octets that `text` has percent-encoded are UTF-8, as those of a display string must be. */
function isUtf8(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}

/** Where the match of `pattern` (sticky) at `start` ends; -1 where there is none. */
function after(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : -1;
}
