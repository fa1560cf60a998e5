/** Two channels joined in memory: what one writes the other receives, with backpressure. */
import type { Endpoint } from "../message/index.ts";
import type { Channel, Receiver } from "./channel.ts";

const endpoint: Endpoint = { address: "memory", port: 0, family: "memory" };

/** Octets under way to a paused reader before `write` says that not all has left. */
const room = 65_536;

export function memoryPair(): readonly [Channel, Channel] {
  const one = new MemoryChannel();
  const other = new MemoryChannel();
  one.peer = other;
  other.peer = one;
  return [one, other];
}

class MemoryChannel implements Channel {
  readonly remote: Endpoint = endpoint;
  readonly local: Endpoint = endpoint;
  readonly tls: undefined = undefined;
  peer: MemoryChannel | undefined;
  #receiver: Receiver | undefined;
  #arriving: Uint8Array[] = [];
  #waiting = 0;
  #peerEnded = false;
  #endTold = false;
  #ended = false;
  #paused = false;
  #closed = false;
  #scheduled = false;
  #owesFlush = false;

  attach(receiver: Receiver): void {
    this.#receiver = receiver;
    this.#schedule();
  }

  write(chunks: readonly Uint8Array[]): boolean {
    const { peer } = this;
    if (this.#closed || this.#ended || peer === undefined || peer.#closed) {
      return true;
    }
    for (const chunk of chunks) {
      peer.#arriving.push(Uint8Array.from(chunk));
      peer.#waiting += chunk.length;
    }
    peer.#schedule();
    this.#owesFlush = peer.#waiting > room;
    return !this.#owesFlush;
  }

  get waiting(): number {
    const { peer } = this;
    return peer === undefined ? 0 : peer.#waiting;
  }

  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
    this.#schedule();
  }

  end(): void {
    if (!this.#ended && !this.#closed) {
      this.#ended = true;
      if (this.peer !== undefined) {
        this.peer.#peerEnded = true;
        this.peer.#schedule();
      }
      this.#schedule();
    }
  }

  destroy(how?: "reset"): void {
    // What the peer sent and nobody read is lost, which TCP tells it by a reset too.
    const lost = this.#arriving.length > 0;
    this.#close(undefined);
    this.peer?.fromPeer(lost ? "reset" : how);
  }

  fromPeer(how: "reset" | undefined): void {
    if (how === "reset") {
      this.#close(new Error("connection reset"));
    } else {
      this.#peerEnded = true;
      this.#schedule();
    }
  }

  #close(error: Error | undefined): void {
    if (!this.#closed) {
      this.#closed = true;
      this.#arriving = [];
      queueMicrotask(() => this.#receiver?.closed(error));
    }
  }

  /** From the peer: it has taken everything. */
  leftAll(): void {
    if (this.#owesFlush) {
      this.#owesFlush = false;
      this.#receiver?.flushed();
    }
  }

  /** Delivery comes later, never within the peer's call. */
  #schedule(): void {
    if (!this.#scheduled) {
      this.#scheduled = true;
      queueMicrotask(() => {
        this.#scheduled = false;
        this.#deliver();
      });
    }
  }

  #deliver(): void {
    const receiver = this.#receiver;
    while (receiver !== undefined && !this.#closed && !this.#paused) {
      const bytes = this.#arriving.shift();
      if (bytes === undefined) {
        break;
      }
      this.#waiting -= bytes.length;
      receiver.receive(bytes);
    }
    if (this.#waiting === 0) {
      this.peer?.leftAll();
    }
    if (
      receiver !== undefined &&
      this.#peerEnded &&
      !this.#endTold &&
      !this.#closed &&
      this.#arriving.length === 0
    ) {
      this.#endTold = true;
      receiver.end();
    }
    if (this.#ended && this.#endTold) {
      this.#close(undefined);
    }
  }
}
