/** Writes a response's head for the connection and client it goes to (RFC 9112 §6, §9.3, §9.6). */
import { isContentForbidden } from "../../fields/index.ts";
import type { HttpResponse, Octets } from "../../message/index.ts";
import { type Dateline, encodeResponseHead } from "./encode.ts";
import type { ServerStream } from "./server-stream.ts";

/** Content up to this size is copied behind the kept head, so that both leave in one write. */
const joined: Octets = 16_384;

/** What a lasting response keeps: its answer to a persistent HTTP/1.1 request other than HEAD. */
interface KeptAnswer {
  readonly second: number;
  readonly chunks: readonly Uint8Array[];
}

/**
 * The head and, for content that is bytes, the content: everything that leaves at once.
 * Sets what `stream` needs to know to send the rest.
 *
 * @throws MisuseError for fields that cannot be written.
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
  const head = encodeHead(response, stream, date);
  const { content } = response;
  if (stream.bodiless || content.type === "empty") {
    stream.bodiless = true;
    return [Buffer.from(head, "latin1")];
  }
  if (content.type === "pulled") {
    return [Buffer.from(head, "latin1")];
  }
  stream.bodiless = true;
  if (content.length > joined) {
    return [Buffer.from(head, "latin1"), content.bytes];
  }
  const whole = Buffer.allocUnsafe(head.length + content.length);
  whole.write(head, 0, "latin1");
  whole.set(content.bytes, head.length);
  return [whole];
}

function encodeHead(response: HttpResponse, stream: ServerStream, date: Dateline): string {
  const { status, content, fields } = response;
  const connection = stream.persists ? (stream.version === "1.0" ? "keep-alive" : undefined) : "close";
  if (response.tunnel) {
    stream.left = undefined;
    const upgrade = status === 101 ? "upgrade" : undefined;
    return encodeResponseHead(
      status,
      fields,
      { length: undefined, chunked: false, connection: upgrade },
      date,
    );
  }
  if (isContentForbidden(status)) {
    stream.bodiless = true;
    return encodeResponseHead(status, fields, { length: undefined, chunked: false, connection }, date);
  }
  if (stream.method === "HEAD") {
    stream.bodiless = true;
    const length = content.type === "empty" ? announced(response) : content.length;
    return encodeResponseHead(status, fields, { length, chunked: false, connection }, date);
  }
  if (content.length !== undefined) {
    stream.left = content.length;
    return encodeResponseHead(status, fields, { length: content.length, chunked: false, connection }, date);
  }
  if (stream.version === "1.0") {
    // Only the connection's end can mark the content's end.
    stream.persists = false;
    return encodeResponseHead(
      status,
      fields,
      { length: undefined, chunked: false, connection: "close" },
      date,
    );
  }
  stream.chunked = true;
  return encodeResponseHead(status, fields, { length: undefined, chunked: true, connection }, date);
}

/** A response to HEAD without content may still say how long the content would be (RFC 9110 §9.3.2). */
function announced(response: HttpResponse): Octets {
  const text = response.fields.get("content-length");
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : 0;
}
