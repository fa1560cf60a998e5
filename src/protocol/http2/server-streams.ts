/** The streams of a server's connection: those that are open, and what is known of the others (RFC 9113 §5.1). */
import type { Priority } from "../../fields/index.ts";
import type { Millis, Octets, RequestHead, StreamId } from "../../message/index.ts";
import { ServerStream } from "./server-stream.ts";
import type { StreamState } from "./stream-states.ts";

const memory = {
  /** Streams that we reset and whose frames are let pass. */
  resets: 256,
  /** For how long they are. */
  resetTime: 30_000,
  /** Gaps between the ids of streams. */
  gaps: 16,
} as const;

interface Reset {
  readonly id: StreamId;
  readonly until: Millis;
}

interface Gap {
  readonly from: StreamId;
  readonly to: StreamId;
}

export class ServerStreams {
  readonly #open = new Map<StreamId, ServerStream>();
  /** The stream whose request is being told of: most are answered before they are listed. */
  #present: ServerStream | undefined;
  #spare: ServerStream | undefined = new ServerStream();
  /** The last stream that the client opened. */
  last: StreamId = 0;
  /** Streams after `last` are not taken any more: whatever comes on them is let pass (RFC 9113 §6.8). */
  final = false;
  #lastPushed: StreamId = 0;
  /** Open streams that we promised. */
  pushed = 0;
  #resets: Reset[] = [];
  #nextReset = 0;
  #gaps: Gap[] = [];
  #nextGap = 0;
  /** Priorities of streams that are not open yet (RFC 9218 §7.1). */
  #awaited: Map<StreamId, Priority> | undefined;

  /** Streams that are open, pushed ones included. */
  get size(): number {
    return this.#open.size + (this.#present === undefined ? 0 : 1);
  }

  /** Streams of the client that are open. */
  get requests(): number {
    return this.size - this.pushed;
  }

  find(id: StreamId): ServerStream | undefined {
    return this.#present?.id === id ? this.#present : this.#open.get(id);
  }

  all(): Iterable<ServerStream> {
    this.keep();
    return this.#open.values();
  }

  /** The client opened a stream, or tried to: ids below it that were not used cannot be any more. */
  advance(id: StreamId): void {
    const expected = this.last === 0 ? 1 : this.last + 2;
    if (id > expected) {
      this.#gaps[this.#nextGap] = { from: expected, to: id };
      this.#nextGap = (this.#nextGap + 1) % memory.gaps;
    }
    this.last = id;
  }

  /** A stream for a request that is about to be told of; `keep` lists it where it is still open then. */
  begin(
    id: StreamId,
    state: StreamState,
    head: RequestHead | undefined,
    window: Octets,
    now: Millis,
  ): ServerStream {
    this.keep();
    const stream = this.#spare ?? new ServerStream();
    this.#spare = undefined;
    stream.begin(id, state, head, window, now);
    this.#present = stream;
    return stream;
  }

  /** Lists the present stream. */
  keep(): void {
    if (this.#present !== undefined) {
      this.#open.set(this.#present.id, this.#present);
      this.#present = undefined;
    }
  }

  promise(head: RequestHead, window: Octets, now: Millis): ServerStream {
    this.#lastPushed += 2;
    const stream = new ServerStream();
    stream.begin(this.#lastPushed, "reservedLocal", head, window, now);
    stream.pushed = true;
    this.#open.set(stream.id, stream);
    this.pushed += 1;
    return stream;
  }

  /** Ids for promises are left. */
  get mayPromise(): boolean {
    return this.#lastPushed < 2_147_483_646;
  }

  /** Forgets a stream that is over. One that was answered at once and never had content is used again. */
  close(stream: ServerStream): void {
    stream.gone = true;
    stream.state = "closed";
    if (this.#present === stream) {
      this.#present = undefined;
      if (!stream.touched) {
        this.#spare = stream;
      }
      return;
    }
    this.#open.delete(stream.id);
    if (stream.pushed) {
      this.pushed -= 1;
    }
  }

  /** A PRIORITY_UPDATE came before its stream. @param most - Of these, to be kept. */
  awaitPriority(id: StreamId, priority: Priority, most: number): void {
    this.#awaited ??= new Map();
    if (this.#awaited.size < most || this.#awaited.has(id)) {
      this.#awaited.set(id, priority);
    }
  }

  takePriority(id: StreamId): Priority | undefined {
    const awaited = this.#awaited;
    if (awaited === undefined) {
      return undefined;
    }
    const priority = awaited.get(id);
    awaited.delete(id);
    if (awaited.size === 0) {
      this.#awaited = undefined;
    }
    return priority;
  }

  /** We reset stream `id`: what the peer sent before it knows of it is no fault. */
  rememberReset(id: StreamId, now: Millis): void {
    this.#resets[this.#nextReset] = { id, until: now + memory.resetTime };
    this.#nextReset = (this.#nextReset + 1) % memory.resets;
  }

  /** The state of a stream that is not open. */
  stateOf(id: StreamId, now: Millis): StreamState {
    if ((id & 1) === 0) {
      return id > this.#lastPushed ? "idle" : this.#wasReset(id, now) ? "reset" : "closed";
    }
    if (id > this.last) {
      return this.final ? "reset" : "idle";
    }
    if (this.#wasReset(id, now)) {
      return "reset";
    }
    return this.#gaps.some(({ from, to }) => id >= from && id < to) ? "skipped" : "closed";
  }

  #wasReset(id: StreamId, now: Millis): boolean {
    return this.#resets.some((reset) => reset.id === id && now <= reset.until);
  }
}
