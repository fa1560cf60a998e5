/** Writes heads, chunks and trailers as HTTP/1.1 (RFC 9112 §4, §5, §7.1). */
import { mayBeTrailer, reasonPhrase } from "../../fields/index.ts";
import { type Fields, MisuseError, type Octets } from "../../message/index.ts";
import { isTchar } from "./grammar.ts";

/** The current time as a Date field writes it, kept by a clock above and renewed each second. */
export interface Dateline {
  /** Grows when `text` changes. */
  readonly second: number;
  /** IMF-fixdate. */
  readonly text: string;
}

export interface HeadFraming {
  /** Written as Content-Length; undefined writes none. */
  readonly length: Octets | undefined;
  readonly chunked: boolean;
  /** Value of the Connection field; undefined writes none. */
  readonly connection: string | undefined;
}

/** Fields that the machine writes itself, whatever a response carries. */
const framed: ReadonlySet<string> = new Set([
  "connection",
  "transfer-encoding",
  "content-length",
  "keep-alive",
]);

/** The head of a final response, as latin1 text with its empty line. */
export function encodeResponseHead(
  status: number,
  fields: Fields,
  framing: HeadFraming,
  date: Dateline,
): string {
  let text = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
  let dated = false;
  let { connection } = framing;
  for (const [name, value] of fields) {
    if (!framed.has(name)) {
      dated ||= name === "date";
      // Upgrade belongs to this connection only, and must say so (RFC 9110 §7.8).
      if (name === "upgrade" && connection?.endsWith("upgrade") !== true) {
        connection = connection === undefined ? "upgrade" : `${connection}, upgrade`;
      }
      text += fieldLine(name, value);
    }
  }
  if (!dated) {
    text += `Date: ${date.text}\r\n`;
  }
  return `${text}${framingLines({ ...framing, connection })}\r\n`;
}

/** An interim response (RFC 9110 §15.2). */
export function encodeInterim(status: number, fields: Fields): string {
  let text = `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
  for (const [name, value] of fields) {
    if (!framed.has(name)) {
      text += fieldLine(name, value);
    }
  }
  return `${text}\r\n`;
}

/** The head of a request, as latin1 text with its empty line. */
export function encodeRequestHead(
  method: string,
  target: string,
  fields: Fields,
  framing: HeadFraming,
): string {
  if (!isToken(method) || target === "" || /[^\x21-\x7e]/.test(target)) {
    throw new MisuseError(`request line of ${JSON.stringify(method)} ${JSON.stringify(target)}`);
  }
  let text = `${method} ${target} HTTP/1.1\r\n`;
  for (const [name, value] of fields) {
    if (!framed.has(name)) {
      text += fieldLine(name, value);
    }
  }
  return `${text}${framingLines(framing)}\r\n`;
}

/** The last chunk and the trailer section. */
export function encodeLastChunk(trailers: Fields): string {
  let text = "0\r\n";
  for (const [name, value] of trailers) {
    if (mayBeTrailer(name)) {
      text += fieldLine(name, value);
    }
  }
  return `${text}\r\n`;
}

/** One field line. @throws MisuseError where name or value would break the message apart. */
function fieldLine(name: string, value: string): string {
  let written = writtenNames.get(name);
  if (written === undefined) {
    // "Content-Length" would pass by the fields that the machine keeps for itself.
    if (!isToken(name) || name !== name.toLowerCase()) {
      throw new MisuseError(`field name ${JSON.stringify(name)} is no token in lower case`);
    }
    written = name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
    if (writtenNames.size < 512) {
      writtenNames.set(name, written);
    }
  }
  // A value goes out as received, obs-text and all; what could end the line or the text may not.
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new MisuseError(`value of field ${name} holds a control or non-latin1 character`);
  }
  return `${written}: ${value}\r\n`;
}

/** Names as people are used to see them; bounded, since an origin server chooses names. */
const writtenNames = new Map<string, string>([
  ["etag", "ETag"],
  ["te", "TE"],
  ["www-authenticate", "WWW-Authenticate"],
]);

function framingLines(framing: HeadFraming): string {
  let text = "";
  if (framing.length !== undefined) {
    if (!Number.isSafeInteger(framing.length) || framing.length < 0) {
      throw new MisuseError(`content of ${framing.length} octets`);
    }
    text += `Content-Length: ${framing.length}\r\n`;
  }
  if (framing.chunked) {
    text += "Transfer-Encoding: chunked\r\n";
  }
  if (framing.connection !== undefined) {
    text += `Connection: ${framing.connection}\r\n`;
  }
  return text;
}

function isToken(text: string): boolean {
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 255 || isTchar[code] === 0) {
      return false;
    }
  }
  return text.length > 0;
}
