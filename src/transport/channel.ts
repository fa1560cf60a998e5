/**
 * A channel: one connection's octets, whatever carries them. TCP, Unix sockets and the
 * in-memory pair look alike from above; nothing above may assume a socket.
 */
import type { Endpoint, Octets, TlsFacts } from "../message/index.ts";

export interface Channel {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  /** The other end itself, where `remote` is whom a proxy in front speaks for (PROXY protocol). */
  readonly peer?: Endpoint | undefined;
  /** What the handshake settled; undefined on a connection in the clear. */
  readonly tls: TlsFacts | undefined;
  /** Names who is told, and begins to read. A later call names another in its place, from the next event on. */
  attach(receiver: Receiver): void;
  /**
   * Sends chunks as one write. They must stay unchanged until all has left.
   *
   * @returns Whether all has left already; if not, `flushed` is called once it has.
   */
  write(chunks: readonly Uint8Array[]): boolean;
  /** Octets written that have not left yet. */
  readonly waiting: Octets;
  /** Stops reading, so that backpressure reaches the peer. */
  pause(): void;
  resume(): void;
  /** Ends our side once everything written has left; reading goes on. */
  end(): void;
  /** Closes both sides; what has not left is lost. With `reset` the peer sees an error, not an end. */
  destroy(how?: "reset"): void;
}

export interface Receiver {
  /** `bytes` are borrowed until this returns. */
  receive(bytes: Uint8Array): void;
  /** The peer will send nothing more. */
  end(): void;
  /** Everything written has left. */
  flushed(): void;
  /** The channel is gone, both sides; nothing follows. Called exactly once. */
  closed(error: Error | undefined): void;
}
