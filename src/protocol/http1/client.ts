/**
 * The client's side of an HTTP/1 connection (RFC 9112): requests in, octets out;
 * octets in, responses out, matched to the requests in order.
 */
import { Buffer } from "node:buffer";
import { ByteStore } from "../../bytes/index.ts";
import {
  type ClientSink,
  Fields,
  HttpError,
  type MachineBase,
  type Millis,
  MisuseError,
  type Octets,
  type StreamId,
} from "../../message/index.ts";
import {
  type ClientStream,
  judgeHead,
  type OutgoingRequest,
  openStream,
  requestHead,
  spend,
} from "./client-stream.ts";
import { ContentReader } from "./content-reader.ts";
import { encodeLastChunk } from "./encode.ts";
import { faults } from "./faults.ts";
import { INCOMPLETE } from "./field-section.ts";
import type { Http1ClientLimits } from "./limits.ts";
import { LineWatch } from "./line-watch.ts";
import { type ReadResponse, ResponseHeadReader } from "./response-head.ts";

export interface Http1ClientOptions {
  readonly limits: Http1ClientLimits;
}

const crlf: Buffer = Buffer.from("\r\n", "latin1");

export class Http1Client implements MachineBase {
  readonly #sink: ClientSink;
  readonly #limits: Http1ClientLimits;
  readonly #heads: ResponseHeadReader;
  readonly #held = new ByteStore();
  readonly #lines = new LineWatch();
  /** Requests whose responses are not whole, oldest first. */
  readonly #streams: ClientStream[] = [];
  #next = 1;
  #state: "head" | "content" | "tunnel" | "over" = "head";
  #content: ContentReader | undefined;
  #persists = true;
  #tunnel: ClientStream | undefined;
  #out: Uint8Array[] = [];
  #busy = false;
  #ended = false;
  #since: Millis;

  constructor(sink: ClientSink, options: Http1ClientOptions, now: Millis) {
    this.#sink = sink;
    this.#limits = options.limits;
    this.#heads = new ResponseHeadReader(options.limits);
    this.#since = now;
  }

