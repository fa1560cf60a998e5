/**
 * Content (RFC 9110 §6.4): empty, known bytes, or a source that is pulled.
 *
 * A pulled source has one owner, who reads it to the end or cancels it.
 */
import { Buffer } from "node:buffer";
import { Fields } from "./fields.ts";
import type { Octets } from "./units.ts";

export type Content = EmptyContent | BytesContent | PulledContent;

export interface EmptyContent {
  readonly type: "empty";
  readonly length: 0;
}

/** Bytes that never change: the same content may answer many requests. */
export interface BytesContent {
  readonly type: "bytes";
  readonly bytes: Uint8Array;
  readonly length: Octets;
}

export interface PulledContent {
  readonly type: "pulled";
  /** Octets in all where that is known beforehand. */
  readonly length: Octets | undefined;
  /** Set when the content is one span of an open file, for those who can use that. */
  readonly span?: FileSpan;
  /**
   * The next bytes, which are borrowed until the next `read` or `cancel`;
   * or "pending", and then `onReadable` is called once; or "end".
   *
   * @throws HttpError | Error - The content is broken off; nothing more will come.
   */
  read(): Uint8Array | "pending" | "end";
  /** Called once after each "pending". Set it before reading. */
  onReadable: (() => void) | undefined;
  /** The reader wants no more; releases what the source holds. Harmless after the end. */
  cancel(reason: Error): void;
  /** Fields after the content; complete once `read` answered "end". */
  readonly trailers: Fields;
}

export interface FileSpan {
  /** File descriptor, open until the content ends or is cancelled. */
  readonly descriptor: number;
  readonly start: Octets;
  /** First octet not included. */
  readonly end: Octets;
}

export const emptyContent: EmptyContent = Object.freeze({ type: "empty", length: 0 });

export function bytesContent(bytes: Uint8Array): BytesContent | EmptyContent {
  return bytes.length === 0 ? emptyContent : { type: "bytes", bytes, length: bytes.length };
}

/** UTF-8 text as content. */
export function textContent(text: string): BytesContent | EmptyContent {
  return bytesContent(Buffer.from(text, "utf8"));
}

/** Content that hands out `chunks` one a read: for tests and for small assembled parts. */
export function chunkedContent(
  chunks: readonly Uint8Array[],
  options: { readonly length?: Octets; readonly trailers?: Fields } = {},
): PulledContent {
  let next = 0;
  return {
    type: "pulled",
    length: options.length,
    onReadable: undefined,
    trailers: options.trailers ?? Fields.empty,
    read() {
      const chunk = chunks[next];
      next += 1;
      return chunk ?? "end";
    },
    cancel() {
      next = chunks.length;
    },
  };
}

/**
 * Content that a response to HEAD announces and nobody sends (RFC 9110 §9.3.2): it has a length and no octets.
 *
 * @param length - Octets that a GET would bring; undefined where that was not said.
 */
export function announcedContent(length: Octets | undefined): PulledContent {
  return {
    type: "pulled",
    length,
    onReadable: undefined,
    trailers: Fields.empty,
    read: () => "end",
    cancel: () => {},
  };
}

/** Releases what content holds; content that holds nothing is left alone. */
export function cancelContent(content: Content, reason: Error): void {
  if (content.type === "pulled") {
    content.cancel(reason);
  }
}

/**
 * Reads content to its end into one buffer (copied, so the caller keeps it).
 *
 * @param limit - Most octets to accept.
 * @throws RangeError when the content is longer than `limit`, and whatever the source throws.
 */
export function collect(content: Content, limit: Octets): Promise<Buffer> {
  if (content.type === "empty") {
    return Promise.resolve(Buffer.alloc(0));
  }
  if (content.type === "bytes") {
    return content.length > limit
      ? Promise.reject(tooLong(content.length, limit))
      : Promise.resolve(Buffer.from(content.bytes));
  }
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    const pull = (): void => {
      try {
        for (;;) {
          const got = content.read();
          if (got === "pending") {
            return;
          }
          if (got === "end") {
            resolve(Buffer.concat(parts, length));
            return;
          }
          length += got.length;
          if (length > limit) {
            const error = tooLong(length, limit);
            content.cancel(error);
            reject(error);
            return;
          }
          parts.push(Buffer.from(got));
        }
      } catch (error) {
        reject(error as Error);
      }
    };
    content.onReadable = pull;
    pull();
  });
}

function tooLong(length: Octets, limit: Octets): RangeError {
  return new RangeError(`content of ${length} octets or more, limit ${limit}`);
}
