/**
 * Frames of HTTP/2 for tests, written and read by code of its own: octets from short calls, and one line
 * of text for each frame that a machine owed.
 */
import { Buffer } from "node:buffer";
import { BlockWriter, HpackDecoder, HpackEncoder } from "../../src/protocol/hpack/index.ts";

export const types = [
  "DATA",
  "HEADERS",
  "PRIORITY",
  "RST_STREAM",
  "SETTINGS",
  "PUSH_PROMISE",
  "PING",
  "GOAWAY",
  "WINDOW_UPDATE",
  "CONTINUATION",
] as const;

export const codes = [
  "NO_ERROR",
  "PROTOCOL_ERROR",
  "INTERNAL_ERROR",
  "FLOW_CONTROL_ERROR",
  "SETTINGS_TIMEOUT",
  "STREAM_CLOSED",
  "FRAME_SIZE_ERROR",
  "REFUSED_STREAM",
  "CANCEL",
  "COMPRESSION_ERROR",
  "CONNECT_ERROR",
  "ENHANCE_YOUR_CALM",
  "INADEQUATE_SECURITY",
  "HTTP_1_1_REQUIRED",
] as const;

export type CodeName = (typeof codes)[number];

export const endStream = 0x1;
export const ack = 0x1;
export const endHeaders = 0x4;
export const padded = 0x8;
export const priorityFlag = 0x20;

export const preface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

type Payload = string | Uint8Array | readonly number[];

function octets(payload: Payload): Buffer {
  return typeof payload === "string" ? Buffer.from(payload, "latin1") : Buffer.from(payload);
}

export function uint32(value: number): Buffer {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(value >>> 0);
  return four;
}

/** Any frame: nothing about it is checked. */
export function frame(type: number, flags: number, stream: number, payload: Payload = ""): Buffer {
  const content = octets(payload);
  const head = Buffer.alloc(9);
  head.writeUIntBE(content.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, content]);
}

export function data(stream: number, content: Payload = "", flags = 0): Buffer {
  return frame(0, flags, stream, content);
}

/** DATA with padding behind its content. */
export function paddedData(stream: number, content: string, padding: number, flags = 0): Buffer {
  const payload = Buffer.concat([Buffer.from([padding]), octets(content), Buffer.alloc(padding)]);
  return frame(0, flags | padded, stream, payload);
}

export type Lines = readonly (readonly [name: string, value: string])[];

/** A field block that refers to no dynamic table. */
export function block(lines: Lines): Buffer {
  const encoder = new HpackEncoder({ tableSize: 0 });
  const out = new BlockWriter();
  for (const [name, value] of lines) {
    encoder.field(out, name, value);
  }
  return Buffer.from(out.bytes.subarray(0, out.length));
}

export function headers(stream: number, lines: Lines, flags: number = endStream | endHeaders): Buffer {
  return frame(1, flags, stream, block(lines));
}

/** GET / of http://a, and more lines. */
export function getLines(...more: Lines): Lines {
  return [[":method", "GET"], [":scheme", "http"], [":authority", "a"], [":path", "/"], ...more];
}

export function postLines(...more: Lines): Lines {
  return [[":method", "POST"], [":scheme", "http"], [":authority", "a"], [":path", "/"], ...more];
}

export function get(stream: number, ...more: Lines): Buffer {
  return headers(stream, getLines(...more));
}

/** A POST whose content is to come. */
export function post(stream: number, ...more: Lines): Buffer {
  return headers(stream, postLines(...more), endHeaders);
}

export function continuation(stream: number, part: Payload, flags = 0): Buffer {
  return frame(9, flags, stream, part);
}

export function priority(stream: number, on = 0, weight = 15): Buffer {
  return frame(2, 0, stream, Buffer.concat([uint32(on), Buffer.from([weight])]));
}

export function rstStream(stream: number, code: CodeName = "CANCEL"): Buffer {
  return frame(3, 0, stream, uint32(codes.indexOf(code)));
}

export function settings(...pairs: readonly (readonly [id: number, value: number])[]): Buffer {
  const parts = pairs.map(([id, value]) => Buffer.concat([Buffer.from([id >> 8, id]), uint32(value)]));
  return frame(4, 0, 0, Buffer.concat(parts));
}

export const settingsAck: Buffer = frame(4, ack, 0);

export function ping(payload = "12345678", flags = 0): Buffer {
  return frame(6, flags, 0, payload);
}

