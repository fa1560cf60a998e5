/** What the HTTP/2 client machine accepts of an origin server, by name. */
import type { Millis, Octets } from "../../message/index.ts";

export interface Http2ClientLimits {
  /** Requests under way at once, even where the origin server takes more. */
  readonly concurrentStreams: number;
  /** A field section, counted as RFC 9113 §6.5.2 does; longer breaks its stream, twice as long the connection. */
  readonly fieldSection: Octets;
  /** Field lines in a section; more break the stream, twice as many the connection. */
  readonly fieldCount: number;
  /** The dynamic table that our decoder keeps for the origin server (RFC 7541 §4.2). */
  readonly headerTable: Octets;
  /** CONTINUATION frames of one field block. */
  readonly continuations: number;
  /** Content of one response. */
  readonly content: Octets;
  /** Interim (1xx) responses to one request. */
  readonly interimResponses: number;
  /** What a response may send before its content is read, at first. */
  readonly streamWindow: Octets;
  /** What `streamWindow` may grow to where the path is long and the reader quick. */
  readonly streamWindowGrowth: Octets;
  /** What all responses together may send before their content is read. */
  readonly connectionWindow: Octets;
  /** Content of one request that is handed over and has not left. */
  readonly unsentContent: Octets;
  /** Octets owed in answer to control frames alone and not taken by the transport. */
  readonly unsentControl: Octets;
  /** Over what time the counts below are taken. */
  readonly floodTime: Millis;
  /** SETTINGS frames. */
  readonly settingsFrames: number;
  /** PING frames; each frame of content takes some off. */
  readonly pingFrames: number;
  /** PRIORITY frames. */
  readonly priorityFrames: number;
  /** WINDOW_UPDATE frames; each frame of content sent takes some off. */
  readonly windowUpdates: number;
  /** DATA, HEADERS and CONTINUATION frames that carry nothing and end nothing. */
  readonly emptyFrames: number;
  /** Frames of types that we do not know. */
  readonly unknownFrames: number;
  /** From the connection's start to the origin server's SETTINGS, and from ours to their acknowledgement. */
  readonly settingsTime: Millis;
  /** From a whole request to its response's head, and from an interim response to the next head. */
  readonly responseHead: Millis;
  /** Between two arrivals of response content, and between two openings of a window that a request waits for. */
  readonly contentProgress: Millis;
}

export const defaultHttp2ClientLimits: Http2ClientLimits = {
  concurrentStreams: 256,
  fieldSection: 65_536,
  fieldCount: 200,
  headerTable: 4_096,
  continuations: 32,
  content: Number.MAX_SAFE_INTEGER,
  interimResponses: 32,
  streamWindow: 65_536,
  streamWindowGrowth: 4_194_304,
  connectionWindow: 16_777_216,
  unsentContent: 65_536,
  unsentControl: 65_536,
  floodTime: 10_000,
  settingsFrames: 100,
  pingFrames: 500,
  priorityFrames: 100,
  windowUpdates: 2_000,
  emptyFrames: 100,
  unknownFrames: 1_000,
  settingsTime: 30_000,
  responseHead: 60_000,
  contentProgress: 60_000,
};
