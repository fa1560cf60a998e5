/**
 * Channels over `node:net` sockets.
 *
 * A read allocates nothing: all sockets read into one buffer per process, which a
 * receiver borrows. `node:net` offers that (`onread`) only to sockets made by us, so an
 * accepted socket's handle is moved to a new one. Where that is impossible the plain
 * 'data' path takes over; both pass the same suite.
 */
import { Buffer } from "node:buffer";
import { Socket } from "node:net";
import type { Endpoint } from "../message/index.ts";
import { giveAway, joined } from "./blocks.ts";
import type { Channel, Receiver } from "./channel.ts";
import { type Writer, type WritingHandle, writeDirectly, writingHandle } from "./direct-write.ts";
import { anywhere, type Ends, localOf, remoteOf } from "./endpoints.ts";
import { borrowingSocket } from "./handles.ts";

const nothing: Buffer = Buffer.alloc(0);

/** What `node:net` keeps beneath a socket, as far as we look at it. */
type Handled = Socket & { _handle: { readonly writeQueueSize?: number } | null };

/**
 * A channel over a socket just accepted with `pauseOnConnect`.
 *
 * @param reading - "borrowed" moves the handle; "plain" keeps the socket and its 'data' events.
 */
export function socketChannel(accepted: Socket, reading: "borrowed" | "plain", listener: Endpoint): Channel {
  const handle = (accepted as Handled)._handle;
  if (reading === "plain" || handle === null || typeof handle !== "object") {
    return new SocketChannel(accepted, listener, false);
  }
  const channel = handleChannel(handle, listener);
  (accepted as Handled)._handle = null;
  return channel;
}

/** A channel over the handle of a connection just accepted. */
export function handleChannel(handle: object, listener: Endpoint): Channel {
  const channel: { current: SocketChannel | undefined } = { current: undefined };
  const socket = borrowingSocket(handle, (bytes) => channel.current?.deliver(bytes));
  channel.current = new SocketChannel(socket, listener, true);
  return channel.current;
}

/** A socket of which a channel is to be made once it is connected. */
export interface OpeningSocket {
  readonly socket: Socket;
  /** @param remote - Whom it was connected to. */
  channel(remote: Endpoint): Channel;
}

/** A socket to connect with. It reads nothing before somebody attaches to its channel. */
export function openingSocket(reading: "borrowed" | "plain"): OpeningSocket {
  const made: { current: SocketChannel | undefined } = { current: undefined };
  const borrowing = reading === "borrowed";
  const socket = borrowing
    ? borrowingSocket(undefined, (bytes) => made.current?.deliver(bytes))
    : new Socket({ allowHalfOpen: true });
  socket.pause();
  socket.setNoDelay(true);
  return {
    socket,
    channel: (remote) => {
      const near = remote.family === "unix" ? remote : anywhere;
      made.current = new SocketChannel(socket, near, borrowing, { remote });
      return made.current;
    },
  };
}

/** A socket of a connection whose beginning was read already. */
export interface BegunSocket {
  /** Paused. Where it is of `borrowingSocket`, what arrives goes to `deliver`. */
  readonly socket: Socket;
  readonly reading: "borrowed" | "plain";
  readonly ends: Ends;
  /** What came after the beginning; a copy. */
  readonly rest: Uint8Array;
  /** Names who is given what arrives from now on, when reading is borrowed. */
  deliverTo(deliver: (bytes: Uint8Array) => void): void;
}

/** A channel over such a socket. */
export function begunChannel(begun: BegunSocket, listener: Endpoint): Channel {
  const { socket, reading, ends, rest } = begun;
  const channel = new SocketChannel(socket, listener, reading === "borrowed", ends, rest);
  begun.deliverTo((bytes) => channel.deliver(bytes));
  return channel;
}

class SocketChannel implements Channel, Writer {
  readonly tls: undefined = undefined;
  readonly peer: Endpoint | undefined;
  readonly #socket: Socket;
  readonly #borrowing: boolean;
  readonly #listener: Endpoint;
  #local: Endpoint | undefined;
  #remote: Endpoint | undefined;
  #receiver: Receiver | undefined;
  /** For writing past the stream, where that can be done. */
  readonly #handle: WritingHandle | undefined;
  #paused = false;
  /** Our side has ended, or the channel is gone. */
  #shut = false;
  /** Nothing more will be read. */
  #peerEnded = false;
  #error: Error | undefined;
  /** Why nothing more can be written; reading goes on until the end. */
  #refused: Error | undefined;
  /** What was read before anybody attached. */
  #early: Uint8Array | undefined;

