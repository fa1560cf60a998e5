/** Responses in the order of their requests (RFC 9112 §9.3.2), and the octets owed for them. */
import { Buffer } from "node:buffer";
import { Fields, MisuseError, type Octets, type StreamId } from "../../message/index.ts";
import { encodeInterim, encodeLastChunk } from "./encode.ts";
import type { ReadRequest } from "./request-head.ts";
import { isSafeMethod, ServerStream } from "./server-stream.ts";

const crlf: Uint8Array = Buffer.from("\r\n", "latin1");

export class ResponseQueue {
  /** Requests not fully answered, oldest first. */
  readonly #streams: ServerStream[] = [];
  #next = 1;
  /** Octets owed, and the list that was handed out last: two lists take turns. */
  #out: Uint8Array[] = [];
  #drained: Uint8Array[] = [];

  get length(): number {
    return this.#streams.length;
  }

  get last(): ServerStream | undefined {
    return this.#streams[this.#streams.length - 1];
  }

  /** @param request - undefined for octets that are no request: they are answered all the same. */
  add(request: ReadRequest | undefined): ServerStream {
    const stream = new ServerStream(this.#next, request);
    this.#next += 1;
    this.#streams.push(stream);
    return stream;
  }

  clear(): void {
    this.#streams.length = 0;
  }

  find(id: StreamId): ServerStream | undefined {
    const front = this.#streams[0];
    return front?.id === id ? front : this.#streams.find((each) => each.id === id);
  }

  /** Whether a request of this method may run beside those under way: alone, or all of them safe. */
  mayRun(method: string): boolean {
    return (
      this.#streams.length === 0 ||
      (isSafeMethod(method) && this.#streams.every((each) => isSafeMethod(each.method)))
    );
  }

  /** Octets we may hand over: all for the oldest stream, none for those behind it. */
  sendable(id: StreamId): Octets {
    const front = this.#streams[0];
    return front?.id === id && front.response !== undefined && !front.sent ? Number.MAX_SAFE_INTEGER : 0;
  }

  /** One 100 (Continue) at most leaves, and only to a client that waits for it. */
  inform(id: StreamId, status: number, fields: Fields): void {
    if (!Number.isInteger(status) || status < 100 || status > 199 || status === 101) {
      throw new MisuseError(`interim status ${status}, wanted 100 or 102 to 199`);
    }
    const stream = this.find(id);
    if (stream === undefined || stream.response !== undefined || stream.version === "1.0") {
      return;
    }
    if (status === 100) {
      if (!stream.contentWithheld) {
        return;
      }
      stream.continued = true;
    }
    const text = Buffer.from(encodeInterim(status, fields), "latin1");
    if (stream === this.#streams[0]) {
      this.#out.push(text);
    } else {
      stream.interim = [...stream.interim, text];
    }
  }

  content(id: StreamId, bytes: Uint8Array): void {
    const stream = this.#sending(id);
    if (bytes.length === 0) {
      return;
    }
    if (stream.left !== undefined) {
      if (bytes.length > stream.left) {
        throw new MisuseError(
          `content of stream ${id} is ${bytes.length - stream.left} octets longer than announced`,
        );
      }
      stream.left -= bytes.length;
    }
    if (stream.chunked) {
      this.#out.push(Buffer.from(`${bytes.length.toString(16)}\r\n`, "latin1"), bytes, crlf);
    } else {
      this.#out.push(bytes);
    }
  }

  /** @returns False for content that ends before its announced length: nothing may make it look complete. */
  complete(id: StreamId, trailers: Fields): boolean {
    const stream = this.#sending(id);
    if (stream.left !== undefined && stream.left > 0) {
      return false;
    }
    if (stream.chunked) {
      const last = encodeLastChunk(stream.takesTrailers ? trailers : Fields.empty);
      this.#out.push(Buffer.from(last, "latin1"));
    }
    stream.sent = true;
    return true;
  }

  /**
   * Sends the oldest response's head when it is there.
   *
   * @param writable - Told when its content may follow.
   * @returns The oldest stream when it is through, taken from the queue; undefined when it is not.
   */
  advance(writable: (id: StreamId) => void): ServerStream | undefined {
    const front = this.#streams[0];
    if (front === undefined) {
      return undefined;
    }
    // Not later than its turn: a client may wait for 100 (Continue) before it sends what we wait for.
    if (front.interim.length > 0) {
      this.#out.push(...front.interim);
      front.interim = [];
    }
    if (front.response !== undefined && !front.headLeft) {
      front.headLeft = true;
      for (const chunk of front.head) {
        this.#out.push(chunk);
      }
      front.sent = front.bodiless && !front.response.tunnel;
      if (!front.sent) {
        writable(front.id);
      }
    }
    // The stream may have been retired by what `writable` led to.
    if (front !== this.#streams[0] || !front.sent || (!front.received && front.persists)) {
      return undefined;
    }
    if (this.#streams.length === 1) {
      this.#streams.pop();
    } else {
      this.#streams.shift();
    }
    return front;
  }

  /** Octets owed since the last call. The list is good until the next call, its chunks longer. */
  drain(): readonly Uint8Array[] {
    const out = this.#out;
    if (out.length > 0 || this.#drained.length > 0) {
      // Setting `length` goes through an accessor and costs more.
      while (this.#drained.length > 0) {
        this.#drained.pop();
      }
      this.#out = this.#drained;
      this.#drained = out;
    }
    return out;
  }

  #sending(id: StreamId): ServerStream {
    const front = this.#streams[0];
    if (front === undefined || front.id !== id || front.response === undefined || front.sent) {
      throw new MisuseError(`stream ${id} may not send content now`);
    }
    return front;
  }
}
