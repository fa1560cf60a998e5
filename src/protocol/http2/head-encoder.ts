/** Writes heads and trailers as field blocks (RFC 9113 §8.2, §8.3): nothing in them is for one connection only. */
import { isContentForbidden, isToken, mayBeTrailer, trimWhitespace } from "../../fields/index.ts";
import { type Fields, type HttpResponse, MisuseError, type Octets } from "../../message/index.ts";
import { BlockWriter, HpackEncoder, staticIndex } from "../hpack/index.ts";
import { isLowerToken, isOfConnection, isValue, shown } from "./header-rules.ts";
import type { Dateline } from "./machine.ts";

/** What goes with a response's head (RFC 9110 §6.4, §8.6). */
export interface ResponseFraming {
  /** Written as Content-Length; undefined writes none. */
  readonly length: Octets | undefined;
  /** DATA follows, of `length` octets where that is known; else the head ends the stream. */
  readonly sendsContent: boolean;
}

/** A response's block that refers to no dynamic table: good for every connection. */
export interface LastingHead {
  /** Without frame header. */
  readonly block: Uint8Array;
  /** Where in `block` the 29 octets of the Date stand, as they are (ASCII, not Huffman-coded); -1 where the response brings its own. */
  readonly dateAt: number;
}

export interface OutgoingHead {
  readonly method: string;
  /** Not written for CONNECT without `protocol`. */
  readonly scheme: string;
  /** "": the Host field's value instead. */
  readonly authority: string;
  /** Path and query, or "*"; not written for CONNECT without `protocol`. */
  readonly path: string;
  /** `:protocol` of an extended CONNECT (RFC 8441 §4). */
  readonly protocol?: string | undefined;
  readonly fields: Fields;
  /** 0: none follows; undefined: of unknown length. */
  readonly contentLength: Octets | undefined;
}

/**
 * How a response to `method` is framed.
 *
 * @throws MisuseError for a status that may not answer it, or content that lies about its length.
 */
export function responseFraming(response: HttpResponse, method: string): ResponseFraming {
  const { status, content, tunnel } = response;
  const opens = method === "CONNECT" && status >= 200 && status <= 299;
  if (!Number.isInteger(status) || status < 200 || status > 599 || opens !== tunnel) {
    const wanted = tunnel ? "200 to 299 to CONNECT" : "a final one up to 599";
    throw new MisuseError(
      `status ${status} ${tunnel ? "with" : "without"} a tunnel in answer to ${method}, wanted ${wanted}`,
    );
  }
  if (content.type === "bytes" && content.length !== content.bytes.length) {
    throw new MisuseError(`content of ${content.bytes.length} octets says that it has ${content.length}`);
  }
  if (tunnel) {
    return { length: undefined, sendsContent: true };
  }
  if (isContentForbidden(status)) {
    return { length: undefined, sendsContent: false };
  }
  if (status === 205) {
    // Its content must be empty, and says so (RFC 9110 §15.3.6).
    return { length: 0, sendsContent: false };
  }
  if (method === "HEAD") {
    return { length: content.type === "empty" ? announced(response) : content.length, sendsContent: false };
  }
  return { length: content.length, sendsContent: content.type !== "empty" };
}

/**
 * Encodes a final response's head at the writer's end, on a connection's own encoder:
 * blocks must leave in the order of these calls.
 *
 * @throws MisuseError for fields that cannot be written: nothing was, and the encoder is as before.
 */
export function encodeResponseHead(
  encoder: HpackEncoder,
  out: BlockWriter,
  response: HttpResponse,
  framing: ResponseFraming,
  date: Dateline,
): void {
  const { flat } = response.fields;
  const dated = checkFields(flat);
  checkLength(framing.length);
  encoder.begin(out);
  encoder.field(out, ":status", String(response.status));
  writeFields(encoder, out, flat);
  if (framing.length !== undefined) {
    encoder.field(out, "content-length", String(framing.length));
  }
  if (!dated) {
    encoder.field(out, "date", date.text);
  }
}

/**
 * A final response's head for many connections; its Date is `date`'s, to be patched at `dateAt` when the second changes.
 * Where `encoder.owesUpdate`, it must not be the connection's next block.
 *
 * @throws MisuseError for fields that cannot be written.
 */
export function encodeLastingHead(
  response: HttpResponse,
  framing: ResponseFraming,
  date: Dateline,
): LastingHead {
  lasting.clear();
  const { flat } = response.fields;
  const dated = checkFields(flat);
  checkLength(framing.length);
  tableless.field(lasting, ":status", String(response.status));
  writeFields(tableless, lasting, flat);
  if (framing.length !== undefined) {
    tableless.field(lasting, "content-length", String(framing.length));
  }
  if (dated) {
    return { block: lasting.copy(), dateAt: -1 };
  }
  // A literal without indexing (RFC 7541 §6.2.2), not Huffman-coded: every Date has as many octets.
  lasting.integer(0x00, 0x0f, staticIndex("date"));
  lasting.plain(date.text);
  return { block: lasting.copy(), dateAt: lasting.length - date.text.length };
}

/** Scratch for blocks that outlive it, and the encoder that never uses a dynamic table. */
const lasting: BlockWriter = new BlockWriter();
const tableless: HpackEncoder = new HpackEncoder({ tableSize: 0 });

/**
 * Encodes an interim response (RFC 9110 §15.2).
 *
 * @throws MisuseError for a status that is not interim, or is 101 (RFC 9113 §8.6), and for fields that cannot be written.
 */
