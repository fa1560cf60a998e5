/** What leaves through a channel: what it has not taken yet, and since when. */
import type { Clock, Millis, Octets } from "../../message/index.ts";
import type { Channel } from "../../transport/index.ts";

export class Outlet {
  readonly #channel: Channel;
  readonly #clock: Clock;
  #flushed = true;
  #stalledSince: Millis = 0;
  #waiting: Octets = 0;

  constructor(channel: Channel, clock: Clock) {
    this.#channel = channel;
    this.#clock = clock;
  }

  /** Everything written has left. */
  get flushed(): boolean {
    return this.#flushed;
  }

  /** Since when the upstream has taken nothing of what waits for it; means nothing where all was flushed. */
  get stalledSince(): Millis {
    return this.#stalledSince;
  }

  /** Only while everything is flushed. */
  write(chunks: readonly Uint8Array[]): void {
    this.#flushed = this.#channel.write(chunks);
    if (!this.#flushed) {
      this.#stalledSince = this.#clock.now();
      this.#waiting = this.#channel.waiting;
    }
  }

  /** From the channel: everything written has left. */
  leftAll(): void {
    this.#flushed = true;
  }

  /** Whether the upstream has taken nothing for so long. Begins the wait anew where it has. */
  stalls(patience: Millis, now: Millis): boolean {
    const { waiting } = this.#channel;
    if (waiting < this.#waiting) {
      this.#waiting = waiting;
      this.#stalledSince = now;
      return false;
    }
    return now >= this.#stalledSince + patience;
  }
}
