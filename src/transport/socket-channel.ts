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
import type { Channel, Receiver } from "./channel.ts";
import { type Writer, type WritingHandle, writeDirectly, writingHandle } from "./direct-write.ts";

/** Octets a single read may bring. */
export const readSize = 65_536;
/** Several chunks up to this size leave as one copied block; beyond, as a vector. */
const joinSize = 65_536;

const readBuffer: Buffer = Buffer.allocUnsafeSlow(readSize);
/** Where small chunks are joined; given away when the socket could not send it at once. */
let joinBuffer: Buffer = Buffer.allocUnsafeSlow(joinSize);

/** Views of the read buffer's beginning by length, made once each: most reads are short. */
const views: Uint8Array[] = [];
const viewedLength = 2_048;

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
  const channel: { current: SocketChannel | undefined } = { current: undefined };
  const options = {
    handle,
    allowHalfOpen: true,
    manualStart: true,
    onread: {
      buffer: readBuffer,
      callback: (octets: number, buffer: Uint8Array): boolean => {
        channel.current?.deliver(octets <= viewedLength ? viewOf(octets) : buffer.subarray(0, octets));
        return true;
      },
    },
  };
  const socket = new Socket(options as unknown as ConstructorParameters<typeof Socket>[0]);
  (accepted as Handled)._handle = null;
  channel.current = new SocketChannel(socket, listener, true);
  return channel.current;
}

class SocketChannel implements Channel, Writer {
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
    this.#receiver = receiver;
    const socket = this.#socket;
    if (!this.#borrowing) {
      socket.on("data", (bytes: Buffer) => this.deliver(bytes));
    }
    // Once a peer is gone the system no longer knows its address, but the log wants it.
    this.#remote = remoteOf(socket, this.#listener);
    socket.on("end", () => receiver.end());
    socket.on("error", (error) => {
      this.#shut = true;
      this.#error = error;
    });
    socket.on("close", () => {
      this.#shut = true;
      receiver.closed(this.#error);
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

/** Several small chunks as one block in the shared buffer; undefined where they are too much for it. */
function joined(chunks: readonly Uint8Array[]): Uint8Array | undefined {
  let total = 0;
  for (const chunk of chunks) {
    total += chunk.length;
  }
  if (total > joinSize) {
    return undefined;
  }
  let at = 0;
  for (const chunk of chunks) {
    joinBuffer.set(chunk, at);
    at += chunk.length;
  }
  return joinBuffer.subarray(0, total);
}

/** What has not left yet keeps its buffer: the next block needs another. */
function giveAway(block: Uint8Array | undefined): void {
  if (block?.buffer === joinBuffer.buffer) {
    joinBuffer = Buffer.allocUnsafeSlow(joinSize);
  }
}

function viewOf(octets: number): Uint8Array {
  let view = views[octets];
  if (view === undefined) {
    view = readBuffer.subarray(0, octets);
    views[octets] = view;
  }
  return view;
}

function remoteOf(socket: Socket, listener: Endpoint): Endpoint {
  return listener.family === "unix"
    ? { address: listener.address, port: 0, family: "unix" }
    : endpointOf(socket.remoteAddress, socket.remotePort);
}

function localOf(socket: Socket, listener: Endpoint): Endpoint {
  const everywhere = listener.address === "::" || listener.address === "0.0.0.0";
  return everywhere ? endpointOf(socket.localAddress, listener.port) : listener;
}

function endpointOf(seen = "", port = 0): Endpoint {
  // A dual-stack listener sees IPv4 addresses as mapped ones (RFC 4291 §2.5.5.2).
  const address = seen.startsWith("::ffff:") && seen.includes(".") ? seen.slice(7) : seen;
  return { address, port, family: address.includes(":") ? "ipv6" : "ipv4" };
}
