/**
 * Sends responses' content in frames: by priority, within both windows, into the blocks that leave next
 * (RFC 9113 §5.2, §6.1, RFC 9218 §10).
 *
 * A stream that could send is in the schedule. One whose source has nothing now waits to be called
 * ready; one whose octets no window lets through waits for a WINDOW_UPDATE.
 */
import { parsePriority } from "../../fields/index.ts";
import type {
  BytesContent,
  Fields,
  HttpResponse,
  Octets,
  PulledContent,
  StreamId,
} from "../../message/index.ts";
import { errorCode } from "./error-codes.ts";
import { frameFlag, frameHead, frameType, leastMaxFrame, writeFrameHead } from "./frames.ts";
import type { ServerLink } from "./server-link.ts";
import type { ServerStream } from "./server-stream.ts";

/** Below this much room in a block, content begins in the next one. */
const leastRoom: Octets = 2_048;
/** Octets in the time of `windowStall` that count as progress. */
const leastProgress: Octets = 1_024;

/** Writes the field section that ends a stream. */
export type TrailerWriter = (stream: ServerStream, trailers: Fields) => void;

export class ContentSender {
  readonly #link: ServerLink;
  readonly #writeTrailers: TrailerWriter;
  /** Streams whose source became ready while it said that it was not: they are asked in the next turn. */
  #again: ServerStream[] = [];
  // The frame of the turn under way: where it begins and ends, and what it may hold.
  #block: Uint8Array | undefined;
  #headAt = 0;
  #endAt = 0;
  #limit: Octets = 0;

  constructor(link: ServerLink, writeTrailers: TrailerWriter) {
    this.#link = link;
    this.#writeTrailers = writeTrailers;
  }

  /** A stream could send now. */
  get isBusy(): boolean {
    const { schedule } = this.#link;
    return schedule !== undefined && (!schedule.isEmpty || this.#again.length > 0);
  }

  /** The head of `response` was sent; its content follows. */
  begin(stream: ServerStream, response: HttpResponse, content: BytesContent | PulledContent): void {
    stream.touched = true;
    stream.sending = true;
    if (content.type === "bytes") {
      stream.piece = content.bytes;
      stream.ended = true;
    } else {
      stream.left = content.length;
    }
    const asked = stream.prioritized
      ? stream.priority
      : parsePriority(stream.head?.fields.get("priority") ?? "");
    stream.prioritized = true;
    stream.priority = parsePriority(response.fields.get("priority") ?? "", asked);
    this.#offer(stream);
  }

  /** The stream's source has something again. */
  ready(stream: ServerStream): void {
    if (stream.sending && stream.piece === undefined && !stream.gone) {
      stream.pending = false;
      stream.readied = true;
      this.#offer(stream);
    }
  }

  /** The stream's window has grown. */
  opened(stream: ServerStream): void {
    if (stream.sending && needsWindow(stream) && !stream.pending && !stream.scheduled) {
      this.#offer(stream);
    }
  }

  /** The connection's window has grown. */
  openedAll(): void {
    const { blocked } = this.#link;
    if (blocked.size > 0) {
      const waiting = [...blocked];
      blocked.clear();
      for (const stream of waiting) {
        this.opened(stream);
      }
    }
  }

  /** Fills what is owed up to about `room` octets. */
  fill(room: Octets): void {
    const { schedule, out } = this.#link;
    if (schedule === undefined) {
      return;
    }
    for (const stream of this.#again.splice(0)) {
      this.ready(stream);
    }
    while (out.octets < room) {
      const stream = schedule.next();
      if (stream === undefined) {
        return;
      }
      this.#block = undefined;
      this.#turn(stream);
    }
    this.#block = undefined;
  }

  #offer(stream: ServerStream): void {
    if (!needsWindow(stream)) {
      this.#link.scheduleOf().add(stream);
    } else if (stream.window <= 0) {
      this.#stall(stream);
    } else if (this.#link.window <= 0) {
      this.#link.blocked.add(stream);
      this.#stall(stream);
    } else {
      this.#link.scheduleOf().add(stream);
    }
  }

