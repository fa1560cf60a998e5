/** How long a client waits for its origin server. */
import type { Millis } from "../../message/index.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { ClientStream } from "./client-stream.ts";

/**
 * When the origin server must have moved the stream on; undefined while it need not: a tunnel, a
 * reader that has not consumed what came, or a request whose content we have not handed over.
 */
export function dueAt(stream: ClientStream, connection: ClientConnection): Millis | undefined {
  const { limits, outbound, window } = connection;
  if (stream.phase === "tunnel" || stream.unread > 0 || !window.isOpen) {
    return undefined;
  }
  if (stream.unsent.length > 0) {
    if (stream.window > 0 && outbound.windowIsOpen) {
      // It is the transport that waits.
      return undefined;
    }
    return Math.max(stream.since, outbound.windowSince) + limits.contentProgress;
  }
  if (!stream.handedOver && !stream.withheld && !stream.halted) {
    // A closed window keeps us from handing anything over.
    return stream.window > 0 ? undefined : stream.since + limits.contentProgress;
  }
  return stream.since + (stream.phase === "head" ? limits.responseHead : limits.contentProgress);
}

/** Streams are looked at when the first of them may be due, so that progress costs nothing. */
export class ClientTimers {
  readonly #connection: ClientConnection;
  readonly #shortest: Millis;
  /** No stream is due before. */
  #wake: Millis = Number.POSITIVE_INFINITY;

  constructor(connection: ClientConnection) {
    this.#connection = connection;
    this.#shortest = Math.min(connection.limits.responseHead, connection.limits.contentProgress);
  }

  /** A stream was opened. */
  watch(now: Millis): void {
    this.#wake = Math.min(this.#wake, now + this.#shortest);
  }

  /** When to look; may be early, never late. */
  get deadline(): Millis | undefined {
    const { streams, settledBy } = this.#connection;
    const wake = streams.size === 0 ? undefined : this.#wake;
    return settledBy === undefined || wake === undefined ? (settledBy ?? wake) : Math.min(settledBy, wake);
  }

  /** @returns The streams that are due. */
  due(now: Millis): readonly ClientStream[] {
    if (now < this.#wake) {
      return [];
    }
    this.#wake = Number.POSITIVE_INFINITY;
    const due: ClientStream[] = [];
    for (const stream of this.#connection.streams.all()) {
      const at = dueAt(stream, this.#connection);
      if (at !== undefined && at <= now) {
        due.push(stream);
      } else {
        // One that need not move now may have to from now on.
        this.#wake = Math.min(this.#wake, at ?? now + this.#shortest);
      }
    }
    return due;
  }
}
