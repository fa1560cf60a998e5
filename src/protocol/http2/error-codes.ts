/** Error codes of RST_STREAM and GOAWAY (RFC 9113 §7). */

export type ErrorCodeName =
  | "noError"
  | "protocolError"
  | "internalError"
  | "flowControlError"
  | "settingsTimeout"
  | "streamClosed"
  | "frameSizeError"
  | "refusedStream"
  | "cancel"
  | "compressionError"
  | "connectError"
  | "enhanceYourCalm"
  | "inadequateSecurity"
  | "http11Required";

export const errorCode: Readonly<Record<ErrorCodeName, number>> = {
  noError: 0x0,
  protocolError: 0x1,
  internalError: 0x2,
  flowControlError: 0x3,
  settingsTimeout: 0x4,
  streamClosed: 0x5,
  frameSizeError: 0x6,
  refusedStream: 0x7,
  cancel: 0x8,
  compressionError: 0x9,
  connectError: 0xa,
  enhanceYourCalm: 0xb,
  inadequateSecurity: 0xc,
  http11Required: 0xd,
};

/** The code in words, for logs; a number for one that nobody registered. */
export function errorCodeText(code: number): string {
  const known = Object.entries(errorCode).find(([, value]) => value === code)?.[0];
  return known === undefined
    ? `error ${code}`
    : known.replace(/[A-Z]|\d/g, (part) => `_${part}`).toUpperCase();
}
