/** Writes heads, chunks and trailers as HTTP/1.1 (RFC 9112 §4, §5, §7.1). */
import { Buffer } from "node:buffer";
import { mayBeTrailer, reasonPhrase } from "../../fields/index.ts";
import { type Fields, MisuseError, type Octets } from "../../message/index.ts";
import type { OutgoingRequest } from "./client-stream.ts";
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

/** A response's head, and what it was written for. */
interface KeptHead {
  readonly status: number;
  readonly length: Octets | undefined;
  readonly chunked: boolean;
  readonly connection: string | undefined;
  /** The second whose Date it says; undefined: the response brought its own. */
  readonly second: number | undefined;
  readonly bytes: Buffer;
}

/** The head of a final response; the same octets again where the same fields go out again. They never change. */
export function responseHead(status: number, fields: Fields, framing: HeadFraming, date: Dateline): Buffer {
  const lines = linesOf(fields);
  const kept = lines.response;
  if (
    kept !== undefined &&
    kept.status === status &&
    kept.length === framing.length &&
    kept.chunked === framing.chunked &&
    kept.connection === framing.connection &&
    (kept.second === undefined || kept.second === date.second)
  ) {
    return kept.bytes;
  }
  const bytes = Buffer.from(encodeResponseHead(status, fields, framing, date), "latin1");
  const { length, chunked, connection } = framing;
  lines.response = {
    status,
    length,
    chunked,
    connection,
    second: lines.dated ? undefined : date.second,
    bytes,
  };
  return bytes;
}

/** The head of a final response, as latin1 text with its empty line. */
export function encodeResponseHead(
  status: number,
  fields: Fields,
  framing: HeadFraming,
  date: Dateline,
): string {
  const lines = linesOf(fields);
  let { connection } = framing;
  // Upgrade belongs to this connection only, and must say so (RFC 9110 §7.8).
  if (lines.upgrades && connection?.endsWith("upgrade") !== true) {
    connection = connection === undefined ? "upgrade" : `${connection}, upgrade`;
  }
  const dated = lines.dated ? "" : `Date: ${date.text}\r\n`;
  return `${statusLine(status)}${lines.text}${dated}${framingLines(framing, connection)}\r\n`;
}

/** An interim response (RFC 9110 §15.2). */
export function encodeInterim(status: number, fields: Fields): string {
  return `${statusLine(status)}${linesOf(fields).text}\r\n`;
}

/**
 * The head of a request, as latin1 text with its empty line.
 *
 * @param host - Goes out as Host, first; undefined where `fields` have it.
 */
export function encodeRequestHead(
  method: string,
  target: string,
  fields: Fields,
  framing: HeadFraming,
  host?: string,
): string {
  if (!isToken(method) || target === "" || /[^\x21-\x7e]/.test(target)) {
    throw new MisuseError(`request line of ${JSON.stringify(method)} ${JSON.stringify(target)}`);
  }
  const first = host === undefined ? "" : fieldLine("host", host);
  return `${method} ${target} HTTP/1.1\r\n${first}${linesOf(fields).text}${framingLines(framing, framing.connection)}\r\n`;
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

function statusLine(status: number): string {
  return `HTTP/1.1 ${status} ${reasonPhrase(status)}\r\n`;
}

/** A section as it is written, and what its writer must know of it. */
export interface Lines {
  readonly text: string;
  readonly dated: boolean;
  readonly upgrades: boolean;
  /** The head that they went out in last. */
  response: KeptHead | undefined;
  request: KeptRequest | undefined;
}

/** A request's head, and the request it was written for. */
export interface KeptRequest {
  readonly request: OutgoingRequest;
  readonly bytes: Buffer;
}

/** @throws MisuseError where a line cannot be written. */
export function linesOf(fields: Fields): Lines {
  const kept = fields.keptLines as Lines | undefined;
  if (kept !== undefined) {
    return kept;
  }
  const { flat } = fields;
  let text = "";
  let dated = false;
  let upgrades = false;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string;
    if (!framed.has(name)) {
      dated ||= name === "date";
      upgrades ||= name === "upgrade";
      text += fieldLine(name, flat[i + 1] as string);
    }
  }
  const lines: Lines = { text, dated, upgrades, response: undefined, request: undefined };
  fields.keptLines = lines;
  return lines;
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

function framingLines(framing: HeadFraming, connection: string | undefined): string {
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
  if (connection !== undefined) {
    text += `Connection: ${connection}\r\n`;
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
