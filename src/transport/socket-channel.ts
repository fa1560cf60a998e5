/**
 * Channels over `node:net` sockets.
 *
 * A read allocates nothing: all sockets read into one buffer per process, which a
 * receiver borrows. `node:net` offers that (`onread`) only to sockets made by us, so an
 * accepted socket's handle is moved to a new one. Where that is impossible the plain
 * 'data' path takes over; both pass the same suite.
 */
import { Socket } from "node:net";
import type { Endpoint } from "../message/index.ts";
import type { Channel, Receiver } from "./channel.ts";

/** Octets a single read may bring. */
export const readSize = 65_536;
/** Several chunks up to this size leave as one copied block; beyond, as a vector. */
const joinSize = 65_536;

const readBuffer: Buffer = Buffer.allocUnsafeSlow(readSize);
/** Where small chunks are joined; given away when the socket could not send it at once. */
let joinBuffer: Buffer = Buffer.allocUnsafeSlow(joinSize);

const nothing: Buffer = Buffer.alloc(0);

/** What `node:net` keeps beneath a socket, as far as we look at it. */
type Handled = Socket & { _handle: { readonly writeQueueSize?: number } | null };

/**
 * A channel over a socket just accepted with `pauseOnConnect`.
 *
 * @param reading - "borrowed" moves the handle; "plain" keeps the socket and its 'data' events.
 */
export function socketChannel(accepted: Socket, reading: "borrowed" | "plain", local: Endpoint): Channel {
  const handle = (accepted as Handled)._handle;
  if (reading === "plain" || handle === null || typeof handle !== "object") {
    return new SocketChannel(accepted, local, false);
  }
  const channel: { current: SocketChannel | undefined } = { current: undefined };
  const options = {
    handle,
    allowHalfOpen: true,
    manualStart: true,
    onread: {
      buffer: readBuffer,
      callback: (octets: number, buffer: Uint8Array): boolean => {
        channel.current?.deliver(buffer, octets);
        return true;
      },
    },
  };
  const socket = new Socket(options as unknown as ConstructorParameters<typeof Socket>[0]);
  (accepted as Handled)._handle = null;
  channel.current = new SocketChannel(socket, local, true);
  return channel.current;
}

class SocketChannel implements Channel {
  readonly local: Endpoint;
  readonly #socket: Socket;
  readonly #borrowing: boolean;
  #remote: Endpoint | undefined;
  #receiver: Receiver | undefined;
  #paused = false;
  #error: Error | undefined;

  constructor(socket: Socket, local: Endpoint, borrowing: boolean) {
    this.#socket = socket;
    this.local = local;
    this.#borrowing = borrowing;
  }

  get remote(): Endpoint {
    this.#remote ??= remoteOf(this.#socket, this.local);
    return this.#remote;
  }

  attach(receiver: Receiver): void {
    this.#receiver = receiver;
    const socket = this.#socket;
    if (!this.#borrowing) {
      socket.on("data", (bytes: Buffer) => this.deliver(bytes, bytes.length));
    }
    socket.on("end", () => receiver.end());
    socket.on("error", (error) => {
      this.#error = error;
    });
    socket.on("close", () => receiver.closed(this.#error));
    socket.resume();
  }

  /** @internal From the socket: `octets` of `buffer` have come. */
  deliver(buffer: Uint8Array, octets: number): void {
    this.#receiver?.receive(octets === buffer.length ? buffer : buffer.subarray(0, octets));
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (socket.destroyed || !socket.writable) {
      return true;
    }
    if (chunks.length === 1) {
      socket.write(chunks[0] as Uint8Array);
    } else if (chunks.length > 1) {
      this.#writeSeveral(chunks);
    }
    if (socket.writableLength === 0) {
      return true;
    }
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
    this.#socket.end();
  }

  destroy(how?: "reset"): void {
    // Unix sockets know no reset.
    if (how === "reset" && this.local.family !== "unix") {
      this.#socket.resetAndDestroy();
    } else {
      this.#socket.destroy();
    }
  }

  #writeSeveral(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket;
    let total = 0;
    for (const chunk of chunks) {
      total += chunk.length;
    }
    if (total > joinSize) {
      socket.cork();
      for (const chunk of chunks) {
        socket.write(chunk);
      }
      socket.uncork();
      return;
    }
    let at = 0;
    for (const chunk of chunks) {
      joinBuffer.set(chunk, at);
      at += chunk.length;
    }
    socket.write(joinBuffer.subarray(0, total));
    if (socket.writableLength > 0) {
      joinBuffer = Buffer.allocUnsafeSlow(joinSize);
    }
  }
}

function remoteOf(socket: Socket, local: Endpoint): Endpoint {
  if (local.family === "unix") {
    return { address: local.address, port: 0, family: "unix" };
  }
  const address = socket.remoteAddress ?? "";
  return {
    // A dual-stack listener sees IPv4 clients as mapped addresses (RFC 4291 §2.5.5.2).
    address: address.startsWith("::ffff:") && address.includes(".") ? address.slice(7) : address,
    port: socket.remotePort ?? 0,
    family: address.includes(":") && !address.startsWith("::ffff:") ? "ipv6" : "ipv4",
  };
}
