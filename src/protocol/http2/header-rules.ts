/**
 * What a line of a head or trailer section may be in HTTP/2 (RFC 9113 §8.2, §8.3).
 *
 *   field-line = field-name-in-lower-case, field-value without blanks at its ends
 */
import { type Fault, HttpError } from "../../message/index.ts";
import type { HeaderField } from "../hpack/index.ts";
import { errorCode } from "./error-codes.ts";
import type { Http2Fault } from "./faults.ts";

/**
 * Scope "stream": the section is malformed, RST_STREAM(PROTOCOL_ERROR) (RFC 9113 §8.1.1).
 * Scope "message": the head could be read; the stream may be answered with `status`.
 */
export const headFaults: Readonly<
  Record<
    | "badFieldName"
    | "badFieldValue"
    | "badPseudoField"
    | "connectionField"
    | "badRequest"
    | "badPath"
    | "badAuthority"
    | "authorityConflict"
    | "badConnect"
    | "badStatus"
    | "badLength"
    | "badTrailers"
    | "missingAuthority"
    | "contentTooLarge"
    | "fieldsTooLarge"
    | "expectationFailed"
    | "misdirected",
    Http2Fault
  >
> = {
  badFieldName: malformed("RFC 9113 §8.2.1"),
  badFieldValue: malformed("RFC 9113 §8.2.1"),
  badPseudoField: malformed("RFC 9113 §8.3"),
  connectionField: malformed("RFC 9113 §8.2.2"),
  badRequest: malformed("RFC 9113 §8.3.1"),
  badPath: malformed("RFC 9113 §8.3.1"),
  badAuthority: malformed("RFC 9113 §8.3.1"),
  authorityConflict: malformed("RFC 9113 §8.3.1"),
  badConnect: malformed("RFC 9113 §8.5"),
  badStatus: malformed("RFC 9113 §8.3.2"),
  badLength: malformed("RFC 9113 §8.1.1"),
  badTrailers: malformed("RFC 9113 §8.1"),
  missingAuthority: answered(400, "RFC 9110 §7.2"),
  contentTooLarge: answered(413, "RFC 9110 §15.5.14"),
  fieldsTooLarge: answered(431, "RFC 6585 §5"),
  expectationFailed: answered(417, "RFC 9110 §10.1.1"),
  misdirected: answered(421, "RFC 9110 §15.5.20"),
};

function malformed(source: Fault["source"]): Http2Fault {
  return { status: 400, scope: "stream", source, code: errorCode.protocolError };
}

function answered(status: number, source: Fault["source"]): Http2Fault {
  return { status, scope: "message", source, code: errorCode.protocolError };
}

/** What a line was found to be: `HeaderField.verdict`. */
export const line = {
  plain: 1,
  authority: 2,
  method: 3,
  path: 4,
  scheme: 5,
  status: 6,
  protocol: 7,
  host: 8,
  contentLength: 9,
  cookie: 10,
  expect: 11,
} as const;

/** Lines from here on are no pseudo fields. */
const firstRegular: number = line.host;

const special: ReadonlyMap<string, number> = new Map([
  [":authority", line.authority],
  [":method", line.method],
  [":path", line.path],
  [":scheme", line.scheme],
  [":status", line.status],
  [":protocol", line.protocol],
  ["host", line.host],
  ["content-length", line.contentLength],
  ["cookie", line.cookie],
  ["expect", line.expect],
]);

/** Fields of one connection only, which HTTP/2 has no use for (RFC 9113 §8.2.2). */
const ofConnection: ReadonlySet<string> = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

export function isOfConnection(name: string): boolean {
  return ofConnection.has(name);
}

export function isPseudo(verdict: number): boolean {
  return verdict > line.plain && verdict < firstRegular;
}

/**
 * What `field` is. Kept with it, so that a line which the peer refers to again is judged once.
 *
 * @throws HttpError for a name or value that HTTP/2 does not allow.
 */
export function judge(field: HeaderField, by: HttpError["by"]): number {
  if (field.verdict === 0) {
    field.verdict = judgeNew(field, by);
  }
  return field.verdict;
}

function judgeNew({ name, value }: HeaderField, by: HttpError["by"]): number {
  const verdict = special.get(name) ?? line.plain;
  if (verdict === line.plain) {
    if (!isLowerToken(name)) {
      const why = name.startsWith(":") ? "a pseudo field unknown here" : "wanted a token in lower case";
      const fault = name.startsWith(":") ? headFaults.badPseudoField : headFaults.badFieldName;
      throw new HttpError(fault, by, `field name ${shown(name)}, ${why}`);
    }
    if (ofConnection.has(name)) {
      throw new HttpError(headFaults.connectionField, by, `field ${name}, which belongs to one connection`);
    }
    if (name === "te" && value.toLowerCase() !== "trailers") {
      throw new HttpError(
        headFaults.connectionField,
        by,
        `field te: ${shown(value)}, only trailers may stand there`,
      );
    }
  }
  if (!isValue(value)) {
    throw new HttpError(
      headFaults.badFieldValue,
      by,
      `value of field ${name} is ${shown(value)}: a blank at an end or a control character`,
    );
  }
  return verdict;
}

/** Peer's text as messages show it. */
export function shown(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

const lowerToken: Uint8Array = classOf("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyz");

/** tchar (RFC 9110 §5.6.2) less the capitals. */
export function isLowerToken(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0x7f || lowerToken[code] === 0) {
      return false;
    }
  }
  return text.length > 0;
}

/** field-vchar, SP and HTAB, no blank at either end (RFC 9110 §5.5, RFC 9113 §8.2.1). */
export function isValue(text: string): boolean {
  const { length } = text;
  for (let i = 0; i < length; i += 1) {
    const code = text.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code > 0xff) {
      return false;
    }
  }
  return length === 0 || !(isBlank(text.charCodeAt(0)) || isBlank(text.charCodeAt(length - 1)));
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function classOf(characters: string): Uint8Array {
  const table = new Uint8Array(128);
  for (const character of characters) {
    table[character.charCodeAt(0)] = 1;
  }
  return table;
}

/**
 * A Content-Length value: digits only, as HTTP/1 reads it.
 *
 * @throws HttpError when it is no number, or one that we cannot count to.
 */
export function readLength(text: string, by: HttpError["by"]): number {
  let length = 0;
  for (let i = 0; i < text.length; i += 1) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) {
      throw new HttpError(headFaults.badLength, by, `Content-Length ${shown(text)}, wanted one number`);
    }
    length = length * 10 + digit;
  }
  if (text.length === 0) {
    throw new HttpError(headFaults.badLength, by, "an empty Content-Length, wanted one number");
  }
  if (length > Number.MAX_SAFE_INTEGER) {
    throw new HttpError(
      headFaults.contentTooLarge,
      by,
      `Content-Length ${shown(text)}, more than can be counted`,
    );
  }
  return length;
}
