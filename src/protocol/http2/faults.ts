/**
 * What a peer of an HTTP/2 connection can do wrong, what it costs, and the code that says so.
 *
 * Scope "message": the stream can still be answered. "stream": it was reset. "connection": GOAWAY.
 */
import { type Fault, HttpError } from "../../message/index.ts";
import { errorCode } from "./error-codes.ts";

export interface Http2Fault extends Fault {
  /** Sent in RST_STREAM or GOAWAY (RFC 9113 §7). */
  readonly code: number;
}

export type Http2FaultName =
  | "badPreface"
  | "badFrameSize"
  | "badStreamId"
  | "badPadding"
  | "badSetting"
  | "badInitialWindow"
  | "badWindowUpdate"
  | "badStreamWindowUpdate"
  | "windowOverflow"
  | "streamWindowOverflow"
  | "windowExceeded"
  | "streamWindowExceeded"
  | "idleStream"
  | "staleStreamId"
  | "closedStream"
  | "halfClosedStream"
  | "brokenBlock"
  | "compression"
  | "unexpectedContinuation"
  | "unexpectedPush"
  | "badPrioritySize"
  | "badPriorityUpdate"
  | "selfDependency"
  | "idleSelfDependency"
  | "badSettingsAck"
  | "settingsTimeout"
  | "malformed"
  | "badTrailers"
  | "badLength"
  | "framesInTunnel"
  | "refused"
  | "fieldsTooLarge"
  | "fieldBomb"
  | "contentTooLarge"
  | "expectationFailed"
  | "contentTimeout"
  | "fieldSectionTimeout"
  | "firstByteTimeout"
  | "incomplete"
  | "tooManyContinuations"
  | "tooManyResets"
  | "tooManySettings"
  | "tooManyPings"
  | "tooManyPriorities"
  | "tooManyWindowUpdates"
  | "tooManyEmptyFrames"
  | "tooManyUnknownFrames"
  | "unsentControl"
  | "windowStall"
  | "resetByPeer"
  | "goneAway"
  | "connectionOver"
  | "brokenOff";

const { protocolError, frameSizeError, flowControlError, streamClosed, enhanceYourCalm } = errorCode;

export const faults: Readonly<Record<Http2FaultName, Http2Fault>> = {
  badPreface: connection("RFC 9113 §3.4", protocolError),
  badFrameSize: connection("RFC 9113 §4.2", frameSizeError),
  badStreamId: connection("RFC 9113 §5.1.1", protocolError),
  badPadding: connection("RFC 9113 §6.1", protocolError),
  badSetting: connection("RFC 9113 §6.5.2", protocolError),
  badInitialWindow: connection("RFC 9113 §6.5.2", flowControlError),
  badWindowUpdate: connection("RFC 9113 §6.9", protocolError),
  badStreamWindowUpdate: stream("RFC 9113 §6.9", protocolError),
  windowOverflow: connection("RFC 9113 §6.9.1", flowControlError),
  streamWindowOverflow: stream("RFC 9113 §6.9.1", flowControlError),
  windowExceeded: connection("RFC 9113 §6.9.1", flowControlError),
  streamWindowExceeded: stream("RFC 9113 §6.9.1", flowControlError),
  idleStream: connection("RFC 9113 §5.1", protocolError),
  staleStreamId: connection("RFC 9113 §5.1.1", protocolError),
  closedStream: connection("RFC 9113 §5.1", streamClosed),
  halfClosedStream: stream("RFC 9113 §5.1", streamClosed),
  brokenBlock: connection("RFC 9113 §6.2", protocolError),
  compression: connection("RFC 9113 §4.3", errorCode.compressionError),
  unexpectedContinuation: connection("RFC 9113 §6.10", protocolError),
  unexpectedPush: connection("RFC 9113 §8.4", protocolError),
  badPrioritySize: stream("RFC 9113 §6.3", frameSizeError),
  badPriorityUpdate: connection("RFC 9218 §7.1", protocolError),
  selfDependency: stream("RFC 7540 §5.3.1", protocolError),
  idleSelfDependency: connection("RFC 7540 §5.3.1", protocolError),
  badSettingsAck: connection("RFC 9113 §6.5", frameSizeError),
  settingsTimeout: connection("RFC 9113 §6.5.3", errorCode.settingsTimeout),
  malformed: stream("RFC 9113 §8.1.1", protocolError),
  badTrailers: stream("RFC 9113 §8.1", protocolError),
  badLength: stream("RFC 9113 §8.1.1", protocolError),
  framesInTunnel: stream("RFC 9113 §8.5", protocolError),
  refused: stream("RFC 9113 §5.1.2", errorCode.refusedStream),
  fieldsTooLarge: message(431, "RFC 6585 §5"),
  fieldBomb: connection("RFC 9113 §10.5.1", enhanceYourCalm),
  contentTooLarge: message(413, "RFC 9110 §15.5.14"),
  expectationFailed: message(417, "RFC 9110 §10.1.1"),
  contentTimeout: message(408, "RFC 9110 §15.5.9"),
  fieldSectionTimeout: connection("RFC 9113 §10.5", enhanceYourCalm),
  firstByteTimeout: connection("RFC 9113 §3.4", errorCode.noError),
  incomplete: stream("RFC 9113 §8.1", errorCode.cancel),
  tooManyContinuations: connection("RFC 9113 §10.5.1", enhanceYourCalm),
  tooManyResets: connection("RFC 9113 §10.5", enhanceYourCalm),
  tooManySettings: connection("RFC 9113 §10.5", enhanceYourCalm),
  tooManyPings: connection("RFC 9113 §10.5", enhanceYourCalm),
  tooManyPriorities: connection("RFC 9113 §10.5", enhanceYourCalm),
  tooManyWindowUpdates: connection("RFC 9113 §10.5", enhanceYourCalm),
  tooManyEmptyFrames: connection("RFC 9113 §10.5", enhanceYourCalm),
  tooManyUnknownFrames: connection("RFC 9113 §10.5", enhanceYourCalm),
  unsentControl: connection("RFC 9113 §10.5", enhanceYourCalm),
  windowStall: connection("RFC 9113 §10.5", enhanceYourCalm),
  resetByPeer: stream("RFC 9113 §6.4", errorCode.cancel),
  goneAway: stream("RFC 9113 §6.8", errorCode.refusedStream),
  connectionOver: stream("RFC 9113 §5.4.1", errorCode.cancel),
  brokenOff: stream("RFC 9113 §5.4.2", errorCode.internalError),
};

/** The code that tells the peer of an error, whose fault may be of another room's table. */
export function codeOf({ fault }: HttpError): number {
  if ("code" in fault && typeof fault.code === "number") {
    return fault.code;
  }
  // A malformed message is a stream error of this type (RFC 9113 §8.1.1).
  return fault.scope === "message" ? errorCode.internalError : errorCode.protocolError;
}

/** A fault of the peer on a server's connection. */
export function clientFault(name: Http2FaultName, detail: string): HttpError {
  return new HttpError(faults[name], "client", detail);
}

function connection(source: Fault["source"], code: number): Http2Fault {
  return { status: 400, scope: "connection", source, code };
}

function stream(source: Fault["source"], code: number): Http2Fault {
  return { status: 400, scope: "stream", source, code };
}

function message(status: number, source: Fault["source"]): Http2Fault {
  return { status, scope: "message", source, code: enhanceYourCalm };
}
