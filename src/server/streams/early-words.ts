/** Listens to a client for whom no upstream is found yet: keeps what it says, and notices when it leaves. */
import { Buffer } from "node:buffer";
import type { Octets } from "../../message/index.ts";
import type { Channel, Receiver } from "../../transport/index.ts";

/** Octets after which the client is read no further. */
const enough: Octets = 16_384;

export class EarlyWords implements Receiver {
  readonly #channel: Channel;
  readonly #left: () => void;
  #kept: Buffer[] = [];
  #length: Octets = 0;
  #ended = false;

  /** @param left - Called when the client is gone. */
  constructor(channel: Channel, left: () => void) {
    this.#channel = channel;
    this.#left = left;
    channel.attach(this);
  }

  /** Says it all again, in order, to who listens now. */
  tell(receiver: Pick<Receiver, "receive" | "end">): void {
    if (this.#length > enough) {
      this.#channel.resume();
    }
    const kept = this.#kept;
    this.#kept = [];
    for (const bytes of kept) {
      receiver.receive(bytes);
    }
    if (this.#ended) {
      receiver.end();
    }
  }

  receive(bytes: Uint8Array): void {
    this.#kept.push(Buffer.from(bytes));
    this.#length += bytes.length;
    if (this.#length > enough) {
      this.#channel.pause();
    }
  }

  end(): void {
    this.#ended = true;
  }

  flushed(): void {}

  closed(): void {
    this.#left();
  }
}
