/** Two channels joined in memory: what one writes the other receives, with backpressure. */
import type { Endpoint } from "../message/index.ts";
import type { Channel, Receiver } from "./channel.ts";

const endpoint: Endpoint = { address: "memory", port: 0, family: "memory" };

/** Octets under way to a paused reader before `write` says that not all has left. */
const room = 65_536;

export function memoryPair(): readonly [Channel, Channel] {
  const one = new MemoryChannel();
  const other = new MemoryChannel();
  one.other = other;
  other.other = one;
  return [one, other];
}

class MemoryChannel implements Channel {
  readonly remote: Endpoint = endpoint;
  readonly local: Endpoint = endpoint;
  readonly tls: undefined = undefined;
  other: MemoryChannel | undefined;
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
    const { other } = this;
    if (this.#closed || this.#ended || other === undefined || other.#closed) {
      return true;
    }
    for (const chunk of chunks) {
      other.#arriving.push(Uint8Array.from(chunk));
      other.#waiting += chunk.length;
    }
    other.#schedule();
    this.#owesFlush = other.#waiting > room;
    return !this.#owesFlush;
  }

  get waiting(): number {
    const { other } = this;
    return other === undefined ? 0 : other.#waiting;
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
      if (this.other !== undefined) {
        this.other.#peerEnded = true;
        this.other.#schedule();
      }
      this.#schedule();
    }
  }

  destroy(how?: "reset"): void {
    // What the peer sent and nobody read is lost, which TCP tells it by a reset too.
    const lost = this.#arriving.length > 0;
    this.#close(undefined);
    this.other?.fromPeer(lost ? "reset" : how);
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
      this.other?.leftAll();
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
