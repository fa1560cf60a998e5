/**
 * Writes responses: their heads, and content at once where nothing else waits for the windows
 * (RFC 9113 §8.1, §8.4).
 *
 * A lasting response keeps its frames, HEADERS and small DATA as one piece, which is copied for each
 * answer with the stream's id put in: the same for every connection, since its block refers to no dynamic table.
 */
import { Buffer } from "node:buffer";
import {
  type Fields,
  type HttpResponse,
  MisuseError,
  type Octets,
  type RequestHead,
} from "../../message/index.ts";
import { BlockWriter, HpackEncoder } from "../hpack/index.ts";
import { ContentSender } from "./content-sender.ts";
import { errorCode } from "./error-codes.ts";
import {
  fieldBlockRoom,
  frameFlag,
  frameHead,
  frameType,
  leastMaxFrame,
  writeFieldBlock,
  writeFrameHead,
  writePushPromise,
  writeUint32,
} from "./frames.ts";
import {
  encodeInterimHead,
  encodeLastingHead,
  encodeRequestHead,
  encodeResponseHead,
  encodeTrailers,
  responseFraming,
} from "./head-encoder.ts";
import type { Dateline } from "./machine.ts";
import type { ServerLink } from "./server-link.ts";
import type { ServerStream } from "./server-stream.ts";

/** Our own dynamic table for what is encoded anew each time; a peer may allow less. */
const encoderTable: Octets = 4_096;
/** Where a frame's stream identifier stands in it. */
const idAt = 5;

/** Frames of a lasting response, without the stream's id. */
interface KeptFrames {
  readonly octets: Buffer;
  /** Of HEADERS alone. */
  readonly head: Octets;
  /** Octets of DATA behind it; 0 for none. */
  readonly content: Octets;
  readonly endsStream: boolean;
  /** Where the Date stands; -1 where it is not ours to renew. */
  readonly dateAt: number;
  second: number;
}

/** What a lasting response keeps: its answer to HEAD, and to anything else. */
interface Kept {
  whole: KeptFrames | undefined;
  head: KeptFrames | undefined;
}

/** Scratch for a block that is copied into frames at once. */
const scratch: BlockWriter = new BlockWriter();

export class ResponseWriter {
  readonly #link: ServerLink;
  readonly #dateline: Dateline;
  readonly sender: ContentSender;
  #encoder: HpackEncoder | undefined;

  constructor(link: ServerLink, dateline: Dateline) {
    this.#link = link;
    this.#dateline = dateline;
    this.sender = new ContentSender(link, (stream, trailers) => this.#writeTrailers(stream, trailers));
  }

  /** The client's SETTINGS_HEADER_TABLE_SIZE has come. */
  resizeTable(size: Octets): void {
    if (this.#encoder !== undefined || size < encoderTable) {
      this.#encoderOf().resize(size);
    }
  }

  /** @throws MisuseError for a response that cannot be written; nothing of it was. */
  respond(stream: ServerStream, response: HttpResponse): void {
    const { kept } = response;
    const method = stream.head?.method ?? "GET";
    if (kept === undefined || response.tunnel || method === "CONNECT" || this.#encoder?.owesUpdate === true) {
      this.#encode(stream, response, method);
      return;
    }
    const frames = this.#framesOf(response, method);
    if (frames === undefined) {
      this.#encode(stream, response, method);
    } else {
      this.#copy(stream, response, frames);
    }
  }

  /** @throws MisuseError for a status that is not interim, and fields that cannot be written. */
  inform(stream: ServerStream, status: number, fields: Fields): void {
    scratch.clear();
    if (status === 100 && !stream.contentWithheld) {
      return;
    }
    encodeInterimHead(this.#encoderOf(), scratch, status, fields);
    if (status === 100) {
      stream.touched = true;
      stream.continued = true;
      stream.progressed = this.#link.now;
      this.#link.watch(this.#link.limits.contentProgress);
    }
    this.#writeBlock(stream, 0);
  }

  /**
   * Promises a request on its parent's stream.
   *
   * @throws MisuseError for a head that cannot be written; nothing was promised then.
   */
  promise(parent: ServerStream, scheme: string, head: RequestHead, open: () => ServerStream): ServerStream {
    scratch.clear();
    encodeRequestHead(this.#encoderOf(), scratch, {
      method: head.method,
      scheme,
      authority: head.authority,
      path: head.rawTarget,
      fields: head.fields,
      contentLength: 0,
    });
    const stream = open();
    const { out } = this.#link;
    const block = scratch.bytes.subarray(0, scratch.length);
    out.reserve(fieldBlockRoom(block.length + 4, leastMaxFrame) + frameHead);
    out.at = writePushPromise(out.block, out.at, parent.id, stream.id, block, leastMaxFrame);
    return stream;
  }

  // ---- Kept frames

  /** @returns undefined where they do not fit in one piece. */
  #framesOf(response: HttpResponse, method: string): KeptFrames | undefined {
    const slots = response.kept as { http2: Kept | undefined };
    slots.http2 ??= { whole: undefined, head: undefined };
    const kept = slots.http2;
    const date = this.#dateline;
    let frames = method === "HEAD" ? kept.head : kept.whole;
    if (frames === undefined) {
      frames = buildFrames(response, method, date);
      if (method === "HEAD") {
        kept.head = frames;
      } else {
        kept.whole = frames;
      }
    } else if (frames.second !== date.second && frames.dateAt >= 0) {
      frames.octets.write(date.text, frames.dateAt, "latin1");
      frames.second = date.second;
    }
    return frames.head > leastMaxFrame + frameHead ? undefined : frames;
  }

