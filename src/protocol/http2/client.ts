/**
 * The client's side of an HTTP/2 connection (RFC 9113): requests in, octets out; octets in,
 * responses out, each on a stream of its own.
 *
 * It takes no pushes. A request that the origin server did not look at ends in a fault that is
 * `unprocessed`: it may be sent again elsewhere.
 */
import { defaultPriority, type Priority, parsePriority } from "../../fields/index.ts";
import {
  type ClientSink,
  Fields,
  type MachineBase,
  type Millis,
  MisuseError,
  type Octets,
  type StreamId,
} from "../../message/index.ts";
import { ClientConnection } from "./client-connection.ts";
import { originFault } from "./client-faults.ts";
import { ClientInbound } from "./client-inbound.ts";
import type { Http2ClientLimits } from "./client-limits.ts";
import { checkTrailers } from "./client-outbound.ts";
import { ClientStream } from "./client-stream.ts";
import { ClientTimers } from "./client-timers.ts";
import type { OutgoingHead } from "./head-encoder.ts";
import { ReceiveWindow } from "./receive-window.ts";

export interface Http2ClientOptions {
  readonly limits: Http2ClientLimits;
}

/** Requests that every server takes at least, as long as it has not said how many (RFC 9113 §6.5.2). */
const streamsAtFirst = 100;

export class Http2Client implements MachineBase {
  readonly #limits: Http2ClientLimits;
  readonly #connection: ClientConnection;
  readonly #inbound: ClientInbound;
  readonly #timers: ClientTimers;

  constructor(sink: ClientSink, options: Http2ClientOptions, now: Millis) {
    this.#limits = options.limits;
    this.#connection = new ClientConnection(sink, options.limits, now, () => this.#inbound.stop());
    this.#inbound = new ClientInbound(this.#connection);
    this.#timers = new ClientTimers(this.#connection);
  }

  // ---- What it would take

