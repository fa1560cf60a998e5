/** The shape of a row in the HTTP/2 client's conformance tables, and short builders for the events it expects. */
import type { FieldLine, StreamId } from "../../src/message/index.ts";
import type { Http2ClientLimits, OutgoingHead } from "../../src/protocol/http2/index.ts";
import type { Http2ClientEvent } from "./http2-client-drive.ts";

export interface Http2ClientRow {
  readonly name: string;
  /** Where the rule is written; a fault's own source may be coarser or finer. */
  readonly source: string;
  /** Requests made before anything comes, on streams 1, 3, 5 …; one GET unless told otherwise. */
  readonly requests?: readonly Partial<OutgoingHead>[];
  /** latin1: what comes after the server's SETTINGS and its acknowledgement of ours, unless `bare`. */
  readonly input: string;
  /** `input` is all that comes. */
  readonly bare?: true;
  /** The peer closes after the input. */
  readonly end?: true;
  readonly limits?: Partial<Http2ClientLimits>;
  readonly expect: readonly Http2ClientEvent[];
  /** Frames that the client owes for the input, in words; none unless told otherwise. */
  readonly owes?: readonly string[];
  /** What the fault says. */
  readonly says?: RegExp;
}

export function response(
  stream: StreamId,
  status = 200,
  fields: readonly FieldLine[] = [],
  contentLength: number | undefined = undefined,
): Http2ClientEvent {
  return { type: "response", stream, status, fields, contentLength };
}

export function informational(
  stream: StreamId,
  status: number,
  fields: readonly FieldLine[] = [],
): Http2ClientEvent {
  return { type: "informational", stream, status, fields, contentLength: 0 };
}

export function content(stream: StreamId, text: string): Http2ClientEvent {
  return { type: "content", stream, text };
}

export function complete(stream: StreamId, ...trailers: readonly FieldLine[]): Http2ClientEvent {
  return { type: "complete", stream, trailers };
}

/** A fault of the origin server: 502, and not to be sent again. */
export function fault(stream: StreamId | undefined, source: string, status = 502): Http2ClientEvent {
  return { type: "fault", stream, status, source, unprocessed: false };
}

/** The faults of a connection that fails with these streams under way. */
export function failure(source: string, ...streams: readonly StreamId[]): readonly Http2ClientEvent[] {
  return [fault(undefined, source), ...streams.map((stream) => fault(stream, source))];
}

/** A fault that says that the request was not looked at. */
export function unprocessed(stream: StreamId, source: string): Http2ClientEvent {
  return { type: "fault", stream, status: 502, source, unprocessed: true };
}
