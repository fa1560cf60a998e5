/** Frames of HTTP/2 (RFC 9113 §4.1) as octets, for clients that do what no library would. */
import { Buffer } from "node:buffer";

export const frameTypes = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goaway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const preface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

export interface Frame {
  readonly type: number;
  readonly flags: number;
  readonly stream: number;
  readonly content: Buffer;
}

export function frame(
  type: keyof typeof frameTypes,
  flags: number,
  stream: number,
  content: Uint8Array = Buffer.alloc(0),
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head[3] = frameTypes[type];
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, content]);
}

/** @param settings - Numbers of RFC 9113 §6.5.2 to values. */
export function settings(settings: Readonly<Record<number, number>> = {}): Buffer {
  const parts = Object.entries(settings).map(([name, value]) => {
    const part = Buffer.alloc(6);
    part.writeUInt16BE(Number(name), 0);
    part.writeUInt32BE(value, 2);
    return part;
  });
  return frame("settings", 0, 0, Buffer.concat(parts));
}

/** A request without content: HEADERS that ends the stream, its fields literal and not indexed (RFC 7541 §6.2.2). */
export function request(stream: number, path: string, scheme = "http", authority = "test"): Buffer {
  const fields = { ":method": "GET", ":scheme": scheme, ":authority": authority, ":path": path };
  const block = Object.entries(fields).flatMap(([name, value]) => [
    Buffer.from([0, name.length]),
    Buffer.from(name, "latin1"),
    Buffer.from([value.length]),
    Buffer.from(value, "latin1"),
  ]);
  return frame("headers", 0x5, stream, Buffer.concat(block));
}

export function windowUpdate(stream: number, octets: number): Buffer {
  const content = Buffer.alloc(4);
  content.writeUInt32BE(octets);
  return frame("windowUpdate", 0, stream, content);
}

/** @param code - An error code of RFC 9113 §7. */
export function reset(stream: number, code: number): Buffer {
  const content = Buffer.alloc(4);
  content.writeUInt32BE(code);
  return frame("rstStream", 0, stream, content);
}

/** All whole frames in the octets of a server. */
export function framesOf(octets: Buffer): Frame[] {
  const frames: Frame[] = [];
  for (let at = 0; at + 9 <= octets.length; ) {
    const end = at + 9 + octets.readUIntBE(at, 3);
    if (end > octets.length) {
      break;
    }
    frames.push({
      type: octets[at + 3] ?? 0,
      flags: octets[at + 4] ?? 0,
      stream: octets.readUInt32BE(at + 5) & 0x7fffffff,
      content: octets.subarray(at + 9, end),
    });
    at = end;
  }
  return frames;
}

export interface GoAway {
  readonly last: number;
  readonly code: number;
  readonly detail: string;
}

export function goaways(frames: readonly Frame[]): GoAway[] {
  return frames
    .filter(({ type }) => type === frameTypes.goaway)
    .map(({ content }) => ({
      last: content.readUInt32BE(0) & 0x7fffffff,
      code: content.readUInt32BE(4),
      detail: content.toString("latin1", 8),
    }));
}
