/** Frames in their order: the first is SETTINGS, and a field block is not interrupted (RFC 9113 §3.4, §4.3). */
import type { Octets, StreamId } from "../../message/index.ts";
import { clientFault, type Http2FaultName } from "./faults.ts";
import { FieldBlock } from "./field-block.ts";
import type { FrameReceiver } from "./frame-reader.ts";
import { frameFlag, frameType, readUint31 } from "./frames.ts";
import type { ServerControl } from "./server-control.ts";
import type { ServerLink } from "./server-link.ts";
import type { ServerRequests } from "./server-requests.ts";

export class ServerInput implements FrameReceiver {
  readonly #link: ServerLink;
  readonly #requests: ServerRequests;
  readonly #control: ServerControl;
  readonly #block = new FieldBlock();
  /** The client's first SETTINGS have come. */
  #settled = false;
  /** Grows with each frame that begins something, and each field block that ends. */
  #begun = 0;

  constructor(link: ServerLink, requests: ServerRequests, control: ServerControl) {
    this.#link = link;
    this.#requests = requests;
    this.#control = control;
  }

  /** A field block has begun and not ended. */
  get inBlock(): boolean {
    return this.#block.isOpen;
  }

  /** While it stays the same, what is not whole is still the same frame or field block. */
  get begun(): number {
    return this.#begun;
  }

  frame(type: number, flags: number, id: StreamId, bytes: Uint8Array, start: number, end: number): void {
    if (!this.#mayCome(type, flags)) {
      return;
    }
    switch (type) {
      case frameType.headers:
        this.#headers(flags, id, bytes, start, end);
        break;
      case frameType.continuation:
        this.#continuation(flags, id, bytes, start, end);
        break;
      case frameType.windowUpdate:
        this.#control.windowUpdate(id, bytes, start, end);
        break;
      case frameType.settings:
        this.#control.settings(flags, id, bytes, start, end);
        break;
      case frameType.ping:
        this.#control.ping(flags, id, bytes, start, end);
        break;
      case frameType.rstStream:
        this.#control.rstStream(id, bytes, start, end);
        break;
      case frameType.priority:
        this.#control.priority(id, bytes, start, end);
        break;
      case frameType.priorityUpdate:
        this.#control.priorityUpdate(id, bytes, start, end);
        break;
      case frameType.goaway:
        this.#control.goaway(id, start, end);
        break;
      default:
        this.#fault("unexpectedPush", "the client sent PUSH_PROMISE");
    }
  }

  beginData(id: StreamId, flags: number, length: Octets, content: Octets): void {
    if (!this.#mayCome(frameType.data, flags)) {
      return;
    }
    if (id === 0) {
      this.#fault("badStreamId", "DATA on stream 0");
    } else {
      this.#requests.beginData(id, flags, length, content);
    }
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#requests.data(bytes, start, end);
  }

  endData(): void {
    this.#requests.endData();
  }

  unknown(type: number): void {
    if (this.#mayCome(type, 0)) {
      this.#link.count("unknownFrames", "frames of unknown types");
    }
  }

  broken(name: "badPreface" | "badFrameSize" | "badPadding", detail: string): void {
    this.#fault(name, detail);
  }

  #mayCome(type: number, flags: number): boolean {
    if (!this.#settled) {
      if (type !== frameType.settings || (flags & frameFlag.ack) !== 0) {
        this.#fault("badPreface", `the first frame is of type ${type}, wanted SETTINGS`);
        return false;
      }
      this.#settled = true;
    }
    if (!this.#block.isOpen) {
      this.#begun += 1;
    } else if (type !== frameType.continuation) {
      const detail = `a frame of type ${type} within the field block of stream ${this.#block.stream}`;
      this.#fault("brokenBlock", detail);
      return false;
    }
    return true;
  }

  #headers(flags: number, id: StreamId, bytes: Uint8Array, from: number, to: number): void {
    if (id === 0) {
      this.#fault("badStreamId", "HEADERS on stream 0");
      return;
    }
    let start = from;
    let end = to;
    let ofItself = false;
    if ((flags & (frameFlag.padded | frameFlag.priority)) !== 0) {
      const before =
        ((flags & frameFlag.padded) === 0 ? 0 : 1) + ((flags & frameFlag.priority) === 0 ? 0 : 5);
      if (end - start < before) {
        this.#fault("badFrameSize", `HEADERS of ${end - start} octets, wanted ${before} or more`);
        return;
      }
      const padding = (flags & frameFlag.padded) === 0 ? 0 : (bytes[start] as number);
      start += before;
      end -= padding;
      if (start > end) {
        this.#fault("badPadding", `${padding} octets of padding in HEADERS of ${to - from}`);
        return;
      }
      ofItself = (flags & frameFlag.priority) !== 0 && readUint31(bytes, start - 5) === id;
    }
    const endsStream = (flags & frameFlag.endStream) !== 0;
    if ((flags & frameFlag.endHeaders) !== 0) {
      this.#requests.block(id, endsStream, ofItself, bytes, start, end);
      return;
    }
    if (start === end) {
      this.#link.count("emptyFrames", "empty frames");
    }
    this.#block.begin(id, endsStream, bytes, start, end);
    this.#block.ofItself = ofItself;
    this.#checkBlock();
  }

  #continuation(flags: number, id: StreamId, bytes: Uint8Array, start: number, end: number): void {
    const block = this.#block;
    if (!block.isOpen) {
      this.#fault("unexpectedContinuation", `CONTINUATION on stream ${id}, where no field block is open`);
      return;
    }
    if (id !== block.stream) {
      const detail = `CONTINUATION on stream ${id} within the field block of stream ${block.stream}`;
      this.#fault("brokenBlock", detail);
      return;
    }
    const ends = (flags & frameFlag.endHeaders) !== 0;
    if (start === end && !ends) {
      this.#link.count("emptyFrames", "empty frames");
    }
    block.append(bytes, start, end);
    if (this.#checkBlock() && ends) {
      const { endsStream, ofItself } = block;
      const whole = block.take();
      this.#begun += 1;
      this.#requests.block(id, endsStream, ofItself, whole, 0, whole.length);
    }
  }

  /** What a block may cost before we have read any of it (RFC 9113 §10.5.1). */
  #checkBlock(): boolean {
    const { limits } = this.#link;
    const { continuations, length } = this.#block;
    if (continuations > limits.continuations) {
      const detail = `${continuations} CONTINUATION frames (limit continuations ${limits.continuations})`;
      this.#fault("tooManyContinuations", detail);
    } else if (length > limits.fieldSection * 2) {
      const detail = `a field block of ${length} octets or more (limit fieldSection ${limits.fieldSection})`;
      this.#fault("fieldBomb", detail);
    }
    return !this.#link.over;
  }

  #fault(name: Http2FaultName, detail: string): void {
    this.#link.fault(clientFault(name, detail));
  }
}
