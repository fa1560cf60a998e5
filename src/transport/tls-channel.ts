/**
 * A channel over a TLS socket whose handshake is through.
 *
 * Node takes clear text at once and encrypts it, but says that it left only in a later turn of the
 * event loop. A session that waited for that would stop and start reading with each response; so
 * what is known to be with the system counts as left, and so does a little behind it.
 */
import { Buffer } from "node:buffer";
import type { Endpoint, Millis, Octets, TlsFacts } from "../message/index.ts";
import { giveAway, joined, joinSize, octetsOf } from "./blocks.ts";
import type { Channel, Receiver } from "./channel.ts";
import { type Ends, localOf } from "./endpoints.ts";
import { readTls, resetTls, type ServerTlsSocket, unsentBeneath } from "./tls-socket.ts";

/** Octets that may wait behind a write under way and count as left. */
const mostBehind: Octets = 16_384;

/** How long octets that counted as left may hold up a channel that is destroyed. */
const parting: Millis = 1_000;

const nothing: Buffer = Buffer.alloc(0);

export class TlsChannel implements Channel {
  readonly remote: Endpoint;
  readonly peer: Endpoint | undefined;
  readonly tls: TlsFacts;
  readonly #socket: ServerTlsSocket;
  readonly #listener: Endpoint;
  #local: Endpoint | undefined;
  #receiver: Receiver | undefined;
  /** Came while nobody read: what Node decrypts in one go does not stop for a pause. */
  #held: Uint8Array[] = [];
  #delivering = false;
  #peerEnded = false;
  #endTold = false;
  #paused = false;
  /** Our side has ended, or the channel is gone. */
  #shut = false;
  #gone = false;
  #error: Error | undefined;

  /** @param ends - Read while the connection was young: of one that is gone the system knows nothing. */
  constructor(socket: ServerTlsSocket, listener: Endpoint, ends: Ends, tls: TlsFacts) {
    this.#socket = socket;
    this.#listener = listener;
    this.remote = ends.remote;
    this.#local = ends.local;
    this.peer = ends.peer;
    this.tls = tls;
    readTls(socket, this);
    socket.on("end", () => {
      this.#peerEnded = true;
      this.#deliverHeld();
    });
  }

  get local(): Endpoint {
    this.#local ??= localOf(this.#socket, this.#listener);
    return this.#local;
  }

  attach(receiver: Receiver): void {
    const first = this.#receiver === undefined;
    this.#receiver = receiver;
    if (first) {
      if (this.#gone) {
        queueMicrotask(() => this.#receiver?.closed(this.#error));
      } else {
        this.#readOn();
      }
    }
  }

  /** @internal From the socket: `bytes` have come. */
  deliver(bytes: Uint8Array): void {
    if (this.#receiver === undefined || this.#paused || this.#held.length > 0) {
      this.#held.push(Buffer.from(bytes));
      if (this.#receiver === undefined) {
        this.#socket.pause();
      }
    } else {
      this.#receiver.receive(bytes);
    }
  }

  /** @internal From the socket: it is gone. */
  closed(): void {
    this.#shut = true;
    this.#gone = true;
    this.#held = [];
    this.#receiver?.closed(this.#error);
  }

  /** @internal From the socket: something failed, it will close. */
  failed(error: Error): void {
    this.#shut = true;
    this.#error ??= error;
    this.#socket.destroy();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    if (this.#shut || chunks.length === 0) {
      return true;
    }
    if (socket.writableLength > 0) {
      return this.#writeBehind(chunks);
    }
    const block = chunks.length === 1 ? (chunks[0] as Uint8Array) : joined(chunks);
    if (block === undefined) {
      this.#writeAll(chunks);
      return this.#owes();
    }
    // Encrypted before this returns, so that the block can be used again.
    socket.write(block);
    if (block.length <= joinSize && unsentBeneath(socket) === 0) {
      return true;
    }
    giveAway(block);
    return this.#owes();
  }

  get waiting(): Octets {
    const { writableLength, _handle: handle } = this.#socket;
    // While a write is under way its encrypted octets go down as the system takes them.
    return writableLength === 0 ? 0 : writableLength + (handle?.writeQueueSize ?? 0);
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
      this.#readOn();
    }
  }

  end(): void {
    this.#shut = true;
    this.#socket.end();
  }

  destroy(how?: "reset"): void {
    this.#shut = true;
    const socket = this.#socket;
    if (how === "reset") {
      resetTls(socket);
    } else if (socket.writableLength > 0 && unsentBeneath(socket) === 0) {
      // What counted as left, or the end of our side, is still under way.
      const timer = setTimeout(() => socket.destroy(), parting).unref();
      socket.once("close", () => clearTimeout(timer));
      socket.destroySoon();
    } else {
      socket.destroy();
    }
  }

  /** Another write is under way: Node keeps what comes behind it. */
  #writeBehind(chunks: readonly Uint8Array[]): boolean {
    const socket = this.#socket;
    const little = octetsOf(chunks);
    if (little <= mostBehind && socket.writableLength <= joinSize && unsentBeneath(socket) === 0) {
      socket.write(Buffer.concat(chunks));
      return true;
    }
    this.#writeAll(chunks);
    return this.#owes();
  }

  #writeAll(chunks: readonly Uint8Array[]): void {
    const socket = this.#socket;
    socket.cork();
    for (const chunk of chunks) {
      socket.write(chunk);
    }
    socket.uncork();
  }

  /** Not all has left: says so, and tells when it has. */
  #owes(): false {
    const socket = this.#socket;
    // The stream tells of an empty queue only past its high-water mark: a last empty write always does.
    socket.write(nothing, () => {
      if (!socket.destroyed) {
        this.#receiver?.flushed();
      }
    });
    return false;
  }

  #readOn(): void {
    if (this.#held.length > 0 || this.#peerEnded) {
      // Never within the caller's call.
      queueMicrotask(() => this.#deliverHeld());
    } else {
      this.#socket.resume();
    }
  }

  #deliverHeld(): void {
    if (this.#delivering) {
      return;
    }
    this.#delivering = true;
    while (this.#reads && this.#held.length > 0) {
      this.#receiver?.receive(this.#held.shift() as Uint8Array);
    }
    this.#delivering = false;
    if (!this.#reads) {
      return;
    }
    if (this.#peerEnded && !this.#endTold) {
      this.#endTold = true;
      this.#receiver?.end();
    }
    this.#socket.resume();
  }

  get #reads(): boolean {
    return !this.#gone && !this.#paused && this.#receiver !== undefined;
  }
}
