/**
 * What all parts of a server's connection share: its streams, its windows, what is owed, and what
 * happens when a stream or the connection breaks (RFC 9113 §5.4).
 */
import { Buffer } from "node:buffer";
import { HttpError, type Millis, type Octets, type StreamId } from "../../message/index.ts";
import { errorCode } from "./error-codes.ts";
import { clientFault, codeOf, faults } from "./faults.ts";
import { type Flood, FloodGauge, floods } from "./floods.ts";
import { firstWindow, writeGoaway, writeRstStream, writeWindowUpdate } from "./frames.ts";
import type { Http2Limits } from "./limits.ts";
import type { Http2Fate, Http2ServerSink } from "./machine.ts";
import { Outbox } from "./outbox.ts";
import { PeerSettings } from "./peer-settings.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { Schedule } from "./schedule.ts";
import type { ServerStream } from "./server-stream.ts";
import { ServerStreams } from "./server-streams.ts";
import { afterEnd } from "./stream-states.ts";

/** Most octets of a fault's words in a GOAWAY. */
const debugOctets = 120;
const noDebug: Uint8Array = new Uint8Array(0);

/** Content that nobody reads, after the whole response: a client about to end by itself need not be reset. */
const unwanted = {
  /** Octets that are thrown away before the stream is reset. */
  octets: 65_536,
  /** For how long they are waited for. */
  time: 2_000,
} as const;

export class ServerLink {
  readonly sink: Http2ServerSink;
  readonly limits: Http2Limits;
  readonly out: Outbox = new Outbox();
  readonly streams: ServerStreams = new ServerStreams();
  readonly peer: PeerSettings = new PeerSettings();
  readonly #floods: FloodGauge;
  /** How much content the client may send on the connection, and how much we may. */
  readonly inbound: ReceiveWindow;
  window: Octets = firstWindow;
  /** Until then the client had to wait for us: its window was shut, or nothing was read. */
  heldUntil: Millis = 0;
  /** Nothing is read at present. */
  held = false;
  /** As the connection's first request has it: promised requests have the same. */
  scheme: string | undefined;
  /** Streams that only the connection's window holds back. */
  readonly blocked: Set<ServerStream> = new Set();
  /** Made when first something waits: most connections answer everything at once. */
  schedule: Schedule<ServerStream> | undefined;
  /** Of the call under way. */
  now: Millis;
  /** What the path takes there and back, as far as we know. */
  roundTrip: Millis = 1;
  /** Since when no stream is open. */
  idleSince: Millis;
  /** No stream waits too long before this time; looked at anew when it comes. */
  streamDeadline: Millis = Number.POSITIVE_INFINITY;
  /** A rule of the connection was broken, or the peer is gone: nothing is received any more. */
  over = false;
  broken: Exclude<Http2Fate, "open"> | undefined;
  /** Octets owed in answer to control frames since the last drain. */
  answers: Octets = 0;
  readonly #stop: () => void;

  /** @param stop - Called when nothing more shall be received. */
  constructor(sink: Http2ServerSink, limits: Http2Limits, now: Millis, stop: () => void) {
    this.sink = sink;
    this.limits = limits;
    this.now = now;
    this.idleSince = now;
    this.#stop = stop;
    this.#floods = new FloodGauge(limits, now);
    const size = Math.max(limits.connectionWindow, firstWindow);
    this.inbound = new ReceiveWindow(firstWindow, size, limits.windowGrowth, now);
  }

  // ---- Breaking

  /** The connection is over: GOAWAY, and every stream with it. */
  fault(error: HttpError): void {
    if (this.over) {
      return;
    }
    this.goaway(this.streams.last, codeOf(error), Buffer.from(error.detail.slice(0, debugOctets), "latin1"));
    this.broken ??= "end";
    this.stop();
    this.sink.fault(undefined, error);
    this.cancelAll(new HttpError(faults.connectionOver, error.by, error.detail));
  }

  stop(): void {
    this.over = true;
    this.#stop();
  }

  cancelAll(error: HttpError): void {
    for (const stream of [...this.streams.all()]) {
      const { id } = stream;
      // Whoever is told of one may give up others.
      if (!stream.gone) {
        this.close(stream);
        this.sink.cancelled(id, error);
      }
    }
  }

  /** The client broke a rule on one stream. */
  breakStream(id: StreamId, error: HttpError): void {
    if (this.over) {
      return;
    }
    this.writeReset(id, codeOf(error));
    const stream = this.streams.find(id);
    if (this.over) {
      // One answer too many that nobody reads: every stream was told of already.
      return;
    }
    if (stream === undefined) {
      this.sink.fault(id, error);
    } else {
      this.close(stream);
      this.sink.cancelled(id, error);
    }
    this.count("resets", "streams reset");
  }

  /**
   * Something is wrong that the stream can still be told of. Where it is being answered already,
   * it is reset.
   */
  refuse(stream: ServerStream, error: HttpError): void {
    if (stream.answered) {
      this.breakStream(stream.id, error);
      return;
    }
    this.discard(stream);
    this.sink.fault(stream.id, error);
  }

