/**
 * The server's side of an HTTP/2 connection (RFC 9113): octets in, requests out; responses in, octets
 * out, in the order that priorities and windows allow.
 *
 * What comes in is `ServerInput`, what goes out `ResponseWriter` and `ContentSender`; this file is the
 * face of them all, and the connection's beginning, waiting and end.
 */
import {
  type Fields,
  HttpError,
  type HttpResponse,
  type MachineBase,
  type Millis,
  MisuseError,
  type Octets,
  type RequestHead,
  type StreamId,
} from "../../message/index.ts";
import { errorCode } from "./error-codes.ts";
import { faults } from "./faults.ts";
import { FrameReader } from "./frame-reader.ts";
import { clientPreface, firstWindow, type SettingPair, setting, writeSettings } from "./frames.ts";
import type { Http2Limits } from "./limits.ts";
import type { Http2Fate, Http2ServerOptions, Http2ServerSink, PushedRequest } from "./machine.ts";
import { ResponseWriter } from "./response-writer.ts";
import { ServerClosing } from "./server-closing.ts";
import { ServerControl } from "./server-control.ts";
import { ServerInput } from "./server-input.ts";
import { ServerLink } from "./server-link.ts";
import { ServerRequests } from "./server-requests.ts";
import { ServerWaits } from "./server-waits.ts";

export class Http2Server implements MachineBase {
  readonly #link: ServerLink;
  readonly #limits: Http2Limits;
  readonly #reader: FrameReader;
  readonly #input: ServerInput;
  readonly #writer: ResponseWriter;
  readonly #closing: ServerClosing;
  readonly #waits: ServerWaits;