export function encodeInterimHead(
  encoder: HpackEncoder,
  out: BlockWriter,
  status: number,
  fields: Fields,
): void {
  if (!Number.isInteger(status) || status < 100 || status > 199 || status === 101) {
    throw new MisuseError(`status ${status} as an interim response, wanted 100 to 199 but 101`);
  }
  const { flat } = fields;
  checkFields(flat);
  encoder.begin(out);
  encoder.field(out, ":status", String(status));
  writeFields(encoder, out, flat);
}

/**
 * Encodes trailers; fields that may not be among them are left out.
 *
 * @returns The number of lines written. At 0 nothing was: end the stream with DATA instead.
 * @throws MisuseError for fields that cannot be written.
 */
export function encodeTrailers(encoder: HpackEncoder, out: BlockWriter, trailers: Fields): number {
  const { flat } = trailers;
  checkFields(flat);
  let lines = 0;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string;
    if (mayBeTrailer(name) && !isOfConnection(name)) {
      if (lines === 0) {
        encoder.begin(out);
      }
      encoder.field(out, name, written(flat[i + 1] as string));
      lines += 1;
    }
  }
  return lines;
}

/**
 * Encodes a request's head: a client's own, or one that a server promises.
 *
 * @throws MisuseError for a head that cannot be written: nothing was, and the encoder is as before.
 */
export function encodeRequestHead(encoder: HpackEncoder, out: BlockWriter, head: OutgoingHead): void {
  const { method, protocol, contentLength } = head;
  const { flat } = head.fields;
  const authority = head.authority === "" ? (head.fields.get("host") ?? "") : head.authority;
  const plainConnect = method === "CONNECT" && protocol === undefined;
  checkRequestLine(head, authority, plainConnect);
  checkFields(flat);
  checkLength(contentLength);
  encoder.begin(out);
  encoder.field(out, ":method", method);
  if (!plainConnect) {
    encoder.field(out, ":scheme", head.scheme);
  }
  if (authority !== "") {
    encoder.field(out, ":authority", authority);
  }
  if (!plainConnect) {
    encoder.field(out, ":path", head.path);
  }
  if (protocol !== undefined) {
    encoder.field(out, ":protocol", protocol);
  }
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string;
    const value = flat[i + 1] as string;
    // TE says at most that trailers are welcome (RFC 9113 §8.2.2).
    if (name === "te" ? value.toLowerCase() === "trailers" : name !== "host" && isCarried(name)) {
      encoder.field(out, name, written(value));
    }
  }
  // A length of 0 is said where the method expects content (RFC 9110 §8.6).
  const says = contentLength !== 0 || method === "POST" || method === "PUT" || method === "PATCH";
  if (contentLength !== undefined && says && method !== "CONNECT") {
    encoder.field(out, "content-length", String(contentLength));
  }
}

function checkRequestLine(head: OutgoingHead, authority: string, plainConnect: boolean): void {
  const { method, scheme, path, protocol } = head;
  const visible = /^[\x21-\x7e]+$/;
  if (
    !isToken(method) ||
    (plainConnect ? authority === "" : !visible.test(path) || !visible.test(scheme)) ||
    (authority !== "" && !visible.test(authority)) ||
    (protocol !== undefined && (method !== "CONNECT" || !isToken(protocol)))
  ) {
    const words = [method, scheme, authority, path, protocol].map((word) => shown(word ?? ""));
    throw new MisuseError(`request of method, scheme, authority, path and protocol ${words.join(" ")}`);
  }
}

/** @returns Whether there is a Date. @throws MisuseError for a line that cannot be written. */
function checkFields(flat: readonly string[]): boolean {
  let dated = false;
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string;
    const value = flat[i + 1] as string;
    if (!knownNames.has(name)) {
      if (!isLowerToken(name)) {
        throw new MisuseError(`field name ${JSON.stringify(name)} is no token in lower case`);
      }
      if (knownNames.size < 512) {
        knownNames.add(name);
      }
    }
    if (!isValue(value) && !isValue(trimWhitespace(value))) {
      throw new MisuseError(`value of field ${name} holds a control or non-latin1 character`);
    }
    dated ||= name === "date";
  }
  return dated;
}

/** Names that are tokens in lower case; bounded, since an origin server chooses names. */
const knownNames: Set<string> = new Set();

function checkLength(length: Octets | undefined): void {
  if (length !== undefined && (!Number.isSafeInteger(length) || length < 0)) {
    throw new MisuseError(`content of ${length} octets`);
  }
}

function writeFields(encoder: HpackEncoder, out: BlockWriter, flat: readonly string[]): void {
  for (let i = 0; i < flat.length; i += 2) {
    const name = flat[i] as string;
    if (isCarried(name) && name !== "te") {
      encoder.field(out, name, written(flat[i + 1] as string));
    }
  }
}

/** Not of one connection only, and not the one that the machine writes from the content. */
function isCarried(name: string): boolean {
  return name !== "content-length" && !isOfConnection(name);
}

/** A value without the blanks at its ends, which HTTP/2 does not carry (RFC 9113 §8.2.1). */
function written(value: string): string {
  const first = value.charCodeAt(0);
  const last = value.charCodeAt(value.length - 1);
  return first === 0x20 || first === 0x09 || last === 0x20 || last === 0x09 ? trimWhitespace(value) : value;
}

/** A response to HEAD without content may still say how long the content would be (RFC 9110 §9.3.2). */
function announced(response: HttpResponse): Octets {
  const text = response.fields.get("content-length");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
