/**
 * The server's side of an HTTP/1 connection (RFC 9112): octets in, requests out;
 * responses in, octets out, in the order of the requests.
 *
 * What comes in is `ServerInput`; this file keeps the streams in order and what is owed.
 */
import {
  Fields,
  HttpError,
  type HttpResponse,
  type MachineBase,
  type Millis,
  MisuseError,
  type Octets,
  type ServerSink,
  type StreamId,
} from "../../message/index.ts";
import type { Dateline } from "./encode.ts";
import { faults } from "./faults.ts";
import type { Http1Limits } from "./limits.ts";
import type { ReadRequest } from "./request-head.ts";
import { ResponseQueue } from "./response-queue.ts";
import { writeResponse } from "./response-writer.ts";
import { ServerInput } from "./server-input.ts";
import type { ServerStream } from "./server-stream.ts";

export interface Http1ServerOptions {
  readonly limits: Http1Limits;
  readonly dateline: Dateline;
}

/**
 * What the transport does once everything drained has left: go on; end our side only;
 * end our side and linger until the peer ends too; close at once a response that its framing
 * shows to be cut short; or reset, where nothing else would show it.
 */
export type Fate = "open" | "half" | "end" | "cut" | "reset";

export class Http1Server implements MachineBase {
  readonly #sink: ServerSink;
  readonly #limits: Http1Limits;
  readonly #dateline: Dateline;
  readonly #input: ServerInput;
  readonly #queue = new ResponseQueue();
  readonly #writable: (id: StreamId) => void;
  /** A parsed head that must not run beside others yet (RFC 9112 §9.3.2). */
  #waiting: ReadRequest | undefined;
  #tunnel: ServerStream | undefined;
  #broken: "cut" | "reset" | undefined;
  /** When the present wait began. */
  #since: Millis;
  #answered = false;