  /** @param ends - Undefined: the system knows. */
  constructor(socket: Socket, listener: Endpoint, borrowing: boolean, ends?: Ends, early?: Uint8Array) {
    this.#socket = socket;
    this.#remote = ends?.remote;
    this.#local = ends?.local;
    this.peer = ends?.peer;
    this.#early = early?.length === 0 ? undefined : early;
    this.#listener = listener;
    this.#borrowing = borrowing;
    this.#handle = borrowing ? writingHandle(socket) : undefined;
  }

  get remote(): Endpoint {
    return this.#remote ?? remoteOf(this.#socket, this.#listener);
  }

  /** On a wildcard listener each connection has its own; the system is asked when somebody wants it. */
  get local(): Endpoint {
    this.#local ??= localOf(this.#socket, this.#listener);
    return this.#local;
  }

  attach(receiver: Receiver): void {
    const first = this.#receiver === undefined;
    this.#receiver = receiver;
    if (first) {
      this.#begin();
    }
  }

  #begin(): void {
    const socket = this.#socket;
    if (!this.#borrowing) {
      socket.on("data", (bytes: Buffer) => this.deliver(bytes));
    }
    // Once a peer is gone the system no longer knows its address, but the log wants it.
    this.#remote ??= remoteOf(socket, this.#listener);
    if (socket.closed) {
      queueMicrotask(() => this.#receiver?.closed(socket.errored ?? undefined));
      return;
    }
    socket.on("end", () => {
      this.#peerEnded = true;
      if (this.#refused === undefined) {
        this.#receiver?.end();
      } else {
        socket.destroy(this.#refused);
      }
    });
    socket.on("error", (error) => {
      this.#shut = true;
      this.#error = error;
    });
    socket.on("close", () => {
      this.#shut = true;
      this.#receiver?.closed(this.#error);
    });
    this.#readOn();
  }

  #readOn(): void {
    if (this.#early === undefined) {
      this.#socket.resume();
      return;
    }
    // Never within the caller's call.
    queueMicrotask(() => {
      const early = this.#early;
      if (early !== undefined && !this.#paused && !this.#socket.destroyed) {
        this.#early = undefined;
        this.#receiver?.receive(early);
        if (!this.#paused) {
          this.#socket.resume();
        }
      }
    });
  }

  /** @internal From the socket: `bytes` have come. */
  deliver(bytes: Uint8Array): void {
    this.#receiver?.receive(bytes);
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (this.#shut) {
      return true;
    }
    const block = chunks.length === 1 ? (chunks[0] as Uint8Array) : joined(chunks);
    if (block !== undefined && this.#handle !== undefined) {
      return this.#writeDirectly(this.#handle, block);
    }
    if (block === undefined) {
      socket.cork();
      for (const chunk of chunks) {
        socket.write(chunk);
      }
      socket.uncork();
    } else {
      socket.write(block);
    }
    if (socket.writableLength === 0) {
      return true;
    }
    giveAway(block);
    // The stream tells of an empty queue only past its high-water mark: a last empty write always does.
    socket.write(nothing, () => {
      if (!socket.destroyed) {
        this.#receiver?.flushed();
      }
    });
    return false;
  }

  get waiting(): number {
    // The stream counts a chunk until all of it has left; the handle counts what the system took.
    return (this.#socket as Handled)._handle?.writeQueueSize ?? this.#socket.writableLength;
  }

  pause(): void {
    if (this.#refused !== undefined) {
      this.#socket.destroy(this.#refused);
    } else if (!this.#paused) {
      this.#paused = true;
      this.#socket.pause();
    }
  }

  resume(): void {
    if (this.#paused) {
      this.#paused = false;
      this.#readOn();
    }
  }

  end(): void {
    this.#shut = true;
    this.#socket.end();
  }

  destroy(how?: "reset"): void {
    this.#shut = true;
    // Unix sockets know no reset.
    if (how === "reset" && this.#listener.family !== "unix") {
      this.#socket.resetAndDestroy();
    } else {
      this.#socket.destroy();
    }
  }

  #writeDirectly(handle: WritingHandle, chunk: Uint8Array): boolean {
    const all = writeDirectly(handle, chunk, this);
    if (typeof all === "number") {
      this.wrote(all);
      return true;
    }
    if (!all) {
      giveAway(chunk);
    }
    return all;
  }

  /** @internal From a direct write: what waited has left, or never will. */
  wrote(status: number): void {
    if (status < 0) {
      this.#shut = true;
      this.#refused = new Error(`the connection takes no more octets (${status})`);
      // What the peer said before it went is read still, such as why it takes nothing (RFC 9112 §9.5).
      if (this.#paused || this.#peerEnded) {
        this.#socket.destroy(this.#refused);
      }
    } else if (!this.#shut) {
      this.#receiver?.flushed();
    }
  }
}
