/** What the HTTP/2 server machine tells its driver, and what it asks of it. */
import type { Fields, HttpError, RequestHead, ServerSink, StreamId } from "../../message/index.ts";
import type { Http2Limits } from "./limits.ts";

/** The current time as a Date field writes it, kept by a clock above and renewed each second. */
export interface Dateline {
  /** Grows when `text` changes. */
  readonly second: number;
  /** IMF-fixdate. */
  readonly text: string;
}

export interface Http2ServerOptions {
  readonly limits: Http2Limits;
  readonly dateline: Dateline;
}

/**
 * What the transport does: go on; end our side once everything drained has left, and linger;
 * close at once.
 */
export type Http2Fate = "open" | "end" | "cut";

/**
 * `writable` is never called: content is asked for by `pull`.
 *
 * `fault` with a stream: where the fault's scope is "message", the stream may be answered (`respond`)
 * whether or not a request was told of before; where it is "stream", the stream has been reset and no
 * request was told of. Without a stream the connection is over, and `cancelled` follows for each
 * stream that was open.
 */
export interface Http2ServerSink extends ServerSink {
  /** The stream is gone (reset by the peer, a rule broken on it, connection over): nothing can be sent on it any more. */
  cancelled(stream: StreamId, error: HttpError): void;
  /**
   * From within `drain`: the scheduler chose this stream, whose response has pulled content.
   * Octets (non-empty; borrowed until the stream's next `pull`), or Fields: the content ended, with these trailers
   * (Fields.empty for none); or "pending": `ready` will be called; or "broken": reset the stream with INTERNAL_ERROR.
   */
  pull(stream: StreamId): Uint8Array | Fields | "pending" | "broken";
}

/** A promised request, to be answered like any other (RFC 9113 §8.4). */
export interface PushedRequest {
  readonly stream: StreamId;
  readonly head: RequestHead;
}