  /** Whether another request may be sent: the last one has left whole and the connection goes on. */
  get available(): boolean {
    return (
      this.#state !== "over" &&
      this.#state !== "tunnel" &&
      this.#persists &&
      (this.#streams.at(-1)?.sent ?? true)
    );
  }

  /** Nothing is under way. */
  get idle(): boolean {
    return this.#streams.length === 0;
  }

  /** No further message can pass: close the connection. */
  get over(): boolean {
    return this.#state === "over";
  }

  /** @throws MisuseError when the connection is not available or the head cannot be written. */
  request(request: OutgoingRequest, now: Millis): StreamId {
    if (!this.available) {
      throw new MisuseError("the connection takes no request now");
    }
    const head = requestHead(request);
    const stream = openStream(this.#next, request);
    this.#next += 1;
    if (request.close === true) {
      this.#persists = false;
    }
    if (this.#streams.length === 0) {
      this.#since = now;
    }
    this.#streams.push(stream);
    this.#out.push(head);
    return stream.id;
  }

  /** Part of a request's content, or of what goes through a tunnel; `bytes` must stay until they have left. */
  content(id: StreamId, bytes: Uint8Array): void {
    const stream = this.#sending(id);
    if (bytes.length === 0) {
      return;
    }
    if (this.#tunnel !== stream && stream.chunked) {
      this.#out.push(Buffer.from(`${bytes.length.toString(16)}\r\n`, "latin1"), bytes, crlf);
      return;
    }
    if (this.#tunnel !== stream) {
      spend(stream, bytes.length);
    }
    this.#out.push(bytes);
  }

  /** The request's content (or our half of a tunnel) is whole. @throws MisuseError when less was sent than announced. */
  complete(id: StreamId, trailers: Fields, now: Millis): void {
    const stream = this.#sending(id);
    if (this.#tunnel !== stream && stream.left > 0) {
      throw new MisuseError(`content of stream ${id} ends ${stream.left} octets early: reset it instead`);
    }
    if (this.#tunnel !== stream && stream.chunked) {
      this.#out.push(Buffer.from(encodeLastChunk(trailers), "latin1"));
    }
    stream.sent = true;
    this.#since = now;
    if (this.#tunnel === stream && this.#ended) {
      this.#state = "over";
    }
  }

  /** The rest of a request's content stays here, though it is not whole: the response is waited for all the same. */
  halt(id: StreamId): void {
    const stream = this.#streams.find((each) => each.id === id);
    if (stream !== undefined) {
      stream.halted = true;
    }
  }

  /** What was drained has left only now: the origin server's time to answer begins anew. */
  left(now: Millis): void {
    this.#since = now;
  }

  /** Gives a request up: on HTTP/1 that ends the connection. */
  reset(_id: StreamId): void {
    this.#stop();
  }

  sendable(id: StreamId): Octets {
    const last = this.#streams.at(-1) ?? this.#tunnel;
    return last?.id === id && !last.sent && this.#state !== "over" ? Number.MAX_SAFE_INTEGER : 0;
  }

  consumed(id: StreamId, octets: Octets, now: Millis): void {
    const stream = this.#tunnel?.id === id ? this.#tunnel : this.#streams.find((each) => each.id === id);
    if (stream !== undefined) {
      stream.unread = Math.max(0, stream.unread - octets);
      this.#since = now;
    }
  }

  get wantsInput(): boolean {
    const stream = this.#tunnel ?? this.#streams[0];
    return stream === undefined || stream.unread < this.#limits.unreadContent;
  }

  /** While a response is owed to a request that has left whole: when the origin server must have said something more. */
  get deadline(): Millis | undefined {
    const stream = this.#streams[0];
    const isOwed = stream !== undefined && (stream.sent || stream.halted) && this.wantsInput;
    const isOpen = this.#state === "head" || this.#state === "content";
    return isOwed && isOpen ? this.#since + this.#patience : undefined;
  }

  expire(now: Millis): void {
    const { deadline } = this;
    if (deadline !== undefined && now >= deadline) {
      const detail = `the origin server was silent for ${this.#patience} ms`;
      this.#fail(new HttpError(faults.originTimeout, "origin", detail));
    }
  }

  /** Owed octets since the last call; they must stay unchanged until they have left. */
  drain(): readonly Uint8Array[] {
    const out = this.#out;
    if (out.length > 0) {
      this.#out = [];
    }
    return out;
  }

  receive(wire: Uint8Array, now: Millis): void {
    if (this.#state === "over" || this.#ended) {
      return;
    }
    if (this.#state === "content") {
      this.#since = now;
    }
    const fresh = wire instanceof Buffer ? wire : Buffer.from(wire.buffer, wire.byteOffset, wire.length);
    if (this.#held.length === 0) {
      const understood = this.#understand(fresh, now);
      if (understood < fresh.length && !this.over) {
        this.#held.append(fresh.subarray(understood));
        this.#lines.restart(this.#held.view());
      }
      return;
    }
    const { statusLine, fieldLine } = this.#limits;
    const worthwhile =
      this.#state !== "head" || this.#lines.worthwhile(this.#held.length, fresh, statusLine, fieldLine);
    this.#held.append(fresh);
    if (worthwhile) {
      const understood = this.#understand(this.#held.view(), now);
      this.#held.take(this.over ? this.#held.length : understood);
      this.#lines.restart(this.#held.view());
    }
  }

  end(now: Millis): void {
    if (this.#ended || this.#state === "over") {
      return;
    }
    this.#ended = true;
    if (this.#tunnel !== undefined) {
      // Our half goes on until it is complete (RFC 9110 §9.3.6).
      this.#state = this.#tunnel.sent ? "over" : "tunnel";
      this.#sink.complete(this.#tunnel.id, Fields.empty);
      return;
    }
    const stream = this.#streams[0];
    if (stream !== undefined && this.#state === "content" && this.#content?.untilClose === true) {
      this.#since = now;
      this.#state = "over";
      this.#streams.length = 0;
      this.#sink.complete(stream.id, Fields.empty);
    } else if (stream !== undefined) {
      const detail = "the connection ended before the response did";
      this.#fail(new HttpError(faults.incompleteResponse, "origin", detail));
    } else {
      this.#stop();
    }
  }

  // ---- Within

  get #patience(): Millis {
    return this.#state === "content" ? this.#limits.contentProgress : this.#limits.responseHead;
  }

  #sending(id: StreamId): ClientStream {
    const last = this.#streams.at(-1) ?? this.#tunnel;
    if (last === undefined || last.id !== id || last.sent) {
      throw new MisuseError(`stream ${id} may not send content now`);
    }
    return last;
  }