export function goaway(last: number, code: CodeName = "NO_ERROR", debug = ""): Buffer {
  return frame(7, 0, 0, Buffer.concat([uint32(last), uint32(codes.indexOf(code)), octets(debug)]));
}

export function windowUpdate(stream: number, increment: number): Buffer {
  return frame(8, 0, stream, uint32(increment));
}

export function priorityUpdate(stream: number, field: string): Buffer {
  return frame(0x10, 0, 0, Buffer.concat([uint32(stream), octets(field)]));
}

/** Turns what a machine owed into one line of text a frame; keeps cut frames and the state of HPACK between calls. */
export class FrameTexts {
  readonly #decoder = new HpackDecoder({
    maxTableSize: 4_096,
    fieldSection: 1 << 20,
    fieldCount: 10_000,
    by: "origin",
  });
  #rest: Buffer = Buffer.alloc(0);
  #block: Buffer[] = [];
  #blockText = "";

  read(owed: Uint8Array): string[] {
    this.#rest = Buffer.concat([this.#rest, owed]);
    const lines: string[] = [];
    while (this.#rest.length >= 9 && this.#rest.length >= 9 + this.#rest.readUIntBE(0, 3)) {
      const end = 9 + this.#rest.readUIntBE(0, 3);
      const line = this.#text(this.#rest.subarray(0, end));
      this.#rest = this.#rest.subarray(end);
      if (line !== undefined) {
        lines.push(line);
      }
    }
    return lines;
  }

  /** Octets of a frame that is not whole. */
  get waiting(): number {
    return this.#rest.length;
  }

  #text(whole: Buffer): string | undefined {
    const type = whole[3] as number;
    const flags = whole[4] as number;
    const stream = whole.readUInt32BE(5);
    const payload = whole.subarray(9);
    const end = (flags & endStream) !== 0 ? " END" : "";
    switch (types[type]) {
      case "DATA":
        return `DATA ${stream}${end} ${shortened(payload)}`;
      case "HEADERS":
        return this.#begin(`HEADERS ${stream}${end}`, payload, flags);
      case "PUSH_PROMISE":
        return this.#begin(`PUSH_PROMISE ${stream} ${payload.readUInt32BE(0)}`, payload.subarray(4), flags);
      case "CONTINUATION":
        return this.#continue(payload, flags);
      case "SETTINGS":
        return (flags & ack) !== 0 ? "SETTINGS ACK" : `SETTINGS${settingsText(payload)}`;
      case "PING":
        return `PING${(flags & ack) !== 0 ? " ACK" : ""} ${payload.toString("latin1")}`;
      case "RST_STREAM":
        return `RST_STREAM ${stream} ${codes[payload.readUInt32BE(0)]}`;
      case "GOAWAY":
        return `GOAWAY ${payload.readUInt32BE(0)} ${codes[payload.readUInt32BE(4)]}`;
      case "WINDOW_UPDATE":
        return `WINDOW_UPDATE ${stream} ${payload.readUInt32BE(0)}`;
      default:
        return `frame ${type} ${flags} ${stream} ${payload.toString("hex")}`;
    }
  }

  #begin(text: string, part: Buffer, flags: number): string | undefined {
    this.#blockText = text;
    this.#block = [];
    return this.#continue(part, flags);
  }

  #continue(part: Buffer, flags: number): string | undefined {
    this.#block.push(part);
    if ((flags & endHeaders) === 0) {
      return undefined;
    }
    const whole = Buffer.concat(this.#block);
    const { lines } = this.#decoder.decode(whole, 0, whole.length);
    const fields = [...lines].map(({ name, value }) => `${name}=${value}`);
    const parts = this.#block.length > 1 ? ` in ${this.#block.length}` : "";
    return `${this.#blockText}${parts} ${fields.join(" ")}`;
  }
}

function settingsText(payload: Buffer): string {
  let text = "";
  for (let at = 0; at < payload.length; at += 6) {
    text += ` ${payload.readUInt16BE(at)}=${payload.readUInt32BE(at + 2)}`;
  }
  return text;
}

/** Long content by its first octets and its length. */
function shortened(content: Buffer): string {
  const text = content.toString("latin1");
  return text.length <= 40 ? JSON.stringify(text) : `${JSON.stringify(text.slice(0, 8))}… ${text.length}`;
}
