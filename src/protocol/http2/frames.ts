/**
 * Frames as octets (RFC 9113 §4.1, §6; RFC 9218 §7.1): one writer for each, and readers of what they hold.
 *
 * Writers put a whole frame at `at` and answer the place behind it; room for it is the caller's matter.
 */
import type { Octets, StreamId } from "../../message/index.ts";

export type FrameName =
  | "data"
  | "headers"
  | "priority"
  | "rstStream"
  | "settings"
  | "pushPromise"
  | "ping"
  | "goaway"
  | "windowUpdate"
  | "continuation"
  | "priorityUpdate";

export const frameType: Readonly<Record<FrameName, number>> = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goaway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
  priorityUpdate: 0x10,
};

export const frameFlag: Readonly<Record<"ack" | "endStream" | "endHeaders" | "padded" | "priority", number>> =
  {
    ack: 0x1,
    endStream: 0x1,
    endHeaders: 0x4,
    padded: 0x8,
    priority: 0x20,
  };

export type SettingName =
  | "headerTableSize"
  | "enablePush"
  | "maxConcurrentStreams"
  | "initialWindowSize"
  | "maxFrameSize"
  | "maxHeaderListSize"
  | "enableConnectProtocol"
  | "noRfc7540Priorities";

export const setting: Readonly<Record<SettingName, number>> = {
  headerTableSize: 0x1,
  enablePush: 0x2,
  maxConcurrentStreams: 0x3,
  initialWindowSize: 0x4,
  maxFrameSize: 0x5,
  maxHeaderListSize: 0x6,
  enableConnectProtocol: 0x8,
  noRfc7540Priorities: 0x9,
};

/** What a client sends first (RFC 9113 §3.4). */
export const clientPreface: string = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/** Octets before each frame's payload. */
export const frameHead: Octets = 9;
/** The largest payload that every peer takes, and the smallest limit of it (RFC 9113 §4.2). */
export const leastMaxFrame: Octets = 16_384;
export const mostMaxFrame: Octets = 16_777_215;
/** Windows at first, and at most (RFC 9113 §6.9). */
export const firstWindow: Octets = 65_535;
export const mostWindow: Octets = 2_147_483_647;
export const mostStreamId: StreamId = 2_147_483_647;

// ---- Reading

export function readUint24(from: Uint8Array, at: number): number {
  return ((from[at] as number) << 16) | ((from[at + 1] as number) << 8) | (from[at + 2] as number);
}

export function readUint32(from: Uint8Array, at: number): number {
  return (
    (((from[at] as number) << 24) |
      ((from[at + 1] as number) << 16) |
      ((from[at + 2] as number) << 8) |
      (from[at + 3] as number)) >>>
    0
  );
}

/** Stream identifiers and window increments: the first bit means nothing. */
export function readUint31(from: Uint8Array, at: number): number {
  return (
    (((from[at] as number) & 0x7f) << 24) |
    ((from[at + 1] as number) << 16) |
    ((from[at + 2] as number) << 8) |
    (from[at + 3] as number)
  );
}

/** One setting of a SETTINGS payload. */
export function readSettingId(from: Uint8Array, at: number): number {
  return ((from[at] as number) << 8) | (from[at + 1] as number);
}

export function readSettingValue(from: Uint8Array, at: number): number {
  return readUint32(from, at + 2);
}

/** Octets of one setting in a SETTINGS payload. */
export const settingOctets: Octets = 6;

// ---- Writing

export function writeUint32(to: Uint8Array, at: number, value: number): number {
  to[at] = value >>> 24;
  to[at + 1] = value >>> 16;
  to[at + 2] = value >>> 8;
  to[at + 3] = value;
  return at + 4;
}

export function writeFrameHead(
  to: Uint8Array,
  at: number,
  length: Octets,
  type: number,
  flags: number,
  stream: StreamId,
): number {
  to[at] = length >>> 16;
  to[at + 1] = length >>> 8;
  to[at + 2] = length;
  to[at + 3] = type;
  to[at + 4] = flags;
  return writeUint32(to, at + 5, stream);
}

export type SettingPair = readonly [id: number, value: number];

export function writeSettings(to: Uint8Array, at: number, settings: readonly SettingPair[]): number {
  let next = writeFrameHead(to, at, settings.length * settingOctets, frameType.settings, 0, 0);
  for (const [id, value] of settings) {
    to[next] = id >>> 8;
    to[next + 1] = id;
    next = writeUint32(to, next + 2, value);
  }
  return next;
}

