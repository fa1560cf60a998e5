/**
 * Cuts arrivals into frames (RFC 9113 §4.1). A whole frame is read where it lies; of a cut one
 * the beginning is kept, except of DATA, whose content is passed on as it comes, and of frames
 * of unknown types, which are skipped (§4.1).
 */
import { ByteStore } from "../../bytes/index.ts";
import type { Octets, StreamId } from "../../message/index.ts";
import { frameFlag, frameHead, frameType, leastMaxFrame, readUint24, readUint31 } from "./frames.ts";

/** Who is told of frames. It may call `stop` on the reader from within. */
export interface FrameReceiver {
  /** A whole frame other than DATA; its payload lies in `bytes` from `start` to before `end`, borrowed. */
  frame(type: number, flags: number, stream: StreamId, bytes: Uint8Array, start: number, end: number): void;
  /** A DATA frame begins: `length` counts all that flow control counts, `content` what is no padding. */
  beginData(stream: StreamId, flags: number, length: Octets, content: Octets): void;
  /** Content of the DATA frame under way, borrowed. */
  data(bytes: Uint8Array, start: number, end: number): void;
  endData(): void;
  /** A frame of a type that nobody here knows; its payload is skipped. */
  unknown(type: number, stream: StreamId): void;
  /** The octets are no frames that we could take. */
  broken(fault: "badPreface" | "badFrameSize" | "badPadding", detail: string): void;
}

export class FrameReader {
  readonly #receiver: FrameReceiver;
  readonly #preface: string;
  #prefaceAt = 0;
  /** The beginning of a frame that is not whole yet. */
  #held: ByteStore | undefined;
  /** What is left of the frame under way, when it is DATA or unknown: content, then octets to skip. */
  #content = 0;
  #skip = 0;
  #inData = false;
  #stopped = false;

  /** @param preface - Octets that come before the first frame; "" for none. */
  constructor(receiver: FrameReceiver, preface: string) {
    this.#receiver = receiver;
    this.#preface = preface;
  }

  /** The preface has come whole. */
  get begun(): boolean {
    return this.#prefaceAt === this.#preface.length;
  }

  /** A frame other than DATA is cut, and its end is waited for. */
  get partial(): boolean {
    return this.#held !== undefined && this.#held.length > 0;
  }

  /** Everything from here on is ignored. */
  stop(): void {
    this.#stopped = true;
    this.#held = undefined;
  }

  receive(wire: Uint8Array): void {
    let at = this.begun || this.#stopped ? 0 : this.#matchPreface(wire);
    while (!this.#stopped && at < wire.length) {
      if (this.#held !== undefined && this.#held.length > 0) {
        at = this.#resume(this.#held, wire, at);
      } else if (this.#inData || this.#skip > 0) {
        at = this.#pass(wire, at);
      } else {
        const next = this.#take(wire, at);
        if (next === at) {
          this.#held ??= new ByteStore();
          this.#held.append(wire.subarray(at));
          return;
        }
        at = next;
      }
    }
  }

  #matchPreface(wire: Uint8Array): number {
    let at = 0;
    while (at < wire.length && this.#prefaceAt < this.#preface.length) {
      if (wire[at] !== this.#preface.charCodeAt(this.#prefaceAt)) {
        this.#receiver.broken("badPreface", "the connection does not begin with the preface of HTTP/2");
        this.stop();
        return at;
      }
      at += 1;
      this.#prefaceAt += 1;
    }
    return at;
  }

  /** Completes the held frame from `wire`; answers the place behind what it took. */
  #resume(held: ByteStore, wire: Uint8Array, from: number): number {
    let at = from;
    while (at < wire.length) {
      const needed = neededFor(held.view());
      const more = Math.min(needed - held.length, wire.length - at);
      held.append(wire.subarray(at, at + more));
      at += more;
      if (held.length === needed && needed === neededFor(held.view())) {
        const frame = held.view();
        held.clear();
        this.#take(frame, 0);
        return at;
      }
    }
    return at;
  }

  /** Takes the frame at `at`; answers the place behind what it took, or `at` where more is needed. */
  #take(bytes: Uint8Array, at: number): number {
    const available = bytes.length - at;
    if (available < frameHead) {
      return at;
    }
    const length = readUint24(bytes, at);
    const type = bytes[at + 3] as number;
    const flags = bytes[at + 4] as number;
    const stream = readUint31(bytes, at + 5);
    const start = at + frameHead;
    if (length > leastMaxFrame) {
      this.#receiver.broken("badFrameSize", `a frame of ${length} octets, limit ${leastMaxFrame}`);
      this.stop();
      return bytes.length;
    }
    if (type === frameType.data) {
      return this.#beginData(bytes, at, length, flags, stream);
    }
    if (isUnknown(type)) {
      this.#skip = length;
      this.#receiver.unknown(type, stream);
      return start;
    }
    if (available < frameHead + length) {
      return at;
    }
    this.#receiver.frame(type, flags, stream, bytes, start, start + length);
    return start + length;
  }

  #beginData(bytes: Uint8Array, at: number, length: Octets, flags: number, stream: StreamId): number {
    let start = at + frameHead;
    let padding = 0;
    if ((flags & frameFlag.padded) !== 0) {
      if (length === 0) {
        this.#receiver.broken("badFrameSize", "a padded DATA frame of no octets");
        this.stop();
        return bytes.length;
      }
      if (start === bytes.length) {
        return at;
      }
      padding = bytes[start] as number;
      start += 1;
      if (padding >= length) {
        this.#receiver.broken("badPadding", `${padding} octets of padding in a DATA frame of ${length}`);
        this.stop();
        return bytes.length;
      }
      this.#content = length - 1 - padding;
    } else {
      this.#content = length;
    }
    this.#skip = padding;
    this.#inData = true;
    this.#receiver.beginData(stream, flags, length, this.#content);
    return this.#pass(bytes, start);
  }

  /** Passes content on and skips what is none. */
  #pass(bytes: Uint8Array, from: number): number {
    let at = from;
    if (this.#content > 0 && at < bytes.length && !this.#stopped) {
      const end = Math.min(bytes.length, at + this.#content);
      this.#content -= end - at;
      this.#receiver.data(bytes, at, end);
      at = end;
    }
    if (this.#content === 0) {
      const skipped = Math.min(this.#skip, bytes.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (this.#skip === 0 && this.#inData) {
        this.#inData = false;
        if (!this.#stopped) {
          this.#receiver.endData();
        }
      }
    }
    return at;
  }
}

/** Octets that a frame beginning so needs before it can be taken. */
function neededFor(head: Uint8Array): Octets {
  if (head.length < frameHead) {
    return frameHead;
  }
  const length = readUint24(head, 0);
  if (length > leastMaxFrame) {
    return frameHead;
  }
  switch (head[3]) {
    case frameType.data:
      return ((head[4] as number) & frameFlag.padded) !== 0 && length > 0 ? frameHead + 1 : frameHead;
    default:
      return isUnknown(head[3] as number) ? frameHead : frameHead + length;
  }
}

function isUnknown(type: number): boolean {
  return type > frameType.continuation && type !== frameType.priorityUpdate;
}