  #understand(bytes: Buffer, now: Millis): number {
    if (this.#busy) {
      throw new MisuseError("octets arrived while others are being understood");
    }
    this.#busy = true;
    this.#at = 0;
    this.#arrived = bytes.length;
    try {
      while (this.#at < bytes.length && this.#step(bytes, now)) {
        // Each step understands something.
      }
    } catch (error) {
      if (!(error instanceof HttpError)) {
        throw error;
      }
      this.#fail(new HttpError({ ...error.fault, status: 502 }, "origin", error.detail));
    } finally {
      this.#busy = false;
    }
    return this.#at;
  }

  #at = 0;
  #arrived = 0;

  #step(bytes: Buffer, now: Millis): boolean {
    const end = bytes.length;
    switch (this.#state) {
      case "over":
        this.#at = end;
        return false;
      case "tunnel":
        this.#deliver(this.#tunnel as ClientStream, bytes.subarray(this.#at, end));
        this.#at = end;
        return false;
      case "content": {
        const before = this.#at;
        this.#readContent(this.#content as ContentReader, bytes, now);
        return this.#at > before || this.#state !== "content";
      }
      case "head": {
        const stream = this.#streams[0];
        if (stream === undefined) {
          throw new HttpError(faults.unsolicited, "origin", "octets came that answer no request");
        }
        const after = this.#heads.read(bytes, this.#at, end, stream.method);
        if (after === INCOMPLETE) {
          return false;
        }
        this.#at = after;
        this.#since = now;
        this.#begin(stream, this.#heads.found as ReadResponse, now);
        return true;
      }
    }
  }

  #begin(stream: ClientStream, response: ReadResponse, now: Millis): void {
    const { head, framing } = response;
    judgeHead(stream, head.status, this.#limits);
    if (head.status < 200 && head.status !== 101) {
      this.#sink.informational(stream.id, head);
      return;
    }
    const tunnels = head.status === 101 || (stream.method === "CONNECT" && head.status < 300);
    this.#persists &&= response.persists && !tunnels;
    if (tunnels) {
      this.#tunnel = stream;
      this.#state = "tunnel";
      stream.sent = false;
      this.#streams.shift();
      this.#sink.response(stream.id, head);
      this.#abandonRest();
      this.#sink.writable(stream.id);
      return;
    }
    this.#sink.response(stream.id, head);
    if (framing.type === "none") {
      this.#finish(stream, Fields.empty, now);
    } else {
      this.#state = "content";
      this.#content = new ContentReader(framing, this.#limits);
    }
  }

  #readContent(content: ContentReader, bytes: Buffer, now: Millis): void {
    const stream = this.#streams[0] as ClientStream;
    this.#at = content.read(bytes, this.#at, bytes.length);
    if (content.data !== undefined) {
      this.#deliver(stream, content.data);
    }
    if (content.done && this.#state === "content") {
      this.#finish(stream, content.trailers, now);
    }
  }

  #deliver(stream: ClientStream, bytes: Uint8Array): void {
    stream.unread += bytes.length;
    this.#sink.content(stream.id, bytes);
  }

  /** A response is whole. One that came before its request was sent ends the connection (RFC 9112 §9.5). */
  #finish(stream: ClientStream, trailers: Fields, now: Millis): void {
    this.#streams.shift();
    this.#content = undefined;
    this.#since = now;
    this.#state = this.#persists && stream.sent ? "head" : "over";
    // What is here already must not answer a request that is sent from now on (RFC 9112 §6.3).
    this.#persists &&= this.#streams.length > 0 || this.#at === this.#arrived;
    this.#sink.complete(stream.id, trailers);
    if (this.over) {
      this.#abandonRest();
    }
  }

  /** Requests behind the last response are not answered: they may be sent again elsewhere (RFC 9112 §9.3.1). */
  #abandonRest(): void {
    for (const stream of this.#streams.splice(0)) {
      const detail = "the connection closed before this request was answered";
      this.#sink.fault(stream.id, new HttpError(faults.incompleteResponse, "origin", detail));
    }
  }

  #fail(error: HttpError): void {
    const stream = this.#streams.shift();
    this.#stop();
    this.#sink.fault(stream?.id, error);
    this.#abandonRest();
  }

  #stop(): void {
    this.#state = "over";
    this.#persists = false;
    if (!this.#busy) {
      this.#held.clear();
    }
  }
}