export function writeSettingsAck(to: Uint8Array, at: number): number {
  return writeFrameHead(to, at, 0, frameType.settings, frameFlag.ack, 0);
}

/** @param payload - Where the eight octets stand in `from`. */
export function writePing(
  to: Uint8Array,
  at: number,
  ack: boolean,
  from: Uint8Array,
  payload: number,
): number {
  const next = writeFrameHead(to, at, 8, frameType.ping, ack ? frameFlag.ack : 0, 0);
  for (let i = 0; i < 8; i += 1) {
    to[next + i] = from[payload + i] as number;
  }
  return next + 8;
}

export function writeRstStream(to: Uint8Array, at: number, stream: StreamId, code: number): number {
  return writeUint32(to, writeFrameHead(to, at, 4, frameType.rstStream, 0, stream), code);
}

export function writeWindowUpdate(to: Uint8Array, at: number, stream: StreamId, increment: Octets): number {
  return writeUint32(to, writeFrameHead(to, at, 4, frameType.windowUpdate, 0, stream), increment);
}

/** @param debug - Octets for whoever debugs the peer; may be empty. */
export function writeGoaway(
  to: Uint8Array,
  at: number,
  last: StreamId,
  code: number,
  debug: Uint8Array,
): number {
  const next = writeFrameHead(to, at, 8 + debug.length, frameType.goaway, 0, 0);
  to.set(debug, next + 8);
  writeUint32(to, writeUint32(to, next, last), code);
  return next + 8 + debug.length;
}

/** @param field - The Priority field's value, ASCII (RFC 9218 §7.1). */
export function writePriorityUpdate(to: Uint8Array, at: number, stream: StreamId, field: string): number {
  let next = writeFrameHead(to, at, 4 + field.length, frameType.priorityUpdate, 0, 0);
  next = writeUint32(to, next, stream);
  for (let i = 0; i < field.length; i += 1) {
    to[next + i] = field.charCodeAt(i);
  }
  return next + field.length;
}

/** Octets that `writeFieldBlock` needs. */
export function fieldBlockRoom(block: Octets, maxFrame: Octets): Octets {
  return block + Math.max(1, Math.ceil(block / maxFrame)) * frameHead;
}

/**
 * HEADERS, and CONTINUATION frames where the block does not fit one frame.
 *
 * @param flags - `frameFlag.endStream` or 0.
 */
export function writeFieldBlock(
  to: Uint8Array,
  at: number,
  stream: StreamId,
  flags: number,
  block: Uint8Array,
  maxFrame: Octets,
): number {
  const first = Math.min(block.length, maxFrame);
  const last = first === block.length ? frameFlag.endHeaders : 0;
  let next = writeFrameHead(to, at, first, frameType.headers, flags | last, stream);
  next = writePart(to, next, block, 0, first);
  return writeContinuations(to, next, stream, block, first, maxFrame);
}

/** PUSH_PROMISE (RFC 9113 §6.6), whose block continues like any other. Room: 4 octets more than `fieldBlockRoom`. */
export function writePushPromise(
  to: Uint8Array,
  at: number,
  stream: StreamId,
  promised: StreamId,
  block: Uint8Array,
  maxFrame: Octets,
): number {
  const first = Math.min(block.length, maxFrame - 4);
  const last = first === block.length ? frameFlag.endHeaders : 0;
  let next = writeFrameHead(to, at, first + 4, frameType.pushPromise, last, stream);
  next = writeUint32(to, next, promised);
  next = writePart(to, next, block, 0, first);
  return writeContinuations(to, next, stream, block, first, maxFrame);
}

function writeContinuations(
  to: Uint8Array,
  at: number,
  stream: StreamId,
  block: Uint8Array,
  from: number,
  maxFrame: Octets,
): number {
  let next = at;
  for (let start = from; start < block.length; start += maxFrame) {
    const end = Math.min(block.length, start + maxFrame);
    const flags = end === block.length ? frameFlag.endHeaders : 0;
    next = writeFrameHead(to, next, end - start, frameType.continuation, flags, stream);
    next = writePart(to, next, block, start, end);
  }
  return next;
}

function writePart(to: Uint8Array, at: number, from: Uint8Array, start: number, end: number): number {
  to.set(start === 0 && end === from.length ? from : from.subarray(start, end), at);
  return at + end - start;
}
