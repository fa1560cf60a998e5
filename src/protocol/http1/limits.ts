/** What the HTTP/1 machines accept, by name. Each has its line in docs/limits.md. */
import type { Millis, Octets } from "../../message/index.ts";

export interface Http1Limits {
  /** Request line or status line without its CRLF; longer is 414 (target) or 400. */
  readonly requestLine: Octets;
  /** One field line without its CRLF; longer is 431. */
  readonly fieldLine: Octets;
  /** All field lines with their CRLFs; longer is 431. */
  readonly fieldSection: Octets;
  /** Field lines in a section; more is 431. */
  readonly fieldCount: number;
  /** Content after removal of chunked coding; more is 413. */
  readonly content: Octets;
  /** Extensions of one chunk, from after its size to its CRLF; longer is 400. */
  readonly chunkExtension: Octets;
  /** Trailer section with its CRLFs; longer is 431. */
  readonly trailerSection: Octets;
  /** Requests taken from the connection whose responses are not complete; then reading pauses. */
  readonly pipelined: number;
  /** Content handed over and not yet consumed; then reading pauses. */
  readonly unreadContent: Octets;
  /** Content read and thrown away after an early answer, so that the connection can go on. */
  readonly drainedContent: Octets;
  /** From the connection's start to the first octet of a request. */
  readonly firstByte: Millis;
  /** From a request's first octet to the end of its field section. */
  readonly fieldSectionTime: Millis;
  /** Between two arrivals of request content. */
  readonly contentProgress: Millis;
  /** Between a complete response and the next request. */
  readonly keepAlive: Millis;
}

export const defaultHttp1Limits: Http1Limits = {
  requestLine: 8_192,
  fieldLine: 16_384,
  fieldSection: 65_536,
  fieldCount: 100,
  content: 1_073_741_824,
  chunkExtension: 256,
  trailerSection: 8_192,
  pipelined: 64,
  unreadContent: 65_536,
  drainedContent: 262_144,
  firstByte: 60_000,
  fieldSectionTime: 30_000,
  contentProgress: 60_000,
  keepAlive: 75_000,
};

/** What the client machine accepts of an origin server. */
export interface Http1ClientLimits {
  readonly statusLine: Octets;
  readonly fieldLine: Octets;
  readonly fieldSection: Octets;
  readonly fieldCount: number;
  /** Content after removal of chunked coding. */
  readonly content: Octets;
  readonly chunkExtension: Octets;
  readonly trailerSection: Octets;
  /** Interim (1xx) responses to one request. */
  readonly interimResponses: number;
  /** Content handed over and not yet consumed; then reading pauses. */
  readonly unreadContent: Octets;
  /** From a request to its response's head, and from an interim response to the next head. */
  readonly responseHead: Millis;
  /** Between two arrivals of response content. */
  readonly contentProgress: Millis;
}

export const defaultHttp1ClientLimits: Http1ClientLimits = {
  statusLine: 8_192,
  fieldLine: 16_384,
  fieldSection: 65_536,
  fieldCount: 200,
  content: Number.MAX_SAFE_INTEGER,
  chunkExtension: 256,
  trailerSection: 8_192,
  interimResponses: 32,
  unreadContent: 65_536,
  responseHead: 60_000,
  contentProgress: 60_000,
};
