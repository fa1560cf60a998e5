/** The streams of a client's connection: those under way, and what is known of the others (RFC 9113 §5.1). */
import type { Octets, StreamId } from "../../message/index.ts";
import type { ClientStream } from "./client-stream.ts";
import { mostStreamId } from "./frames.ts";
import type { ReceiveWindow } from "./receive-window.ts";
import type { StreamState } from "./stream-states.ts";

/** Streams that we reset and whose late frames are let pass; of older ones the frames of any stream are. */
const resetsKept = 1_024;

export class ClientStreams {
  readonly #open = new Map<StreamId, ClientStream>();
  /** Content of complete responses that their readers have not consumed. */
  readonly #unread = new Map<StreamId, Octets>();
  /** With what the origin server may still send on them before it knows. */
  readonly #resets = new Map<StreamId, ReceiveWindow>();
  /** Streams up to this one may have been reset by us: nobody remembers. */
  #forgotten: StreamId = 0;
  #next: StreamId = 1;

  get size(): number {
    return this.#open.size;
  }

  /** Requests for which ids are left. */
  get idsLeft(): number {
    return (mostStreamId - this.#next) / 2 + 1;
  }

  /** The id of the next stream. */
  get next(): StreamId {
    return this.#next;
  }

  add(stream: ClientStream): void {
    this.#open.set(stream.id, stream);
    this.#next += 2;
  }

  find(id: StreamId): ClientStream | undefined {
    return this.#open.get(id);
  }

  /** In the order of their requests. Streams may be closed meanwhile. */
  all(): Iterable<ClientStream> {
    return this.#open.values();
  }

  /** The stream was opened, whatever became of it. */
  wasOpened(id: StreamId): boolean {
    return (id & 1) === 1 && id < this.#next;
  }

  /**
   * Forgets a stream that is over.
   *
   * @param how - "complete": its reader may still consume content; "reset": we gave it up, and frames that
   *   the origin server sent before it knew are let pass; "broken": the origin server or the connection did.
   * @returns Octets of content that nobody will consume.
   */
  close(stream: ClientStream, how: "complete" | "reset" | "broken"): Octets {
    stream.state = "closed";
    this.#open.delete(stream.id);
    if (how === "complete") {
      if (stream.unread > 0) {
        this.#unread.set(stream.id, stream.unread);
      }
      return 0;
    }
    if (how === "reset") {
      this.#remember(stream);
    }
    return stream.unread;
  }

  /** `octets` of a complete response were consumed. @returns How many of them were still unread. */
  consumed(id: StreamId, octets: Octets): Octets {
    const unread = this.#unread.get(id) ?? 0;
    const consumed = Math.min(unread, octets);
    if (consumed === unread) {
      this.#unread.delete(id);
    } else {
      this.#unread.set(id, unread - consumed);
    }
    return consumed;
  }

  /** The state of a stream that is not open. */
  stateOf(id: StreamId): StreamState {
    if (!this.wasOpened(id)) {
      return "idle";
    }
    return id <= this.#forgotten || this.#resets.has(id) ? "reset" : "closed";
  }

  /** Content came late on a stream that we reset. @returns false where it is more than could be under way. */
  chargeReset(id: StreamId, octets: Octets): boolean {
    return this.#resets.get(id)?.charge(octets) ?? true;
  }

  #remember(stream: ClientStream): void {
    this.#resets.set(stream.id, stream.inbound);
    if (this.#resets.size > resetsKept) {
      const [oldest = 0] = this.#resets.keys();
      this.#resets.delete(oldest);
      this.#forgotten = Math.max(this.#forgotten, oldest);
    }
  }
}
