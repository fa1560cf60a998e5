/**
 * The words all fields are written in: tokens, whitespace, lists and quoted strings
 * (RFC 9110 §5.6). Hand-written scanners: every one is linear in its input.
 */
import { MisuseError } from "../message/index.ts";

const tab = 0x09;
const space = 0x20;
const quoteMark = 0x22;
const comma = 0x2c;
const backslash = 0x5c;

/** tchar by octet: 1 where RFC 9110 §5.6.2 allows it in a token. */
const tokenOctets: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) =>
  /[!#$%&'*+\-.^_`|~0-9A-Za-z]/.test(String.fromCharCode(code)) ? 1 : 0,
);

/** Whether the character with this code may stand in a token. */
export function isTokenChar(code: number): boolean {
  return code < 128 && tokenOctets[code] === 1;
}

/** Whether `text` is a token: 1*tchar (RFC 9110 §5.6.2). */
export function isToken(text: string): boolean {
  return text.length > 0 && tokenEnd(text, 0) === text.length;
}

/** Where the token that starts at `start` ends; `start` itself where there is none. */
export function tokenEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && isTokenChar(text.charCodeAt(at))) {
    at += 1;
  }
  return at;
}

/** The first index from `start` on that is neither SP nor HTAB: OWS (RFC 9110 §5.6.3). */
export function skipWhitespace(text: string, start: number): number {
  let at = start;
  while (at < text.length && isWhitespace(text.charCodeAt(at))) {
    at += 1;
  }
  return at;
}

/** `text` without SP and HTAB at its ends. */
export function trimWhitespace(text: string): string {
  return trimmedSlice(text, 0, text.length);
}

/**
 * The members of a list, trimmed, empty ones skipped; a comma within a quoted
 * string does not separate. An unterminated quoted string runs to the end.
 *
 * ```abnf
 * #element => [ element ] *( OWS "," OWS [ element ] )
 * ```
 *
 * @param limit - Most members to answer; the rest is not read.
 * @source RFC 9110 §5.6.1.2.
 */
export function listMembers(text: string, limit: number): readonly string[] {
  const members: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length && members.length < limit; at += 1) {
    const code = at < text.length ? text.charCodeAt(at) : comma;
    if (code === quoteMark) {
      at = quotedEnd(text, at) - 1;
    } else if (code === comma) {
      const member = trimmedSlice(text, start, at);
      if (member !== "") {
        members.push(member);
      }
      start = at + 1;
    }
  }
  return members;
}

/**
 * The quoted string that starts at `start`, unescaped, and the index after its closing quote.
 *
 * ```abnf
 * quoted-string = DQUOTE *( qdtext / quoted-pair ) DQUOTE
 * ```
 *
 * @returns undefined where no complete and valid quoted string stands there.
 * @source RFC 9110 §5.6.4.
 */
export function readQuotedString(
  text: string,
  start: number,
): { readonly value: string; readonly end: number } | undefined {
  if (text.charCodeAt(start) !== quoteMark) {
    return undefined;
  }
  let value = "";
  let from = start + 1;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quoteMark) {
      return { value: value + text.slice(from, at), end: at + 1 };
    }
    if (code === backslash) {
      value += text.slice(from, at);
      at += 1;
      from = at;
    }
    if (at >= text.length || !isText(text.charCodeAt(at))) {
      return undefined;
    }
  }
  return undefined;
}

/**
 * `value` as a quoted string.
 *
 * @throws MisuseError - `value` has a character that no field value can carry.
 * @source RFC 9110 §5.6.4.
 */
export function quoteString(value: string): string {
  let quoted = '"';
  let from = 0;
  for (let at = 0; at < value.length; at += 1) {
    const code = value.charCodeAt(at);
    if (!isText(code)) {
      throw new MisuseError(`character ${code} at ${at} cannot stand in a quoted string`);
    }
    if (code === quoteMark || code === backslash) {
      quoted += `${value.slice(from, at)}\\`;
      from = at;
    }
  }
  return `${quoted}${value.slice(from)}"`;
}

/** One `name=value` of a parameter list, the name in lower case, the value unquoted. */
export type Parameter = readonly [name: string, value: string];

/**
 * The parameters from `start` to the end of `text`.
 *
 * ```abnf
 * parameters = *( OWS ";" OWS [ parameter ] )
 * parameter  = token "=" ( token / quoted-string )
 * ```
 *
 * @returns undefined where anything else stands there.
 * @source RFC 9110 §5.6.6.
 */
export function parseParameters(text: string, start: number): readonly Parameter[] | undefined {
  const parameters: Parameter[] = [];
  let at = skipWhitespace(text, start);
  while (at < text.length) {
    if (text[at] !== ";") {
      return undefined;
    }
    at = skipWhitespace(text, at + 1);
    const nameEnd = tokenEnd(text, at);
    if (nameEnd > at) {
      const value = text[nameEnd] === "=" ? readParameterValue(text, nameEnd + 1) : undefined;
      if (value === undefined) {
        return undefined;
      }
      parameters.push([text.slice(at, nameEnd).toLowerCase(), value.value]);
      at = skipWhitespace(text, value.end);
    }
  }
  return parameters;
}

/** `;name=value` for each parameter, quoted where a token cannot say it. */
export function formatParameters(parameters: readonly Parameter[]): string {
  let text = "";
  for (const [name, value] of parameters) {
    text += `;${name}=${isToken(value) ? value : quoteString(value)}`;
  }
  return text;
}

function readParameterValue(
  text: string,
  start: number,
): { readonly value: string; readonly end: number } | undefined {
  const end = tokenEnd(text, start);
  return end > start ? { value: text.slice(start, end), end } : readQuotedString(text, start);
}

/** After the quote that closes the one at `start`; the end of `text` where none does. */
function quotedEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quoteMark) {
      return at + 1;
    }
    if (code === backslash) {
      at += 1;
    }
  }
  return text.length;
}

function trimmedSlice(text: string, start: number, end: number): string {
  let first = start;
  let last = end;
  while (first < last && isWhitespace(text.charCodeAt(first))) {
    first += 1;
  }
  while (last > first && isWhitespace(text.charCodeAt(last - 1))) {
    last -= 1;
  }
  return text.slice(first, last);
}

function isWhitespace(code: number): boolean {
  return code === space || code === tab;
}

/** HTAB, SP, VCHAR and obs-text: what a quoted-pair may escape and a field value may hold. */
function isText(code: number): boolean {
  return (code >= space && code !== 0x7f && code <= 0xff) || code === tab;
}