  /** How many more requests may be made now. */
  get mayRequest(): number {
    const { closing, over, streams, settings } = this.#connection;
    if (closing || over) {
      return 0;
    }
    const theirs = this.#inbound.begun ? settings.peer.maxConcurrentStreams : streamsAtFirst;
    const most = Math.min(theirs, this.#limits.concurrentStreams) - streams.size;
    return Math.max(0, Math.min(most, streams.idsLeft));
  }

  /** Whether another request may be sent. */
  get available(): boolean {
    return this.mayRequest > 0;
  }

  /** The origin server understands extended CONNECT (RFC 8441 §3); false before its SETTINGS. */
  get extendedConnect(): boolean {
    return this.#connection.settings.extendedConnect;
  }

  /** No stream is open. */
  get idle(): boolean {
    return this.#connection.streams.size === 0;
  }

  /** No further message can pass: close the connection once everything drained has left. */
  get over(): boolean {
    return this.#connection.over;
  }

  // ---- Requests

  /**
   * Begins a request. Its Priority field also says what leaves first of several requests' content.
   *
   * For CONNECT, content may follow once a 2xx came, whatever `contentLength` says.
   *
   * @throws MisuseError when none may be made now (`mayRequest`) or the head cannot be written: nothing has happened then.
   */
  request(head: OutgoingHead, now: Millis): StreamId {
    if (!this.available) {
      throw new MisuseError("the connection takes no request now");
    }
    if (head.protocol !== undefined && !this.extendedConnect) {
      throw new MisuseError("the origin server has not said that it understands extended CONNECT");
    }
    this.#connection.now = now;
    const { streams, outbound, settings } = this.#connection;
    const { streamWindow, streamWindowGrowth } = this.#limits;
    const field = head.fields.get("priority");
    const stream = new ClientStream({
      id: streams.next,
      method: head.method,
      contentLength: head.contentLength,
      priority: field === undefined ? defaultPriority : parsePriority(field),
      window: settings.peer.initialWindowSize,
      inbound: new ReceiveWindow(streamWindow, streamWindow, streamWindowGrowth, now),
      now,
    });
    outbound.head(stream.id, head, stream.handedOver);
    streams.add(stream);
    this.#connection.look(stream);
    this.#timers.watch(now);
    return stream.id;
  }

  /**
   * Part of a request's content, or of what goes through a tunnel: at most `sendable` octets, which are copied.
   * Ignored on a stream that is over.
   *
   * @throws MisuseError for more than `sendable` or than was announced.
   */
  content(id: StreamId, bytes: Uint8Array): void {
    const stream = this.#sending(id);
    if (stream === undefined || bytes.length === 0) {
      return;
    }
    const sendable = this.#connection.sendable(stream);
    if (bytes.length > sendable) {
      throw new MisuseError(`${bytes.length} octets for stream ${id}, sendable ${sendable}`);
    }
    if (stream.left !== undefined) {
      if (bytes.length > stream.left) {
        throw new MisuseError(
          `content of stream ${id} is ${bytes.length - stream.left} octets longer than announced`,
        );
      }
      stream.left -= bytes.length;
    }
    stream.unsent.append(bytes);
    this.#connection.look(stream);
    this.#connection.send(stream);
  }

  /**
   * The request's content (or our half of a tunnel) is whole. Ignored on a stream that is over.
   *
   * @throws MisuseError when less was handed over than announced, or for trailers that cannot be written.
   */
  complete(id: StreamId, trailers: Fields, now: Millis): void {
    const stream = this.#sending(id);
    if (stream === undefined) {
      return;
    }
    this.#connection.now = now;
    if (stream.left !== undefined && stream.left > 0) {
      throw new MisuseError(`content of stream ${id} ends ${stream.left} octets early: reset it instead`);
    }
    // A tunnel carries octets only (RFC 9113 §8.5).
    const sent = stream.method === "CONNECT" ? Fields.empty : trailers;
    checkTrailers(sent);
    stream.handedOver = true;
    stream.trailers = sent;
    stream.since = now;
    this.#connection.send(stream);
  }

  /** The rest of a request's content stays here, though it is not whole: the response is waited for all the same. */
  halt(id: StreamId): void {
    const stream = this.#connection.streams.find(id);
    if (stream !== undefined) {
      stream.halted = true;
    }
  }

  /** Gives a request up, or the unread content of a whole response. Harmless where it is over. */
  reset(id: StreamId, now: Millis): void {
    this.#connection.now = now;
    const { streams } = this.#connection;
    const stream = streams.find(id);
    if (stream !== undefined) {
      this.#connection.giveUp(stream);
    } else {
      this.#connection.giveBack(undefined, streams.consumed(id, Number.POSITIVE_INFINITY));
    }
  }

  /** Asks for another priority of a response under way (RFC 9218 §6). Harmless where it is over. */
  prioritize(id: StreamId, priority: Priority): void {
    const stream = this.#connection.streams.find(id);
    if (stream !== undefined) {
      this.#connection.outbound.prioritize(stream, priority);
    }
  }

  /** Takes no further request; the connection is over when those under way are. */
  shutdown(now: Millis): void {
    this.#connection.now = now;
    this.#connection.closing = true;
    this.#connection.closeWhenIdle();
  }

  sendable(id: StreamId): Octets {
    const stream = this.#connection.streams.find(id);
    return stream === undefined ? 0 : this.#connection.sendable(stream);
  }

  consumed(id: StreamId, octets: Octets, now: Millis): void {
    this.#connection.now = now;
    const { streams } = this.#connection;
    const stream = streams.find(id);
    if (stream === undefined) {
      this.#connection.giveBack(undefined, streams.consumed(id, octets));
      return;
    }
    const consumed = Math.min(stream.unread, octets);
    stream.unread -= consumed;
    stream.since = now;
    this.#connection.giveBack(stream, consumed);
  }

  // ---- Octets and time

  receive(wire: Uint8Array, now: Millis): void {
    this.#connection.now = now;
    if (!this.over) {
      this.#inbound.receive(wire);
    }
  }

  end(now: Millis): void {
    this.#connection.now = now;
    this.#connection.end();
  }

  /** Always: windows bound what comes, and what else comes is answered in the same measure. */
  get wantsInput(): boolean {
    return true;
  }

  /** Call `expire` by then; it may turn out that nothing was due. */
  get deadline(): Millis | undefined {
    return this.over ? undefined : this.#timers.deadline;
  }

  expire(now: Millis): void {
    this.#connection.now = now;
    if (this.over) {
      return;
    }
    const { settledBy } = this.#connection;
    if (settledBy !== undefined && now >= settledBy) {
      const wait = this.#limits.settingsTime;
      this.#connection.fail(originFault("silentOrigin", `no acknowledgement of SETTINGS in ${wait} ms`));
      return;
    }
    for (const stream of this.#timers.due(now)) {
      const wait = now - stream.since;
      const error = originFault(
        "originTimeout",
        `the origin server moved nothing on for ${Math.round(wait)} ms`,
      );
      this.#connection.breakStream(stream, error);
    }
  }

  /**
   * What is owed: control frames and heads first, then content by priority, at most about `room` octets.
   *
   * Call it only when what it gave before has left or was copied: its blocks are used again.
   */
  drain(now: Millis, room: Octets): readonly Uint8Array[] {
    this.#connection.now = now;
    const moved: ClientStream[] = [];
    const owed = this.#connection.outbound.drain(room, (stream) => {
      stream.since = now;
      this.#connection.moved();
      moved.push(stream);
    });
    for (const stream of moved) {
      this.#connection.retire(stream);
      this.#connection.look(stream);
    }
    return owed;
  }

  /** `drain` would give something now. */
  get owes(): boolean {
    return this.#connection.outbound.owes;
  }

  // ---- Within

  /** The stream whose content is being handed over; undefined where it is over. */
  #sending(id: StreamId): ClientStream | undefined {
    const { streams } = this.#connection;
    const stream = streams.find(id);
    if (stream === undefined ? !streams.wasOpened(id) : stream.withheld || stream.handedOver) {
      throw new MisuseError(`stream ${id} may not send content now`);
    }
    return stream;
  }
}
