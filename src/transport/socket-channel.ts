/**
 * Channels over `node:net` sockets.
 *
 * A read allocates nothing: all sockets read into one buffer per process, which a
 * receiver borrows. `node:net` offers that (`onread`) only to sockets made by us, so an
 * accepted socket's handle is moved to a new one. Where that is impossible the plain
 * 'data' path takes over; both pass the same suite.
 */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Endpoint } from "../message/index.ts";
import { giveAway, joined } from "./blocks.ts";
import type { Channel, Receiver } from "./channel.ts";
import { type Writer, type WritingHandle, writeDirectly, writingHandle } from "./direct-write.ts";
import { localOf, remoteOf } from "./endpoints.ts";
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

class SocketChannel implements Channel, Writer {
  readonly tls: undefined = undefined;
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
  #error: Error | undefined;

  constructor(socket: Socket, listener: Endpoint, borrowing: boolean) {
    this.#socket = socket;
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
    this.#remote = remoteOf(socket, this.#listener);
    socket.on("end", () => this.#receiver?.end());
    socket.on("error", (error) => {
      this.#shut = true;
      this.#error = error;
    });
    socket.on("close", () => {
      this.#shut = true;
      this.#receiver?.closed(this.#error);
    });
    socket.resume();
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
    if (!this.#paused) {
      this.#paused = true;
      this.#socket.pause();
    }
  }

  resume(): void {
    if (this.#paused) {
      this.#paused = false;
      this.#socket.resume();
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
      this.#socket.destroy(new Error(`the connection takes no more octets (${status})`));
    } else if (!this.#shut) {
      this.#receiver?.flushed();
    }
  }
}
