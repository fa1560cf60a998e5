/** What the HTTP/2 machines accept, by name. Each has its line in docs/limits.md. */
import type { Millis, Octets } from "../../message/index.ts";

export interface Http2Limits {
  /** Streams of the client that are open at once; more are refused (RFC 9113 §5.1.2). */
  readonly concurrentStreams: number;
  /** A field section, counted as RFC 9113 §6.5.2 does; longer is 431, twice as long ends the connection. */
  readonly fieldSection: Octets;
  /** Field lines in a section; more is 431, twice as many end the connection. */
  readonly fieldCount: number;
  /** One field line, name and value; longer is 431. */
  readonly fieldLine: Octets;
  /** Content of one request; more is 413. */
  readonly content: Octets;
  /** The dynamic table that our decoder keeps for the peer (RFC 7541 §4.2). */
  readonly headerTable: Octets;
  /** CONTINUATION frames of one field block. */
  readonly continuations: number;
  /** What a stream may send before its content is read, at first. */
  readonly streamWindow: Octets;
  /** What a connection may send before its content is read, at first. */
  readonly connectionWindow: Octets;
  /** What either window may grow to where the path is long and its reader quick. */
  readonly windowGrowth: Octets;
  /** Octets owed and not taken by the transport; past it reading pauses. */
  readonly unsent: Octets;
  /** Octets owed in answer to control frames alone and not taken by the transport. */
  readonly unsentControl: Octets;
  /** Pushed streams that are open at once. */
  readonly pushes: number;
  /** Over what time the counts below are taken. */
  readonly floodTime: Millis;
  /** Streams that the peer reset, or broke so that we reset them; each that completes takes one off. */
  readonly resets: number;
  /** SETTINGS frames. */
  readonly settingsFrames: number;
  /** PING frames; each frame of content takes some off. */
  readonly pingFrames: number;
  /** PRIORITY and PRIORITY_UPDATE frames. */
  readonly priorityFrames: number;
  /** WINDOW_UPDATE frames; each frame of content sent takes some off. */
  readonly windowUpdates: number;
  /** DATA, HEADERS and CONTINUATION frames that carry nothing and end nothing. */
  readonly emptyFrames: number;
  /** Frames of types that we do not know. */
  readonly unknownFrames: number;
  /** From the connection's start to the end of the client's preface. */
  readonly firstByte: Millis;
  /** From the first octet of a field block to its end; the same for any other frame but DATA. */
  readonly fieldSectionTime: Millis;
  /** Between two arrivals of content that a request waits for. */
  readonly contentProgress: Millis;
  /** Without any stream. */
  readonly keepAlive: Millis;
  /** From our SETTINGS to their acknowledgement (RFC 9113 §6.5.3). */
  readonly settingsTime: Millis;
  /** Content waits, and the peer keeps its windows closed. */
  readonly windowStall: Millis;
  /** From the first GOAWAY to the second where no acknowledgement comes (RFC 9113 §6.8). */
  readonly goawayTime: Millis;
}

export const defaultHttp2Limits: Http2Limits = {
  concurrentStreams: 128,
  fieldSection: 65_536,
  fieldCount: 100,
  fieldLine: 16_384,
  content: 1_073_741_824,
  headerTable: 4_096,
  continuations: 32,
  streamWindow: 131_072,
  connectionWindow: 262_144,
  windowGrowth: 4_194_304,
  unsent: 262_144,
  unsentControl: 65_536,
  pushes: 32,
  floodTime: 10_000,
  resets: 200,
  settingsFrames: 100,
  pingFrames: 500,
  priorityFrames: 1_000,
  windowUpdates: 2_000,
  emptyFrames: 100,
  unknownFrames: 1_000,
  firstByte: 60_000,
  fieldSectionTime: 30_000,
  contentProgress: 60_000,
  keepAlive: 75_000,
  settingsTime: 30_000,
  windowStall: 120_000,
  goawayTime: 1_000,
};
