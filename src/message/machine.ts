/**
 * The contract of protocol machines: bytes and time go in; events and owed bytes come out.
 *
 * A machine calls a sink rather than building arrays of events; `test/support`
 * turns the calls back into event values.
 */
import type { HttpError } from "./fault.ts";
import type { Fields } from "./fields.ts";
import type { ProtocolVersion } from "./request.ts";
import type { Authority, Target } from "./target.ts";
import type { Millis, Octets } from "./units.ts";

/** Names one request and its response within a connection. */
export type StreamId = number;

export interface RequestHead {
  readonly method: string;
  readonly target: Target;
  readonly rawTarget: string;
  /** From the target's own authority, else the Host field; "" where neither names one. */
  readonly authority: string;
  readonly host: Authority;
  readonly version: ProtocolVersion;
  readonly fields: Fields;
  /** 0: no content follows; undefined: content of unknown length follows. */
  readonly contentLength: Octets | undefined;
  /** The client waits for 100 (Continue) before it sends content (RFC 9110 §10.1.1). */
  readonly expectsContinue: boolean;
  /** What an extended CONNECT asks for (`:protocol`, RFC 8441 §4), such as "websocket". */
  readonly connectProtocol?: string;
}

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly version: ProtocolVersion;
  readonly fields: Fields;
  /** 0: no content follows; undefined: content of unknown length follows. */
  readonly contentLength: Octets | undefined;
}

/** What a server machine tells its driver, in order. */
export interface ServerSink {
  request(stream: StreamId, head: RequestHead): void;
  /** `bytes` are borrowed until this returns. */
  content(stream: StreamId, bytes: Uint8Array): void;
  complete(stream: StreamId, trailers: Fields): void;
  /** `sendable(stream)` grew from 0. */
  writable(stream: StreamId): void;
  /** The peer broke a rule. With a stream, answer it there (a head may still be sent); without, close. */
  fault(stream: StreamId | undefined, error: HttpError): void;
}

/** What a client machine tells its driver, in order. */
export interface ClientSink {
  /** A 1xx other than 101. */
  informational(stream: StreamId, head: ResponseHead): void;
  response(stream: StreamId, head: ResponseHead): void;
  content(stream: StreamId, bytes: Uint8Array): void;
  complete(stream: StreamId, trailers: Fields): void;
  writable(stream: StreamId): void;
  fault(stream: StreamId | undefined, error: HttpError): void;
}

export interface MachineBase {
  /** `wire` is borrowed until this returns: the machine keeps a copy, never a view. */
  receive(wire: Uint8Array, now: Millis): void;
  /** The peer will send nothing more. */
  end(now: Millis): void;
  /** Octets that flow control lets us hand over for this stream now. */
  sendable(stream: StreamId): Octets;
  /** The reader took `octets` of content, which opens the window again. */
  consumed(stream: StreamId, octets: Octets, now: Millis): void;
  /** False while the machine wants the transport to stop reading. */
  readonly wantsInput: boolean;
  /** Call `expire` by then. */
  readonly deadline: Millis | undefined;
  expire(now: Millis): void;
}