  constructor(sink: ServerSink, options: Http1ServerOptions, now: Millis) {
    this.#sink = sink;
    this.#writable = (id) => sink.writable(id);
    this.#limits = options.limits;
    this.#dateline = options.dateline;
    this.#since = now;
    this.#input = new ServerInput(options.limits, {
      mayTakeRequest: () => this.#waiting === undefined && this.#queue.length < this.#limits.pipelined,
      request: (request, now) => this.#take(request, now),
      content: (bytes) => this.#deliver(bytes),
      complete: (trailers, now) => this.#received(trailers, now),
      refuse: (error) => this.#refuse(error),
      tunnelEnd: () => this.#tunnelEnd(),
    });
  }

  // ---- Octets and time in

  receive(wire: Uint8Array, now: Millis): void {
    if (this.#input.quiet) {
      this.#since = now;
    }
    this.#input.receive(wire, now);
    if (this.#input.state === "content") {
      this.#since = now;
    }
  }

  end(now: Millis): void {
    this.#input.end(now);
  }

  get deadline(): Millis | undefined {
    switch (this.#input.state) {
      case "head":
        if (this.#queue.length > 0 || this.#waiting !== undefined) {
          return undefined;
        }
        if (!this.#input.quiet) {
          return this.#since + this.#limits.fieldSectionTime;
        }
        return this.#since + (this.#answered ? this.#limits.keepAlive : this.#limits.firstByte);
      case "content":
        // A client that waits for 100 (Continue) waits for us.
        return this.wantsInput && this.#queue.last?.contentWithheld !== true
          ? this.#since + this.#limits.contentProgress
          : undefined;
      default:
        return undefined;
    }
  }

  expire(now: Millis): void {
    const { deadline } = this;
    if (deadline === undefined || now < deadline) {
      return;
    }
    if (this.#input.state === "content") {
      const wait = this.#limits.contentProgress;
      this.#input.stop();
      this.#refuse(new HttpError(faults.requestTimeout, "client", `no content came for ${wait} ms`), true);
    } else if (this.#input.quiet) {
      this.#input.stop();
    } else {
      const wait = this.#limits.fieldSectionTime;
      this.#input.stop();
      this.#refuse(new HttpError(faults.requestTimeout, "client", `no whole field section in ${wait} ms`));
    }
  }

  get wantsInput(): boolean {
    switch (this.#input.state) {
      case "head":
        return this.#waiting === undefined && this.#queue.length < this.#limits.pipelined;
      case "content":
        return (this.#queue.last?.unread ?? 0) < this.#limits.unreadContent;
      case "tunnel":
        return (this.#tunnel?.unread ?? 0) < this.#limits.unreadContent;
      case "undecided":
        return false;
      case "ignored":
        return true;
    }
  }

  /** Octets were not read for a while, by our own doing: the peer's time begins anew. */
  unhold(now: Millis): void {
    this.#since = this.#input.state === "content" ? now : this.#since;
  }

  consumed(id: StreamId, octets: Octets, now: Millis): void {
    const stream = this.#tunnel?.id === id ? this.#tunnel : this.#queue.find(id);
    if (stream !== undefined) {
      const stood = !this.wantsInput;
      stream.unread = Math.max(0, stream.unread - octets);
      if (stood && this.wantsInput) {
        this.#since = now;
        this.#input.resume(now);
      }
    }
  }

  /** The reader wants no more of a request's content: the rest is read and thrown away, bounded. */
  discard(id: StreamId, now: Millis): void {
    if (this.#tunnel?.id === id) {
      this.#input.stop();
      return;
    }
    const stream = this.#queue.find(id);
    if (stream !== undefined && !stream.received && !stream.discarding) {
      stream.discarding = true;
      stream.unread = 0;
      if (stream.sent && stream.contentWithheld) {
        this.#abandon(stream);
      }
      this.#since = now;
      this.#flush(now);
      this.#input.resume(now);
    }
  }

  // ---- Answers in

  /**
   * Answers a request. Content that is empty or bytes leaves as a whole; pulled content
   * follows by `content` and `complete` once `sendable` says so.
   *
   * @param reading - Whether someone still reads the request's content.
   * @throws MisuseError for a response that cannot be written; nothing of it has left then.
   */
  respond(id: StreamId, response: HttpResponse, reading: boolean, now: Millis): void {
    const stream = this.#queue.find(id);
    if (stream === undefined || stream.response !== undefined) {
      throw new MisuseError(`stream ${id} ${stream === undefined ? "is over" : "is answered already"}`);
    }
    if (response.tunnel && !stream.mayTunnel) {
      throw new MisuseError(`stream ${id} asked for no tunnel: neither CONNECT nor Upgrade`);
    }
    if (response.tunnel && !stream.received) {
      // The tunnel's octets begin behind the whole request (RFC 9110 §7.8).
      throw new MisuseError(`stream ${id} cannot become a tunnel before its request is whole`);
    }
    this.#decidePersistence(stream, response, reading, now);
    stream.head = writeResponse(response, stream, this.#dateline);
    stream.response = response;
    if (!stream.persists && stream.received && !response.tunnel) {
      this.#input.stop();
    }
    if (response.tunnel) {
      this.#tunnel = stream;
      this.#input.enter("tunnel");
    } else if (this.#input.state === "undecided" && stream === this.#queue.last) {
      this.#input.enter("head");
    }
    this.#flush(now);
    this.#input.resume(now);
  }

  /**
   * An interim response. One 100 (Continue) at most leaves, and only to a client that waits for it.
   *
   * @throws MisuseError for a status that is not interim.
   */
  inform(id: StreamId, status: number, fields: Fields = Fields.empty, now: Millis = this.#since): void {
    this.#queue.inform(id, status, fields);
    if (status === 100 && this.#input.state === "content") {
      this.#since = now;
    }
  }

  /** Part of a pulled response's content; `bytes` must stay as they are until they have left. */
  content(id: StreamId, bytes: Uint8Array): void {
    this.#queue.content(id, bytes);
  }

  /** A pulled response's content is whole; less than announced cuts the connection (RFC 9112 §8). */
  complete(id: StreamId, trailers: Fields, now: Millis): void {
    if (!this.#queue.complete(id, trailers)) {
      this.reset(id);
      return;
    }
    this.#flush(now);
    this.#input.resume(now);
  }

  /** A response breaks off: the connection is cut, so that it cannot look complete. */
  reset(id: StreamId): void {
    const stream = this.#queue.find(id);
    this.#broken = stream === undefined || stream.chunked || stream.left !== undefined ? "cut" : "reset";
    this.#queue.clear();
    this.#waiting = undefined;
    this.#input.stop();
  }

  /** Takes no further request; what is in flight is finished and says Connection: close. */
  shutdown(): void {
    this.#waiting = undefined;
    const last = this.#queue.last;
    if (last !== undefined) {
      last.persists = false;
    }
    if (this.#input.state === "head") {
      this.#input.stop();
    }
  }

  /** Octets we may hand over: all for the oldest stream, none for those behind it. */
  sendable(id: StreamId): Octets {
    return this.#queue.sendable(id);
  }

  // ---- Octets out

  /** Octets owed since the last call: the list is good until the next one, the chunks must stay until they have left. */
  drain(): readonly Uint8Array[] {
    return this.#queue.drain();
  }

  get fate(): Fate {
    if (this.#broken !== undefined) {
      return this.#broken;
    }
    if (this.#tunnel !== undefined && this.#queue.length === 0) {
      return this.#input.state === "tunnel" ? "half" : "end";
    }
    return this.#input.state === "ignored" && this.#queue.length === 0 ? "end" : "open";
  }

  // ---- From the input

  #take(request: ReadRequest, now: Millis): void {
    if (!this.#queue.mayRun(request.head.method)) {
      this.#waiting = request;
      return;
    }
    this.#begin(request, now);
  }

  #begin(request: ReadRequest, now: Millis): void {
    const stream = this.#queue.add(request);
    this.#since = now;
    this.#input.begin(request, stream.persists);
    // Taken before: an answer given at once may let the content be read within the call.
    const whole = stream.received;
    this.#sink.request(stream.id, request.head);
    if (whole && this.#tunnel !== stream) {
      this.#sink.complete(stream.id, Fields.empty);
    }
  }

  #deliver(bytes: Uint8Array): void {
    const stream = this.#tunnel ?? this.#queue.last;
    if (stream === undefined) {
      return;
    }
    stream.contentBegun = true;
    if (!stream.discarding) {
      stream.unread += bytes.length;
      this.#sink.content(stream.id, bytes);
      return;
    }
    stream.discarded += bytes.length;
    if (stream.discarded > this.#limits.drainedContent) {
      this.#abandon(stream);
      this.#flush(this.#since);
    }
  }

  #received(trailers: Fields, now: Millis): void {
    const stream = this.#queue.last;
    if (stream !== undefined) {
      stream.received = true;
      this.#input.afterContent(stream);
      if (!stream.discarding) {
        this.#sink.complete(stream.id, trailers);
      }
      this.#flush(now);
    }
  }

  /** Tells of a fault: on the stream whose content it broke, or on a new one for a head that is none. */
  #refuse(error: HttpError, inContent = this.#input.faultInContent): void {
    const stream = (inContent ? this.#queue.last : undefined) ?? this.#queue.add(undefined);
    stream.received = true;
    stream.persists = false;
    // An answer that is whole but waits for its turn is not told of: nothing can be done about it.
    if (stream.response === undefined || !(stream.sent || stream.bodiless)) {
      this.#sink.fault(stream.id, error);
    }
    this.#flush(this.#since);
  }

  #tunnelEnd(): void {
    if (this.#tunnel !== undefined) {
      this.#sink.complete(this.#tunnel.id, Fields.empty);
    }
  }

  // ---- Order

  #decidePersistence(stream: ServerStream, response: HttpResponse, reading: boolean, now: Millis): void {
    if (!stream.received) {
      if (stream.contentWithheld) {
        // What comes next may be content or a request: nobody can tell (RFC 9110 §10.1.1).
        this.#abandon(stream);
      } else if (!reading) {
        stream.discarding = true;
        stream.unread = 0;
        this.#since = now;
        const missing = this.#input.missing;
        if (missing !== undefined && missing > this.#limits.drainedContent) {
          this.#abandon(stream);
        }
      }
    }
    if (stream.method === "CONNECT" && !response.tunnel) {
      stream.persists = false;
    }
  }

  /** Gives up on the rest of a request's content: the connection ends after the response. */
  #abandon(stream: ServerStream): void {
    stream.received = true;
    stream.persists = false;
    this.#input.stop();
  }

  /** Sends what is owed in order; retires streams that are through. */
  #flush(now: Millis): void {
    for (;;) {
      const through = this.#queue.advance(this.#writable);
      if (through === undefined) {
        return;
      }
      this.#answered = true;
      this.#since = now;
      if (!through.persists && through !== this.#tunnel) {
        this.#queue.clear();
        this.#input.stop();
      } else if (this.#waiting !== undefined && this.#queue.length === 0) {
        const request = this.#waiting;
        this.#waiting = undefined;
        this.#begin(request, now);
      }
    }
  }
}
