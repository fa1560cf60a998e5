/**
 * What a client owes its origin server: control frames and heads at once, then content as
 * priorities (RFC 9218 §9) and windows (RFC 9113 §5.2) choose, when it is drained.
 */
import { Buffer } from "node:buffer";
import { formatPriority, type Priority } from "../../fields/index.ts";
import type { Fields, HttpError, Millis, Octets, StreamId } from "../../message/index.ts";
import { BlockWriter, HpackEncoder } from "../hpack/index.ts";
import { originFault } from "./client-faults.ts";
import type { Http2ClientLimits } from "./client-limits.ts";
import type { ClientStream } from "./client-stream.ts";
import { codeOf } from "./faults.ts";
import {
  clientPreface,
  fieldBlockRoom,
  firstWindow,
  frameFlag,
  frameHead,
  frameType,
  leastMaxFrame,
  mostWindow,
  type SettingPair,
  setting,
  settingOctets,
  writeFieldBlock,
  writeFrameHead,
  writeGoaway,
  writePing,
  writePriorityUpdate,
  writeRstStream,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from "./frames.ts";
import { encodeRequestHead, encodeTrailers, type OutgoingHead } from "./head-encoder.ts";
import { Outbox } from "./outbox.ts";
import { Schedule } from "./schedule.ts";
import { afterEnd } from "./stream-states.ts";

/** Octets of dynamic table that our encoder uses where the origin server allows it. */
const encoderTable: Octets = 4_096;
/** Octets of a fault's words that GOAWAY carries. */
const debugMost = 200;

/** @throws MisuseError for trailers that cannot be written. */
export function checkTrailers(trailers: Fields): void {
  if (trailers.size > 0) {
    scratch.clear();
    encodeTrailers(tableless, scratch, trailers);
  }
}

const scratch: BlockWriter = new BlockWriter();
const tableless: HpackEncoder = new HpackEncoder({ tableSize: 0 });

export class ClientOutbound {
  readonly #limits: Http2ClientLimits;
  readonly #out = new Outbox();
  readonly #encoder = new HpackEncoder({ tableSize: encoderTable });
  readonly #block = new BlockWriter();
  readonly #schedule = new Schedule<ClientStream>();
  /** What the origin server lets us send on all streams together. */
  #window: Octets = firstWindow;
  /** Octets of `#out` that answer control frames. */
  #controlOctets: Octets = 0;
  /** When the connection's window was opened last. */
  windowSince: Millis;

  constructor(limits: Http2ClientLimits, now: Millis) {
    this.#limits = limits;
    this.windowSince = now;
    this.#begin();
  }

  /** `drain` would give something. */
  get owes(): boolean {
    return this.#out.octets > 0 || (this.#window > 0 && !this.#schedule.isEmpty);
  }

  /** The origin server lets us send content of some stream. */
  get windowIsOpen(): boolean {
    return this.#window > 0;
  }

  // ---- Requests

  /** @throws MisuseError for a head that cannot be written; nothing was, then. */
  head(stream: StreamId, head: OutgoingHead, endStream: boolean): void {
    this.#block.clear();
    encodeRequestHead(this.#encoder, this.#block, head);
    this.#writeBlock(stream, endStream);
  }

  /** The stream has content, or its end, to send. */
  schedule(stream: ClientStream): void {
    if (stream.unsent.length === 0) {
      if (stream.handedOver && stream.state !== "halfClosedLocal") {
        this.#endWithout(stream);
      }
    } else if (stream.window > 0) {
      this.#schedule.add(stream);
    }
  }

  /** Nothing more of this stream leaves. */
  drop(stream: ClientStream): void {
    this.#schedule.remove(stream);
    stream.unsent.clear();
  }

  prioritize(stream: ClientStream, priority: Priority): void {
    this.#schedule.prioritize(stream, priority);
    const field = formatPriority(priority);
    this.#out.reserve(frameHead + 4 + field.length);
    this.#out.at = writePriorityUpdate(this.#out.block, this.#out.at, stream.id, field);
  }

  // ---- What the origin server allows

  /** SETTINGS_HEADER_TABLE_SIZE changed. */
  allowTable(octets: Octets): void {
    this.#encoder.resize(octets);
  }

  /** @returns false where the window would pass what a window can be. */
  openConnection(increment: Octets, now: Millis): boolean {
    this.#window += increment;
    this.windowSince = now;
    return this.#window <= mostWindow;
  }

  /** A stream's window changes by `change`. @returns false where it would pass what a window can be. */
  openStream(stream: ClientStream, change: Octets): boolean {
    stream.window += change;
    if (stream.window <= 0) {
      this.#schedule.remove(stream);
    } else {
      this.schedule(stream);
    }
    return stream.window <= mostWindow;
  }

  // ---- Control frames

  /** @returns What is wrong where the origin server makes us owe too much. */
  acknowledgeSettings(): HttpError | undefined {
    this.#out.reserve(frameHead);
    this.#out.at = writeSettingsAck(this.#out.block, this.#out.at);
    return this.#countControl(frameHead);
  }

  /** @param payload - Where the eight octets stand in `from`. */
  acknowledgePing(from: Uint8Array, payload: number): HttpError | undefined {
    this.#out.reserve(frameHead + 8);
    this.#out.at = writePing(this.#out.block, this.#out.at, true, from, payload);
    return this.#countControl(frameHead + 8);
  }

  reset(stream: StreamId, code: number): void {
    this.#out.reserve(frameHead + 4);
    this.#out.at = writeRstStream(this.#out.block, this.#out.at, stream, code);
  }

  /** @param increment - 0 for none. */
  windowUpdate(stream: StreamId, increment: Octets): void {
    if (increment > 0) {
      this.#out.reserve(frameHead + 4);
      this.#out.at = writeWindowUpdate(this.#out.block, this.#out.at, stream, increment);
    }
  }

  /** @param error - What ends the connection; undefined where all is well. */
  goaway(error: HttpError | undefined): void {
    const debug = Buffer.from((error?.detail ?? "").slice(0, debugMost), "latin1");
    this.#out.reserve(frameHead + 8 + debug.length);
    // No stream of the origin server's was ever taken.
    const code = error === undefined ? 0 : codeOf(error);
    this.#out.at = writeGoaway(this.#out.block, this.#out.at, 0, code, debug);
  }

  // ---- Octets out

  /**
   * Everything owed but content, and content up to about `room` octets in all.
   *
   * @param sent - Told of each frame of content.
   */
  drain(room: Octets, sent: (stream: ClientStream) => void): readonly Uint8Array[] {
    while (this.#window > 0 && this.#out.octets < room) {
      const stream = this.#schedule.next();
      if (stream === undefined) {
        break;
      }
      this.#writeContent(stream);
      sent(stream);
    }
    this.#controlOctets = 0;
    return this.#out.drain();
  }

  // ---- Within

  /** Preface, SETTINGS, and the connection's window, which SETTINGS cannot open (RFC 9113 §3.4, §6.9.2). */
  #begin(): void {
    const { headerTable, fieldSection, streamWindow, connectionWindow } = this.#limits;
    const pairs: SettingPair[] = [
      [setting.headerTableSize, headerTable],
      [setting.enablePush, 0],
      [setting.initialWindowSize, streamWindow],
      [setting.maxHeaderListSize, fieldSection],
      [setting.noRfc7540Priorities, 1],
    ];
    const out = this.#out;
    out.reserve(clientPreface.length + frameHead + pairs.length * settingOctets);
    out.at += out.block.write(clientPreface, out.at, "latin1");
    out.at = writeSettings(out.block, out.at, pairs);
    this.windowUpdate(0, Math.max(0, connectionWindow - firstWindow));
  }

  #writeContent(stream: ClientStream): void {
    const { unsent } = stream;
    // Larger frames than every peer takes would only keep more urgent streams waiting.
    const octets = Math.min(unsent.length, stream.window, this.#window, leastMaxFrame);
    const isLast = stream.handedOver && octets === unsent.length;
    const ends = isLast && stream.trailers.size === 0;
    const out = this.#out;
    out.reserve(frameHead + octets);
    const flags = ends ? frameFlag.endStream : 0;
    const at = writeFrameHead(out.block, out.at, octets, frameType.data, flags, stream.id);
    out.block.set(unsent.view().subarray(0, octets), at);
    out.at = at + octets;
    unsent.take(octets);
    stream.window -= octets;
    this.#window -= octets;
    if (unsent.length === 0 || stream.window <= 0) {
      this.#schedule.remove(stream);
    }
    if (ends) {
      stream.state = afterEnd("local", stream.state);
    } else if (isLast) {
      this.#endWithout(stream);
    }
  }

  /** The end of a request whose content has left: trailers, or an empty frame, which needs no window. */
  #endWithout(stream: ClientStream): void {
    this.#writeTrailers(stream.id, stream.trailers);
    stream.state = afterEnd("local", stream.state);
  }

  #writeTrailers(stream: StreamId, trailers: Fields): void {
    this.#block.clear();
    if (trailers.size > 0 && encodeTrailers(this.#encoder, this.#block, trailers) > 0) {
      this.#writeBlock(stream, true);
      return;
    }
    const out = this.#out;
    out.reserve(frameHead);
    out.at = writeFrameHead(out.block, out.at, 0, frameType.data, frameFlag.endStream, stream);
  }

  #writeBlock(stream: StreamId, endStream: boolean): void {
    const block = this.#block.bytes.subarray(0, this.#block.length);
    const out = this.#out;
    out.reserve(fieldBlockRoom(block.length, leastMaxFrame));
    const flags = endStream ? frameFlag.endStream : 0;
    out.at = writeFieldBlock(out.block, out.at, stream, flags, block, leastMaxFrame);
  }

  #countControl(octets: Octets): HttpError | undefined {
    this.#controlOctets += octets;
    return this.#controlOctets > this.#limits.unsentControl
      ? originFault(
          "unsentControl",
          `${this.#controlOctets} octets owed in answer to control frames, limit ${this.#limits.unsentControl}`,
        )
      : undefined;
  }
}
