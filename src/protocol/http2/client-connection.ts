/** What both directions of a client's connection share: its streams, its windows, and how it ends. */
import { type ClientSink, HttpError, type Millis, type Octets, type StreamId } from "../../message/index.ts";
import { originFault } from "./client-faults.ts";
import type { Http2ClientLimits } from "./client-limits.ts";
import { ClientOutbound } from "./client-outbound.ts";
import { OriginSettings } from "./client-settings.ts";
import type { ClientStream } from "./client-stream.ts";
import { ClientStreams } from "./client-streams.ts";
import { errorCode } from "./error-codes.ts";
import { codeOf } from "./faults.ts";
import { type Flood, FloodGauge, floods } from "./floods.ts";
import { firstWindow, mostStreamId } from "./frames.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { afterEnd, type StreamFrame, verdicts } from "./stream-states.ts";

export class ClientConnection {
  readonly sink: ClientSink;
  readonly limits: Http2ClientLimits;
  readonly streams: ClientStreams = new ClientStreams();
  readonly settings: OriginSettings = new OriginSettings();
  readonly outbound: ClientOutbound;
  /** What the origin server may send on all streams together. */
  readonly window: ReceiveWindow;
  /** Of the call under way. */
  now: Millis;
  /** What the path takes there and back, by our SETTINGS and their acknowledgement; 0 before. */
  roundTrip: Millis = 0;
  /** The origin server has acknowledged our SETTINGS. */
  settled = false;
  /** No request is taken any more. */
  closing = false;
  /** Nothing can pass any more. */
  over = false;
  readonly #floods: FloodGauge;
  readonly #began: Millis;
  readonly #stop: () => void;
  /** The last stream that the origin server looked at, by its GOAWAY. */
  #lastTaken: StreamId = mostStreamId;
  /** GOAWAY's code, and words where it has some. */
  #goneAway: string | undefined;

  /** @param stop - Nothing that comes in is to be looked at any more. */
  constructor(sink: ClientSink, limits: Http2ClientLimits, now: Millis, stop: () => void) {
    this.sink = sink;
    this.limits = limits;
    this.outbound = new ClientOutbound(limits, now);
    const most = Math.max(firstWindow, limits.connectionWindow);
    this.window = new ReceiveWindow(most, most, most, now);
    this.#floods = new FloodGauge({ ...limits, resets: Number.POSITIVE_INFINITY }, now);
    this.now = now;
    this.#began = now;
    this.#stop = stop;
  }

  // ---- Streams

  /**
   * The stream that takes such a frame; undefined where it is to be ignored, or broke its stream.
   *
   * @throws HttpError where the state of the stream makes it a fault of the connection (RFC 9113 §5.1).
   */
  taking(id: StreamId, frame: StreamFrame): ClientStream | undefined {
    const stream = this.streams.find(id);
    const state = stream?.state ?? this.streams.stateOf(id);
    // Only we open streams: HEADERS open none here.
    const verdict = state === "idle" ? "idleStream" : verdicts[state][frame];
    if (verdict === "take") {
      return stream;
    }
    if (verdict === "ignore") {
      if (frame !== "data") {
        this.count("unknownFrames");
      }
      return undefined;
    }
    const error = originFault(verdict, `${frame} on stream ${id}, which is ${state}`);
    if (stream === undefined || error.fault.scope === "connection") {
      throw error;
    }
    this.breakStream(stream, error);
    return undefined;
  }

  /** Octets of request content that may be handed over now. */
  sendable(stream: ClientStream): Octets {
    if (stream.withheld || stream.handedOver || stream.isOver) {
      return 0;
    }
    return Math.max(0, Math.min(stream.window, this.limits.unsentContent) - stream.unsent.length);
  }

  /** What may be handed over has changed: tells of it where it had been nothing. */
  look(stream: ClientStream): void {
    const open = this.sendable(stream) > 0;
    if (open && stream.stalled) {
      stream.stalled = false;
      this.sink.writable(stream.id);
    } else if (!open) {
      stream.stalled = true;
    }
  }

  /** A CONNECT was answered: either the tunnel opens, or nothing was asked of us. */
  answered(stream: ClientStream): void {
    stream.withheld = false;
    if (stream.phase === "tunnel") {
      this.look(stream);
      return;
    }
    stream.handedOver = true;
    this.send(stream);
  }

  /** Lets leave what was handed over, or the end. */
  send(stream: ClientStream): void {
    this.outbound.schedule(stream);
    this.retire(stream);
  }

  /** Forgets a stream whose sides have both ended. */
  retire(stream: ClientStream): void {
    if (stream.isOver && this.streams.find(stream.id) === stream) {
      this.streams.close(stream, "complete");
      this.closeWhenIdle();
    }
  }

  /** The origin server has ended its side. */
  ended(stream: ClientStream): void {
    stream.state = afterEnd("remote", stream.state);
    this.retire(stream);
  }

  /** The origin server broke a rule on the stream: resets it, and tells where the response was not whole. */
  breakStream(stream: ClientStream, error: HttpError): void {
    this.#abandon(stream, codeOf(error), error);
  }

