/** What a peer of an HTTP/1 connection can do wrong, and what it costs. */
import type { FaultTable } from "../../message/index.ts";

export const faults: FaultTable<
  | "notHttp"
  | "badRequestLine"
  | "noVersion"
  | "versionNotSupported"
  | "badStatusLine"
  | "badTarget"
  | "targetTooLong"
  | "methodTooLong"
  | "bareLineEnd"
  | "badFieldLine"
  | "obsoleteFold"
  | "fieldsTooLarge"
  | "missingHost"
  | "badHost"
  | "badLength"
  | "conflictingLengths"
  | "badCoding"
  | "unknownCoding"
  | "codingInOldVersion"
  | "lengthRequired"
  | "badChunk"
  | "contentTooLarge"
  | "expectationFailed"
  | "incomplete"
  | "requestTimeout"
  | "tooManyInterim"
  | "unsolicited"
  | "incompleteResponse"
  | "originTimeout"
> = {
  notHttp: { status: 400, scope: "connection", source: "RFC 9112 §3" },
  badRequestLine: { status: 400, scope: "connection", source: "RFC 9112 §3" },
  noVersion: { status: 400, scope: "connection", source: "RFC 9112 §2.3" },
  versionNotSupported: { status: 505, scope: "connection", source: "RFC 9110 §15.6.6" },
  badStatusLine: { status: 502, scope: "connection", source: "RFC 9112 §4" },
  badTarget: { status: 400, scope: "connection", source: "RFC 9112 §3.2" },
  targetTooLong: { status: 414, scope: "connection", source: "RFC 9112 §3" },
  methodTooLong: { status: 501, scope: "connection", source: "RFC 9112 §3" },
  bareLineEnd: { status: 400, scope: "connection", source: "RFC 9112 §2.2" },
  badFieldLine: { status: 400, scope: "connection", source: "RFC 9112 §5.1" },
  obsoleteFold: { status: 400, scope: "connection", source: "RFC 9112 §5.2" },
  fieldsTooLarge: { status: 431, scope: "connection", source: "RFC 6585 §5" },
  missingHost: { status: 400, scope: "connection", source: "RFC 9112 §3.2" },
  badHost: { status: 400, scope: "connection", source: "RFC 9112 §3.2" },
  badLength: { status: 400, scope: "connection", source: "RFC 9112 §6.3" },
  conflictingLengths: { status: 400, scope: "connection", source: "RFC 9112 §6.3" },
  badCoding: { status: 400, scope: "connection", source: "RFC 9112 §6.3" },
  unknownCoding: { status: 501, scope: "connection", source: "RFC 9112 §6.1" },
  codingInOldVersion: { status: 400, scope: "connection", source: "RFC 9112 §6.1" },
  lengthRequired: { status: 411, scope: "connection", source: "RFC 9112 §6.3" },
  badChunk: { status: 400, scope: "connection", source: "RFC 9112 §7.1" },
  contentTooLarge: { status: 413, scope: "connection", source: "RFC 9110 §15.5.14" },
  expectationFailed: { status: 417, scope: "connection", source: "RFC 9110 §10.1.1" },
  incomplete: { status: 400, scope: "connection", source: "RFC 9112 §8" },
  requestTimeout: { status: 408, scope: "connection", source: "RFC 9110 §15.5.9" },
  tooManyInterim: { status: 502, scope: "connection", source: "RFC 9110 §15.2" },
  incompleteResponse: { status: 502, scope: "connection", source: "RFC 9112 §8" },
  originTimeout: { status: 504, scope: "connection", source: "RFC 9110 §15.6.5" },
  unsolicited: { status: 502, scope: "connection", source: "RFC 9112 §9.2" },
};
