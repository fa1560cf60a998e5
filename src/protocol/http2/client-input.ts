/**
 * Frames of an origin server in the order that RFC 9113 wants: SETTINGS first (§3.4), field blocks
 * put together from their fragments (§6.2, §6.10), no pushes (§8.4).
 */
import { HttpError, type Octets, type StreamId } from "../../message/index.ts";
import { originFault } from "./client-faults.ts";
import type { Http2ClientLimits } from "./client-limits.ts";
import { FieldBlock } from "./field-block.ts";
import { FrameReader, type FrameReceiver } from "./frame-reader.ts";
import { frameFlag, frameType } from "./frames.ts";

/** Who is told what came. Any method may throw an HttpError that ends the connection. */
export interface ClientInputReceiver {
  /** DATA begins: `octets` of window are used, of which `content` are no padding. */
  dataBegins(stream: StreamId, octets: Octets, content: Octets, endStream: boolean): void;
  /** Content of that frame, not empty; borrowed until this returns. */
  data(stream: StreamId, bytes: Uint8Array): void;
  dataEnds(stream: StreamId, endStream: boolean): void;
  /** A whole field block: `bytes` from `start` to before `end`, borrowed until this returns. */
  fieldBlock(stream: StreamId, endStream: boolean, bytes: Uint8Array, start: number, end: number): void;
  /** Any other frame; its payload is `bytes` from `start` to before `end`. */
  frame(type: number, flags: number, stream: StreamId, bytes: Uint8Array, start: number, end: number): void;
  /** A frame that carries nothing and ends nothing. */
  emptyFrame(): void;
  /** A frame of a type that nobody knows. */
  unknownFrame(type: number): void;
  /** The connection is over: nothing that comes after is looked at. */
  failed(error: HttpError): void;
}

export class ClientInput implements FrameReceiver {
  readonly #receiver: ClientInputReceiver;
  readonly #limits: Http2ClientLimits;
  readonly #frames: FrameReader = new FrameReader(this, "");
  #begun = false;
  /** The stream of the DATA frame under way. */
  #dataStream: StreamId = 0;
  #dataEndsStream = false;
  readonly #block = new FieldBlock();

  constructor(receiver: ClientInputReceiver, limits: Http2ClientLimits) {
    this.#receiver = receiver;
    this.#limits = limits;
  }

  /** The origin server's SETTINGS have come. */
  get begun(): boolean {
    return this.#begun;
  }

  receive(wire: Uint8Array): void {
    try {
      this.#frames.receive(wire);
    } catch (error) {
      if (!(error instanceof HttpError)) {
        throw error;
      }
      this.#fail(error);
    }
  }

  /** Everything from here on is ignored. */
  stop(): void {
    this.#frames.stop();
    if (this.#block.isOpen) {
      this.#block.take();
    }
  }

  // ---- From the frame reader

  beginData(stream: StreamId, flags: number, length: Octets, content: Octets): void {
    this.#checkOrder(frameType.data, 0, stream);
    if (stream === 0) {
      throw originFault("badStreamId", "DATA on stream 0");
    }
    this.#dataStream = stream;
    this.#dataEndsStream = (flags & frameFlag.endStream) !== 0;
    this.#receiver.dataBegins(stream, length, content, this.#dataEndsStream);
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    this.#receiver.data(this.#dataStream, bytes.subarray(start, end));
  }

  endData(): void {
    this.#receiver.dataEnds(this.#dataStream, this.#dataEndsStream);
  }

  frame(type: number, flags: number, stream: StreamId, bytes: Uint8Array, start: number, end: number): void {
    this.#checkOrder(type, flags, stream);
    switch (type) {
      case frameType.headers:
        this.#headers(flags, stream, bytes, start, end);
        return;
      case frameType.continuation:
        this.#continuation(flags, stream, bytes, start, end);
        return;
      case frameType.pushPromise:
        throw originFault("unexpectedPush", "PUSH_PROMISE, although SETTINGS_ENABLE_PUSH is 0");
      default:
        this.#receiver.frame(type, flags, stream, bytes, start, end);
    }
  }

  unknown(type: number, stream: StreamId): void {
    this.#checkOrder(type, 0, stream);
    this.#receiver.unknownFrame(type);
  }

  broken(fault: "badPreface" | "badFrameSize" | "badPadding", detail: string): void {
    this.#fail(this.#begun ? originFault(fault, detail) : notHttp2());
  }

  // ---- Within

  #checkOrder(type: number, flags: number, stream: StreamId): void {
    if (!this.#begun) {
      if (type !== frameType.settings || (flags & frameFlag.ack) !== 0) {
        throw notHttp2();
      }
      this.#begun = true;
    }
    const { isOpen, stream: opened } = this.#block;
    if (isOpen && (type !== frameType.continuation || stream !== opened)) {
      throw originFault(
        "brokenBlock",
        `a frame of type ${type} on stream ${stream} within the field block of stream ${opened}`,
      );
    }
  }

  #headers(flags: number, stream: StreamId, bytes: Uint8Array, start: number, end: number): void {
    if (stream === 0) {
      throw originFault("badStreamId", "HEADERS on stream 0");
    }
    let from = start;
    let to = end;
    if ((flags & frameFlag.padded) !== 0) {
      to -= end > start ? (bytes[start] as number) : 0;
      from += 1;
    }
    if ((flags & frameFlag.priority) !== 0) {
      // The scheme of RFC 7540, whose five octets mean nothing any more (RFC 9113 §5.3.2).
      from += 5;
    }
    if (from > to) {
      throw originFault("badPadding", `padding or priority longer than a HEADERS frame of ${end - start}`);
    }
    const endStream = (flags & frameFlag.endStream) !== 0;
    if ((flags & frameFlag.endHeaders) !== 0) {
      this.#receiver.fieldBlock(stream, endStream, bytes, from, to);
    } else {
      this.#block.begin(stream, endStream, bytes, from, to);
      this.#checkEmpty(to - from);
    }
  }

  #continuation(flags: number, stream: StreamId, bytes: Uint8Array, start: number, end: number): void {
    const block = this.#block;
    if (!block.isOpen) {
      throw originFault("unexpectedContinuation", `CONTINUATION on stream ${stream} continues nothing`);
    }
    block.append(bytes, start, end);
    const { continuations, fieldSection } = this.#limits;
    if (block.continuations > continuations) {
      throw originFault(
        "tooManyContinuations",
        `a field block in more than ${continuations} CONTINUATION frames`,
      );
    }
    // A block is hardly ever longer than what it decodes to, and twice the limit of that is too much anyway.
    if (block.length > 2 * fieldSection) {
      throw originFault(
        "fieldBomb",
        `a field block of ${block.length} octets or more, limit ${2 * fieldSection}`,
      );
    }
    if ((flags & frameFlag.endHeaders) === 0) {
      this.#checkEmpty(end - start);
      return;
    }
    const whole = block.take();
    this.#receiver.fieldBlock(stream, block.endsStream, whole, 0, whole.length);
  }

  #checkEmpty(octets: Octets): void {
    if (octets === 0) {
      this.#receiver.emptyFrame();
    }
  }

  #fail(error: HttpError): void {
    this.stop();
    this.#receiver.failed(error);
  }
}

function notHttp2(): HttpError {
  return originFault(
    "notHttp2",
    "the origin server does not begin with SETTINGS: it seems not to speak HTTP/2 here",
  );
}