  /** We give the stream up. */
  giveUp(stream: ClientStream): void {
    this.#abandon(stream, errorCode.cancel, undefined);
  }

  /** The origin server gave the stream up. One whose response is whole is simply over (RFC 9113 §8.1). */
  lost(stream: ClientStream, error: HttpError): void {
    const whole = stream.state === "halfClosedRemote";
    this.outbound.drop(stream);
    this.giveBack(undefined, this.streams.close(stream, whole ? "complete" : "broken"));
    if (!whole) {
      this.sink.fault(stream.id, error);
    }
    this.closeWhenIdle();
  }

  #abandon(stream: ClientStream, code: number, error: HttpError | undefined): void {
    const whole = stream.state === "halfClosedRemote";
    this.outbound.drop(stream);
    this.outbound.reset(stream.id, code);
    this.giveBack(undefined, this.streams.close(stream, "reset"));
    if (!whole && error !== undefined) {
      this.sink.fault(stream.id, error);
    }
    this.closeWhenIdle();
  }

  /** `octets` that came need no room any more. Without a stream, the connection's window alone opens. */
  giveBack(stream: ClientStream | undefined, octets: Octets): void {
    if (octets === 0 || this.over) {
      return;
    }
    this.outbound.windowUpdate(0, this.window.consumed(octets, this.now, this.roundTrip));
    if (stream !== undefined && (stream.state === "open" || stream.state === "halfClosedLocal")) {
      this.outbound.windowUpdate(stream.id, stream.inbound.consumed(octets, this.now, this.roundTrip));
    }
  }

  // ---- Floods (RFC 9113 §10.5)

  /** Counts a frame that costs us more than the origin server. @throws HttpError past the limit. */
  count(flood: Flood): void {
    const limit = this.#floods.count(flood, this.now);
    if (limit !== undefined) {
      throw originFault(floods[flood], `more than ${limit} in ${this.limits.floodTime} ms (limit ${flood})`);
    }
  }

  /** Content was received or sent: what belongs to it is no flood. */
  moved(): void {
    this.#floods.moved();
  }

  // ---- The origin server's settings

  /** @throws HttpError for a setting that may not be. */
  configure(bytes: Uint8Array, start: number, end: number): void {
    const { peer } = this.settings;
    const { initialWindowSize } = peer;
    check(this.settings.apply(bytes, start, end));
    check(this.outbound.acknowledgeSettings());
    for (const size of peer.tableSizes) {
      this.outbound.allowTable(size);
    }
    const change = peer.initialWindowSize - initialWindowSize;
    if (change === 0) {
      return;
    }
    const streams = [...this.streams.all()];
    for (const stream of streams) {
      if (!this.outbound.openStream(stream, change)) {
        throw originFault("windowOverflow", `SETTINGS open the window of stream ${stream.id} too far`);
      }
    }
    for (const stream of streams) {
      this.look(stream);
    }
  }

  /** The origin server acknowledges SETTINGS. @returns false where it had before. */
  acknowledged(): boolean {
    if (this.settled) {
      return false;
    }
    this.settled = true;
    this.roundTrip = this.now - this.#began;
    return true;
  }

  /** When the acknowledgement must have come; undefined once it has. */
  get settledBy(): Millis | undefined {
    return this.settled ? undefined : this.#began + this.limits.settingsTime;
  }

  // ---- The end

  /** GOAWAY: requests behind `last` were not looked at (RFC 9113 §6.8). */
  goneAway(last: StreamId, words: string): void {
    if (last > this.#lastTaken) {
      throw originFault("goawayRaised", `GOAWAY up to stream ${last} after one up to ${this.#lastTaken}`);
    }
    this.#lastTaken = last;
    this.#goneAway = words;
    this.closing = true;
    for (const stream of this.streams.all()) {
      if (stream.id > last) {
        const detail = `the origin server goes away (${words}) and has not looked at the request`;
        this.lost(stream, originFault("notProcessed", detail));
      }
    }
    this.closeWhenIdle();
  }

  closeWhenIdle(): void {
    if (this.closing && !this.over && this.streams.size === 0) {
      this.#finish(undefined);
    }
  }

  /** The connection breaks a rule, or takes too long: everything on it is over. */
  fail(error: HttpError): void {
    if (this.over) {
      return;
    }
    this.#finish(error);
    this.sink.fault(undefined, error);
    this.#loseAll(new HttpError({ ...error.fault, scope: "stream" }, error.by, error.detail));
  }

  /** The origin server will send nothing more. */
  end(): void {
    if (this.over) {
      return;
    }
    this.over = true;
    this.#stop();
    const after = this.#goneAway === undefined ? "" : ` after GOAWAY (${this.#goneAway})`;
    this.#loseAll(originFault("incompleteResponse", `the connection ended before the response did${after}`));
  }

  #finish(error: HttpError | undefined): void {
    this.over = true;
    this.#stop();
    this.outbound.goaway(error);
  }

  #loseAll(error: HttpError): void {
    for (const stream of this.streams.all()) {
      this.lost(stream, error);
    }
  }
}

function check(error: HttpError | undefined): void {
  if (error !== undefined) {
    throw error;
  }
}
