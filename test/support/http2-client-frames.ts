/**
 * Frames of HTTP/2 as latin1 text, written by hand from RFC 9113, and frames read back as words:
 * the machines' own writers and readers are what these are to judge.
 */

export const flag: Readonly<Record<"ack" | "endStream" | "endHeaders" | "padded" | "priority", number>> = {
  ack: 0x1,
  endStream: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
};

const names: Readonly<Record<number, string>> = {
  0: "DATA",
  1: "HEADERS",
  2: "PRIORITY",
  3: "RST_STREAM",
  4: "SETTINGS",
  5: "PUSH_PROMISE",
  6: "PING",
  7: "GOAWAY",
  8: "WINDOW_UPDATE",
  9: "CONTINUATION",
  16: "PRIORITY_UPDATE",
};

/** Error codes by name (RFC 9113 §7). */
export const code: Readonly<Record<string, number>> = {
  NO_ERROR: 0x0,
  PROTOCOL_ERROR: 0x1,
  INTERNAL_ERROR: 0x2,
  FLOW_CONTROL_ERROR: 0x3,
  SETTINGS_TIMEOUT: 0x4,
  STREAM_CLOSED: 0x5,
  FRAME_SIZE_ERROR: 0x6,
  REFUSED_STREAM: 0x7,
  CANCEL: 0x8,
  COMPRESSION_ERROR: 0x9,
  ENHANCE_YOUR_CALM: 0xb,
};

export function uint(value: number, octets: number): string {
  let text = "";
  for (let shift = octets - 1; shift >= 0; shift -= 1) {
    text += String.fromCharCode(Math.floor(value / 256 ** shift) % 256);
  }
  return text;
}

export function frame(type: number, flags: number, stream: number, payload: string): string {
  return uint(payload.length, 3) + uint(type, 1) + uint(flags, 1) + uint(stream, 4) + payload;
}

export function data(stream: number, content: string, flags = 0): string {
  return frame(0, flags, stream, content);
}

/** HEADERS that hold the whole block. */
export function headers(stream: number, block: string, flags = 0): string {
  return frame(1, flags | flag.endHeaders, stream, block);
}

export function priority(stream: number): string {
  return frame(2, 0, stream, uint(0, 4) + uint(15, 1));
}

export function rstStream(stream: number, error: string): string {
  return frame(3, 0, stream, uint(code[error] as number, 4));
}

/** @param pairs - Identifiers and values. */
export function settings(...pairs: readonly (readonly [number, number])[]): string {
  return frame(4, 0, 0, pairs.map(([id, value]) => uint(id, 2) + uint(value, 4)).join(""));
}

export const settingsAck: string = frame(4, 1, 0, "");

export function ping(octets: string, flags = 0): string {
  return frame(6, flags, 0, octets);
}

export function goaway(last: number, error: string, words = ""): string {
  return frame(7, 0, 0, uint(last, 4) + uint(code[error] as number, 4) + words);
}

export function windowUpdate(stream: number, increment: number): string {
  return frame(8, 0, stream, uint(increment, 4));
}

export function continuation(stream: number, fragment: string, flags = 0): string {
  return frame(9, flags, stream, fragment);
}

// ---- Field blocks without any table (RFC 7541 §6.2.2), so that a row can be read

function text(value: string): string {
  if (value.length < 127) {
    return uint(value.length, 1) + value;
  }
  let rest = value.length - 127;
  let length = "\x7f";
  while (rest >= 128) {
    length += uint((rest % 128) + 128, 1);
    rest = Math.floor(rest / 128);
  }
  return length + uint(rest, 1) + value;
}

/** One line, never of a table. */
export function line(name: string, value: string): string {
  return `\0${text(name)}${text(value)}`;
}

/** A block of these lines. */
export function block(...lines: readonly (readonly [string, string])[]): string {
  return lines.map(([name, value]) => line(name, value)).join("");
}

/** A response's block. */
export function head(status: number, ...lines: readonly (readonly [string, string])[]): string {
  return block([":status", String(status)], ...lines);
}

// ---- Reading

export interface ReadFrame {
  /** By its number, and by its name. */
  readonly code: number;
  readonly type: string;
  readonly flags: number;
  readonly stream: number;
  readonly payload: string;
}

/** All frames of `octets` (latin1). @throws where the last is not whole. */
export function readFrames(octets: string): ReadFrame[] {
  const frames: ReadFrame[] = [];
  for (let at = 0; at < octets.length; ) {
    const length = number(octets, at, 3);
    const end = at + 9 + length;
    if (at + 9 > octets.length || end > octets.length) {
      throw new Error(`${octets.length - at} octets are no whole frame`);
    }
    const type = number(octets, at + 3, 1);
    frames.push({
      code: type,
      type: names[type] ?? `type ${type}`,
      flags: number(octets, at + 4, 1),
      stream: number(octets, at + 5, 4) % 2 ** 31,
      payload: octets.slice(at + 9, end),
    });
    at = end;
  }
  return frames;
}

/** A frame in words: "RST_STREAM 1 CANCEL", "DATA 1 end 5", "SETTINGS ack". */
export function inWords({ type, flags, stream, payload }: ReadFrame): string {
  switch (type) {
    case "DATA":
      return `DATA ${stream}${(flags & flag.endStream) === 0 ? "" : " end"} ${payload.length}`;
    case "HEADERS":
      return `HEADERS ${stream}${(flags & flag.endStream) === 0 ? "" : " end"}`;
    case "RST_STREAM":
      return `RST_STREAM ${stream} ${codeName(number(payload, 0, 4))}`;
    case "SETTINGS":
      return (flags & flag.ack) === 0 ? "SETTINGS" : "SETTINGS ack";
    case "PING":
      return `PING${(flags & flag.ack) === 0 ? "" : " ack"} ${payload}`;
    case "GOAWAY":
      return `GOAWAY ${number(payload, 0, 4)} ${codeName(number(payload, 4, 4))}`;
    case "WINDOW_UPDATE":
      return `WINDOW_UPDATE ${stream} ${number(payload, 0, 4)}`;
    case "PRIORITY_UPDATE":
      return `PRIORITY_UPDATE ${number(payload, 0, 4)} ${payload.slice(4)}`;
    default:
      return `${type} ${stream}`;
  }
}

function codeName(value: number): string {
  return Object.entries(code).find(([, known]) => known === value)?.[0] ?? String(value);
}

function number(from: string, at: number, octets: number): number {
  let value = 0;
  for (let i = 0; i < octets; i += 1) {
    value = value * 256 + from.charCodeAt(at + i);
  }
  return value;
}