  /** Nobody reads what the request still brings. */
  discard(stream: ServerStream): void {
    stream.touched = true;
    stream.discarding = true;
    const { unread } = stream;
    stream.unread = 0;
    this.credit(stream, unread);
  }

  /** Counts a frame that costs us more than the peer. */
  count(flood: Flood, what: string): void {
    const limit = this.#floods.count(flood, this.now);
    if (limit !== undefined) {
      const seconds = this.limits.floodTime / 1_000;
      this.fault(clientFault(floods[flood], `more than ${limit} ${what} in ${seconds} s (limit ${flood})`));
    }
  }

  /** Content was received or sent. */
  moved(): void {
    this.#floods.moved();
  }

  // ---- Ending

  /** We have sent the whole response. */
  endLocal(stream: ServerStream): void {
    stream.state = afterEnd("local", stream.state);
    if (stream.state === "closed") {
      this.completed(stream);
    } else if (stream.discarding) {
      this.waste(stream);
    }
  }

  /**
   * The response is whole, and nobody reads what the request still brings. The client need not go on sending
   * (RFC 9113 §8.1): where much is to come, or the end does not, the stream is reset. What is left of a
   * short request is let come, for some clients lose the response to the reset.
   */
  waste(stream: ServerStream): void {
    const { head, received, contentWithheld } = stream;
    const rest = head?.contentLength === undefined ? 0 : head.contentLength - received;
    stream.wasteSince ??= this.now;
    stream.wasteFrom ??= received;
    const wasted = received - stream.wasteFrom + rest;
    const late = this.now >= stream.wasteSince + unwanted.time;
    if (head?.method === "CONNECT" || contentWithheld || wasted > unwanted.octets || late) {
      this.writeReset(stream.id, errorCode.noError);
      this.close(stream);
    } else {
      this.watch(stream.wasteSince + unwanted.time - this.now);
    }
  }

  /** Both sides have ended. */
  completed(stream: ServerStream): void {
    this.#floods.completed();
    this.close(stream);
  }

  /** A stream is over, however it came to be. */
  close(stream: ServerStream): void {
    if (stream.gone) {
      return;
    }
    if (stream.scheduled) {
      this.schedule?.remove(stream);
    }
    if (stream.stalled !== undefined) {
      this.blocked.delete(stream);
    }
    if (stream.unread > 0) {
      this.creditConnection(stream.unread);
      stream.unread = 0;
    }
    this.streams.close(stream);
    if (this.streams.size === 0) {
      this.idleSince = this.now;
    }
  }

  // ---- Windows of the client

  /** `octets` of content were read, or thrown away. */
  credit(stream: ServerStream, octets: Octets): void {
    if (stream.isReceiving && stream.inbound !== undefined) {
      const shut = !stream.inbound.isOpen;
      const increment = stream.inbound.consumed(octets, this.now, this.roundTrip);
      if (increment > 0) {
        this.#writeWindowUpdate(stream.id, increment);
        if (shut) {
          stream.progressed = this.now;
          this.watch(this.limits.contentProgress);
        }
      }
    }
    this.creditConnection(octets);
  }

  creditConnection(octets: Octets): void {
    const shut = !this.inbound.isOpen;
    const increment = this.inbound.consumed(octets, this.now, this.roundTrip);
    if (increment > 0 && !this.over) {
      this.#writeWindowUpdate(0, increment);
      if (shut) {
        this.heldUntil = this.now;
        this.watch(this.limits.contentProgress);
      }
    }
  }

  /** So much is owed that nothing more should be read before some of it has left. */
  get isFull(): boolean {
    return this.out.octets > this.limits.unsent;
  }

  /** A stream begins to wait, for `patience` at most. */
  watch(patience: Millis): void {
    const until = this.now + patience;
    if (until < this.streamDeadline) {
      this.streamDeadline = until;
    }
  }

  // ---- Frames without content

  writeReset(id: StreamId, code: number): void {
    const { out } = this;
    out.reserve(16);
    out.at = writeRstStream(out.block, out.at, id, code);
    this.streams.rememberReset(id, this.now);
    this.answered(13);
  }

  goaway(last: StreamId, code: number, debug: Uint8Array = noDebug): void {
    const { out } = this;
    out.reserve(32 + debug.length);
    out.at = writeGoaway(out.block, out.at, last, code, debug);
  }

  /** Counts what a client that never reads would have us keep (RFC 9113 §10.5). */
  answered(octets: Octets): void {
    this.answers += octets;
    if (this.answers > this.limits.unsentControl && !this.over) {
      // Nothing that we could still say would be read.
      this.broken = "cut";
      const limit = this.limits.unsentControl;
      this.fault(
        clientFault(
          "unsentControl",
          `${this.answers} octets of answers unread (limit unsentControl ${limit})`,
        ),
      );
    }
  }

  #writeWindowUpdate(id: StreamId, increment: Octets): void {
    const { out } = this;
    out.reserve(16);
    out.at = writeWindowUpdate(out.block, out.at, id, increment);
  }

  scheduleOf(): Schedule<ServerStream> {
    this.schedule ??= new Schedule();
    return this.schedule;
  }
}
