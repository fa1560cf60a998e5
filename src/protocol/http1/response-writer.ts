/** Writes a response's head for the connection and client it goes to (RFC 9112 §6, §9.3, §9.6). */
import { Buffer } from "node:buffer";
import { isContentForbidden } from "../../fields/index.ts";
import { type HttpResponse, MisuseError, type Octets } from "../../message/index.ts";
import { type Dateline, responseHead } from "./encode.ts";
import type { ServerStream } from "./server-stream.ts";

/** Content up to this size is copied behind the kept head, so that both leave in one write. */
const joined: Octets = 131_072;

/** What a lasting response keeps: its answer to a persistent HTTP/1.1 request other than HEAD. */
interface KeptAnswer {
  readonly second: number;
  readonly chunks: readonly Uint8Array[];
}

/**
 * The head and, for content that is bytes, the content: everything that leaves at once.
 * Sets what `stream` needs to know to send the rest.
 *
 * @throws MisuseError for a status, fields or a length that cannot be written; another may be tried then.
 */
export function writeResponse(
  response: HttpResponse,
  stream: ServerStream,
  date: Dateline,
): readonly Uint8Array[] {
  const { kept, content } = response;
  const common =
    kept !== undefined && stream.persists && stream.version === "1.1" && stream.method !== "HEAD";
  if (common && content.type !== "pulled" && !response.tunnel) {
    let answer = kept.http1 as KeptAnswer | undefined;
    if (answer === undefined || answer.second !== date.second) {
      answer = { second: date.second, chunks: encodeWhole(response, stream, date) };
      kept.http1 = answer;
    }
    stream.bodiless = true;
    return answer.chunks;
  }
  return encodeWhole(response, stream, date);
}

function encodeWhole(response: HttpResponse, stream: ServerStream, date: Dateline): readonly Uint8Array[] {
  // A response before this one may have been refused half-way.
  stream.bodiless = false;
  stream.chunked = false;
  stream.left = undefined;
  const head = encodeHead(response, stream, date);
  const { content } = response;
  if (stream.bodiless || content.type === "empty") {
    stream.bodiless = true;
    return [head];
  }
  if (content.type === "pulled") {
    return [head];
  }
  if (content.length !== content.bytes.length) {
    throw new MisuseError(`content of ${content.bytes.length} octets says that it has ${content.length}`);
  }
  stream.bodiless = true;
  // Only what is kept is worth a copy: the transport joins what is small.
  return response.kept === undefined || content.length > joined
    ? [head, content.bytes]
    : [Buffer.concat([head, content.bytes])];
}

function encodeHead(response: HttpResponse, stream: ServerStream, date: Dateline): Buffer {
  const { status, content, fields } = response;
  checkStatus(response, stream);
  const connection = stream.persists ? (stream.version === "1.0" ? "keep-alive" : undefined) : "close";
  if (response.tunnel) {
    stream.left = undefined;
    const upgrade = status === 101 ? "upgrade" : undefined;
    return responseHead(status, fields, { length: undefined, chunked: false, connection: upgrade }, date);
  }
  if (isContentForbidden(status)) {
    stream.bodiless = true;
    return responseHead(status, fields, { length: undefined, chunked: false, connection }, date);
  }
  if (status === 205) {
    // Its content must be empty, and says so (RFC 9110 §15.3.6).
    stream.bodiless = true;
    return responseHead(status, fields, { length: 0, chunked: false, connection }, date);
  }
  if (stream.method === "HEAD") {
    stream.bodiless = true;
    const length = content.type === "empty" ? announced(response) : content.length;
    return responseHead(status, fields, { length, chunked: false, connection }, date);
  }
  if (content.length !== undefined) {
    stream.left = content.length;
    return responseHead(status, fields, { length: content.length, chunked: false, connection }, date);
  }
  if (stream.version === "1.0") {
    // Only the connection's end can mark the content's end.
    stream.persists = false;
    return responseHead(status, fields, { length: undefined, chunked: false, connection: "close" }, date);
  }
  stream.chunked = true;
  return responseHead(status, fields, { length: undefined, chunked: true, connection }, date);
}

/** Interim statuses answer nothing, and a client takes 101 or 2xx to CONNECT for a tunnel (RFC 9110 §9.3.6, §15.2). */
function checkStatus({ status, tunnel }: HttpResponse, { method }: ServerStream): void {
  const opens = method === "CONNECT" ? status >= 200 && status <= 299 : status === 101;
  if (!Number.isInteger(status) || opens !== tunnel || (!tunnel && (status < 200 || status > 599))) {
    throw new MisuseError(
      `status ${status} ${tunnel ? "with" : "without"} a tunnel in answer to ${method}, wanted ${
        tunnel ? (method === "CONNECT" ? "200 to 299" : "101") : "a final one up to 599"
      }`,
    );
  }
}

/** A response to HEAD without content may still say how long the content would be (RFC 9110 §9.3.2). */
function announced(response: HttpResponse): Octets {
  const text = response.fields.get("content-length");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