  constructor(sink: Http2ServerSink, options: Http2ServerOptions, now: Millis) {
    const { limits } = options;
    this.#limits = limits;
    this.#link = new ServerLink(sink, limits, now, () => this.#reader.stop());
    this.#closing = new ServerClosing(this.#link);
    this.#waits = new ServerWaits(this.#link, this.#closing, now);
    this.#writer = new ResponseWriter(this.#link, options.dateline);
    const requests = new ServerRequests(this.#link, this.#waits);
    const control = new ServerControl(this.#link, this.#writer, this.#closing, this.#waits, requests);
    this.#input = new ServerInput(this.#link, requests, control);
    this.#reader = new FrameReader(this.#input, clientPreface);
    this.#greet();
  }

  /** Our SETTINGS, which come first (RFC 9113 §3.4), and what the connection's window is beyond its first size. */
  #greet(): void {
    const { concurrentStreams, streamWindow, headerTable, fieldSection } = this.#limits;
    const settings: SettingPair[] = [
      [setting.maxConcurrentStreams, concurrentStreams],
      [setting.initialWindowSize, streamWindow],
      [setting.maxHeaderListSize, fieldSection],
      [setting.enableConnectProtocol, 1],
      [setting.noRfc7540Priorities, 1],
    ];
    if (headerTable !== 4_096) {
      settings.unshift([setting.headerTableSize, headerTable]);
    }
    const { out } = this.#link;
    out.reserve(128);
    out.at = writeSettings(out.block, out.at, settings);
    if (this.#limits.connectionWindow > firstWindow) {
      this.#link.creditConnection(0);
    }
  }

  // ---- Octets and time in

  receive(wire: Uint8Array, now: Millis): void {
    const link = this.#link;
    link.now = now;
    if (link.over) {
      return;
    }
    this.#reader.receive(wire);
    const partial = this.#reader.partial || this.#input.inBlock;
    this.#waits.arrived(this.#reader.begun, partial ? this.#input.begun : undefined, now);
  }

  /** The peer will send nothing more: whole requests are answered as far as the windows allow. */
  end(now: Millis): void {
    const link = this.#link;
    link.now = now;
    if (link.over || this.#closing.ended) {
      return;
    }
    this.#closing.ended = true;
    this.#reader.stop();
    for (const stream of [...link.streams.all()]) {
      if (!stream.gone && stream.isReceiving) {
        const { id } = stream;
        link.close(stream);
        const detail = "the connection ended within the request";
        link.sink.cancelled(id, new HttpError(faults.incomplete, "client", detail));
      }
    }
  }

  get wantsInput(): boolean {
    return !this.#link.isFull;
  }

  get deadline(): Millis | undefined {
    return this.#waits.deadline;
  }

  expire(now: Millis): void {
    this.#link.now = now;
    this.#waits.expire(now);
  }

  /** Nothing is read from here on, so that nothing the client sends can be late. */
  hold(): void {
    this.#link.held = true;
  }

  /** The client is heard again: what is waited for begins anew. */
  unhold(now: Millis): void {
    this.#link.held = false;
    this.#link.heldUntil = now;
  }

  /** The reader took `octets` of a request's content. */
  consumed(id: StreamId, octets: Octets, now: Millis): void {
    this.#link.now = now;
    const stream = this.#link.streams.find(id);
    if (stream !== undefined) {
      const taken = Math.min(octets, stream.unread);
      stream.unread -= taken;
      this.#link.credit(stream, taken);
    }
  }

  /** The reader wants no more of a request's content: the rest is thrown away. */
  discard(id: StreamId, now: Millis): void {
    this.#link.now = now;
    const stream = this.#link.streams.find(id);
    if (stream !== undefined && !stream.discarding) {
      this.#link.discard(stream);
      if (stream.state === "halfClosedLocal") {
        this.#link.waste(stream);
      }
    }
  }

  // ---- Answers in

  /**
   * Answers a request. Content that is empty or bytes is sent by the machine; pulled content is
   * asked for by `sink.pull` from within `drain`.
   *
   * @param reading - Whether someone still reads the request's content.
   * @throws MisuseError for a response that cannot be written; nothing of it was.
   */
  respond(id: StreamId, response: HttpResponse, reading: boolean, now: Millis): void {
    this.#link.now = now;
    const stream = this.#link.streams.find(id);
    if (stream === undefined || stream.answered) {
      throw new MisuseError(`stream ${id} ${stream === undefined ? "is over" : "is answered already"}`);
    }
    if (stream.state === "reservedLocal") {
      stream.state = "halfClosedRemote";
    }
    if (!reading && stream.isReceiving && !stream.discarding) {
      this.#link.discard(stream);
    }
    this.#writer.respond(stream, response);
  }

  /**
   * An interim response. One 100 (Continue) at most leaves, and only to a client that waits for it.
   *
   * @throws MisuseError for a status that is not interim, or is 101 (RFC 9113 §8.6).
   */
  inform(id: StreamId, status: number, fields: Fields, now: Millis): void {
    this.#link.now = now;
    const stream = this.#link.streams.find(id);
    if (stream !== undefined && !stream.answered && stream.state !== "reservedLocal") {
      this.#writer.inform(stream, status, fields);
    }
  }

  /** Pulled content that was pending can be read. */
  ready(id: StreamId): void {
    const stream = this.#link.streams.find(id);
    if (stream !== undefined) {
      this.#writer.sender.ready(stream);
    }
  }

  /**
   * Promises a GET of `target` on the parent's stream (RFC 9113 §8.4), to be answered like a request.
   *
   * @param target - Path and query, percent-encoded.
   * @returns undefined where the client or the limits do not allow it.
   * @throws MisuseError for a target or fields that cannot be written.
   */
  push(parent: StreamId, target: string, fields: Fields, now: Millis): PushedRequest | undefined {
    const link = this.#link;
    link.now = now;
    const { streams, peer } = link;
    const by = streams.find(parent);
    const room = Math.min(this.#limits.pushes, peer.maxConcurrentStreams);
    if (
      by?.head === undefined ||
      by.pushed ||
      by.head.method === "CONNECT" ||
      !peer.enablePush ||
      this.#closing.peerIsGoing ||
      this.#closing.since !== undefined ||
      streams.pushed >= room ||
      !streams.mayPromise
    ) {
      return undefined;
    }
    const head = promisedHead(by.head, target, fields);
    const stream = this.#writer.promise(by, link.scheme ?? "https", head, () =>
      streams.promise(head, peer.initialWindowSize, now),
    );
    return { stream: stream.id, head };
  }

  /** A response breaks off, or will not come. */
  reset(id: StreamId, now: Millis): void {
    this.#link.now = now;
    const stream = this.#link.streams.find(id);
    if (stream !== undefined) {
      this.#link.writeReset(id, errorCode.internalError);
      this.#link.close(stream);
    }
  }

  /** Takes no further requests, in two steps, so that none under way is lost (RFC 9113 §6.8); finishes the others. */
  shutdown(now: Millis): void {
    this.#link.now = now;
    this.#closing.begin(now, this.#closing.ended || !this.#reader.begun);
  }

  /** Octets that both windows let us hand over. */
  sendable(id: StreamId): Octets {
    const stream = this.#link.streams.find(id);
    return stream === undefined ? 0 : Math.max(0, Math.min(stream.window, this.#link.window));
  }

  // ---- Octets out

  /**
   * What is owed, control frames and heads first, then content by priority, up to about `room` octets.
   * What the call before gave must have left, or been copied: its blocks are used again.
   */
  drain(now: Millis, room: Octets): readonly Uint8Array[] {
    const link = this.#link;
    link.now = now;
    if (link.isFull) {
      link.heldUntil = now;
    }
    this.#writer.sender.fill(room);
    link.answers = 0;
    return link.out.drain();
  }

  /** The connection is gone: nothing that it owes will leave. */
  release(): void {
    this.#link.out.release();
  }

  /** `drain` would give something now. */
  get owes(): boolean {
    return this.#link.out.octets > 0 || this.#writer.sender.isBusy;
  }

  /** No stream is open. */
  get idle(): boolean {
    return this.#link.streams.size === 0;
  }

  get fate(): Http2Fate {
    return this.#closing.fate;
  }
}

function promisedHead(parent: RequestHead, target: string, fields: Fields): RequestHead {
  const mark = target.indexOf("?");
  return {
    method: "GET",
    target: {
      form: "origin",
      path: mark < 0 ? target : target.slice(0, mark),
      query: mark < 0 ? undefined : target.slice(mark + 1),
    },
    rawTarget: target,
    authority: parent.authority,
    host: parent.host,
    version: "2",
    fields,
    contentLength: 0,
    expectsContinue: false,
  };
}