  #stall(stream: ServerStream): void {
    if (stream.stalled === undefined) {
      stream.stalled = this.#link.now;
      stream.trickled = 0;
    }
    this.#link.watch(this.#link.limits.windowStall + stream.stalled - this.#link.now);
  }

  /** One frame at most. */
  #turn(stream: ServerStream): void {
    for (;;) {
      if (stream.piece === undefined) {
        if (stream.ended) {
          this.#finish(stream);
          return;
        }
        // A full frame is the turn's end, unless asking once more tells that the content has ended.
        if (this.#block !== undefined && this.#endAt - this.#headAt === this.#limit && stream.left !== 0) {
          return;
        }
        // What no window lets through is not asked for: many streams would hold a piece each.
        if (this.#block === undefined && needsWindow(stream) && this.#allowed(stream) <= 0) {
          this.#wait(stream);
          return;
        }
        if (!this.#pull(stream)) {
          return;
        }
      } else if (this.#block === undefined) {
        if (!this.#open(stream, stream.piece)) {
          return;
        }
      } else if (!this.#extend(stream, stream.piece)) {
        return;
      }
    }
  }

  /** Asks for the next octets. @returns false where the turn is over. */
  #pull(stream: ServerStream): boolean {
    const { id } = stream;
    stream.pending = false;
    stream.readied = false;
    const got = this.#link.sink.pull(id);
    if (stream.gone) {
      return false;
    }
    if (got === "pending") {
      stream.stalled = undefined;
      stream.pending = true;
      this.#link.schedule?.remove(stream);
      if (stream.readied) {
        this.#again.push(stream);
      }
      return false;
    }
    if (got === "broken" || (got instanceof Uint8Array && got.length === 0)) {
      return this.#breakOff(stream, id);
    }
    if (got instanceof Uint8Array) {
      stream.piece = got;
      stream.pieceAt = 0;
      if (stream.left !== undefined) {
        stream.left -= got.length;
      }
    } else {
      stream.ended = true;
      stream.trailers = got;
    }
    // More or less than was announced must not look complete (RFC 9113 §8.1.1).
    if (stream.left !== undefined && (stream.left < 0 || (stream.ended && stream.left > 0))) {
      return this.#breakOff(stream, id);
    }
    return true;
  }

  #breakOff(stream: ServerStream, id: StreamId): false {
    this.#link.writeReset(id, errorCode.internalError);
    this.#link.close(stream);
    return false;
  }

  #allowed(stream: ServerStream): Octets {
    return Math.min(stream.window, this.#link.window, leastMaxFrame);
  }

  /** No window is open. */
  #wait(stream: ServerStream): void {
    this.#link.schedule?.remove(stream);
    this.#offer(stream);
  }

  /** Begins a frame. @returns false where no window lets it through. */
  #open(stream: ServerStream, piece: Uint8Array): boolean {
    const { out } = this.#link;
    const allowed = this.#allowed(stream);
    if (allowed <= 0) {
      this.#wait(stream);
      return false;
    }
    out.reserve(frameHead + Math.min(allowed, leastRoom));
    this.#block = out.block;
    this.#headAt = out.at;
    out.at = writeFrameHead(out.block, out.at, 0, frameType.data, 0, stream.id);
    this.#endAt = out.at;
    this.#limit = Math.min(allowed, out.room) + frameHead;
    // A client that has us send octet by octet earns nothing by it.
    if (allowed >= leastProgress || allowed >= piece.length - stream.pieceAt) {
      this.#link.moved();
    }
    return true;
  }

  /** Puts octets of `piece` into the frame. @returns false where it is full, or another frame came behind it. */
  #extend(stream: ServerStream, piece: Uint8Array): boolean {
    const { out } = this.#link;
    const rest = piece.length - stream.pieceAt;
    const room = this.#limit - (this.#endAt - this.#headAt);
    if (room <= 0 || out.block !== this.#block || out.at !== this.#endAt) {
      return false;
    }
    const octets = Math.min(rest, room);
    const from = stream.pieceAt;
    out.block.set(octets === piece.length ? piece : piece.subarray(from, from + octets), out.at);
    out.at += octets;
    this.#endAt = out.at;
    const length = this.#endAt - this.#headAt - frameHead;
    out.block[this.#headAt + 1] = length >>> 8;
    out.block[this.#headAt + 2] = length;
    stream.window -= octets;
    this.#link.window -= octets;
    stream.pieceAt = from + octets;
    if (octets === rest) {
      stream.piece = undefined;
    }
    if (stream.stalled !== undefined) {
      stream.trickled += octets;
      if (stream.trickled >= leastProgress) {
        stream.stalled = undefined;
      }
    }
    return true;
  }

  /** Everything was sent but the end. */
  #finish(stream: ServerStream): void {
    const { out } = this.#link;
    stream.sending = false;
    if (stream.trailers !== undefined && stream.trailers.size > 0) {
      this.#writeTrailers(stream, stream.trailers);
    } else if (this.#block !== undefined) {
      this.#block[this.#headAt + 4] = frameFlag.endStream;
    } else {
      out.reserve(frameHead);
      out.at = writeFrameHead(out.block, out.at, 0, frameType.data, frameFlag.endStream, stream.id);
    }
    if (!stream.gone) {
      this.#link.schedule?.remove(stream);
      this.#link.endLocal(stream);
    }
  }
}

/** Octets follow for certain: of unknown length, there may be nothing but the end. */
function needsWindow({ piece, left }: ServerStream): boolean {
  return piece !== undefined || (left !== undefined && left > 0);
}