  #copy(stream: ServerStream, response: HttpResponse, frames: KeptFrames): void {
    const { out } = this.#link;
    const { octets, head, content } = frames;
    const whole = frames.endsStream && (content === 0 || this.#mayPass(stream, content));
    const length = whole ? octets.length : head;
    out.reserve(length);
    const { block, at } = out;
    block.set(whole ? octets : octets.subarray(0, head), at);
    writeUint32(block, at + idAt, stream.id);
    out.at = at + length;
    stream.answered = true;
    if (whole) {
      if (content > 0) {
        writeUint32(block, at + head + idAt, stream.id);
        stream.window -= content;
        this.#link.window -= content;
        this.#link.moved();
      }
      this.#link.endLocal(stream);
    } else if (response.content.type !== "empty") {
      this.sender.begin(stream, response, response.content);
    }
  }

  /** Content of `octets` can leave at once, and takes nobody's turn. */
  #mayPass(stream: ServerStream, octets: Octets): boolean {
    const link = this.#link;
    return (
      octets <= leastMaxFrame &&
      octets <= stream.window &&
      octets <= link.window &&
      !this.sender.isBusy &&
      link.out.octets < link.limits.unsent
    );
  }

  // ---- Encoded anew

  #encode(stream: ServerStream, response: HttpResponse, method: string): void {
    const framing = responseFraming(response, method);
    const { content } = response;
    scratch.clear();
    encodeResponseHead(this.#encoderOf(), scratch, response, framing, this.#dateline);
    stream.answered = true;
    stream.tunnel = response.tunnel;
    stream.touched ||= response.tunnel;
    if (!framing.sendsContent || content.type === "empty") {
      this.#writeBlock(stream, frameFlag.endStream);
      this.#link.endLocal(stream);
      return;
    }
    this.#writeBlock(stream, 0);
    if (content.type === "bytes" && this.#mayPass(stream, content.length)) {
      this.#writeData(stream, content.bytes);
    } else {
      this.sender.begin(stream, response, content);
    }
  }

  #writeBlock(stream: ServerStream, flags: number): void {
    const { out } = this.#link;
    out.reserve(fieldBlockRoom(scratch.length, leastMaxFrame));
    const block = scratch.bytes.subarray(0, scratch.length);
    out.at = writeFieldBlock(out.block, out.at, stream.id, flags, block, leastMaxFrame);
  }

  /** The whole content, which one frame holds. */
  #writeData(stream: ServerStream, bytes: Uint8Array): void {
    const { out } = this.#link;
    out.reserve(frameHead + bytes.length);
    out.at = writeFrameHead(out.block, out.at, bytes.length, frameType.data, frameFlag.endStream, stream.id);
    out.block.set(bytes, out.at);
    out.at += bytes.length;
    stream.window -= bytes.length;
    this.#link.window -= bytes.length;
    this.#link.moved();
    this.#link.endLocal(stream);
  }

  /** The field section that ends a stream; one that cannot be written breaks the stream off. */
  #writeTrailers(stream: ServerStream, trailers: Fields): void {
    scratch.clear();
    let lines: number;
    try {
      lines = encodeTrailers(this.#encoderOf(), scratch, trailers);
    } catch (error) {
      if (!(error instanceof MisuseError)) {
        throw error;
      }
      this.#link.writeReset(stream.id, errorCode.internalError);
      this.#link.close(stream);
      return;
    }
    if (lines > 0) {
      this.#writeBlock(stream, frameFlag.endStream);
    } else {
      const { out } = this.#link;
      out.reserve(frameHead);
      out.at = writeFrameHead(out.block, out.at, 0, frameType.data, frameFlag.endStream, stream.id);
    }
  }

  #encoderOf(): HpackEncoder {
    if (this.#encoder === undefined) {
      this.#encoder = new HpackEncoder({ tableSize: encoderTable });
    }
    return this.#encoder;
  }
}

function buildFrames(response: HttpResponse, method: string, date: Dateline): KeptFrames {
  const framing = responseFraming(response, method);
  const { block, dateAt } = encodeLastingHead(response, framing, date);
  const { content } = response;
  const joined = framing.sendsContent && content.type === "bytes" && content.length <= leastMaxFrame;
  const head = frameHead + block.length;
  const octets = Buffer.allocUnsafeSlow(joined ? head + frameHead + content.length : head);
  const flags = frameFlag.endHeaders | (framing.sendsContent ? 0 : frameFlag.endStream);
  writeFrameHead(octets, 0, block.length, frameType.headers, flags, 0);
  octets.set(block, frameHead);
  if (joined) {
    writeFrameHead(octets, head, content.length, frameType.data, frameFlag.endStream, 0);
    octets.set(content.bytes, head + frameHead);
  }
  return {
    octets,
    head,
    content: joined ? content.length : 0,
    endsStream: joined || !framing.sendsContent,
    dateAt: dateAt < 0 ? -1 : dateAt + frameHead,
    second: date.second,
  };
}
