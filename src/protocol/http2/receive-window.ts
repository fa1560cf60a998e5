/**
 * How much the peer may send us (RFC 9113 §5.2, §6.9), on a stream or on the connection.
 *
 * The window opens in batches, when half of it was read. Where a reader is so quick that the path
 * waits for it to open, it doubles, up to a limit.
 */
import type { Millis, Octets } from "../../message/index.ts";

export class ReceiveWindow {
  /** What the peer may have under way when nothing waits to be read. */
  size: Octets;
  readonly #most: Octets;
  /** What the peer may still send. */
  #left: Octets;
  /** Read, and not told of yet. */
  #read: Octets = 0;
  /** When the window was told of last. */
  #since: Millis;

  /**
   * @param told - What the peer knows of; the rest up to `size` waits to be told.
   * @param most - What the window may grow to.
   */
  constructor(told: Octets, size: Octets, most: Octets, now: Millis) {
    this.size = size;
    this.#most = Math.max(most, size);
    this.#left = told;
    this.#read = Math.max(0, size - told);
    this.#since = now;
  }

  /** The peer may send something. */
  get isOpen(): boolean {
    return this.#left > 0;
  }

  /** The peer sent `octets`. @returns false where that is more than it may. */
  charge(octets: Octets): boolean {
    this.#left -= octets;
    return this.#left >= 0;
  }

  /**
   * `octets` were read or thrown away.
   *
   * @param roundTrip - What the path takes there and back; growth is measured by it.
   * @returns What to tell in a WINDOW_UPDATE now; 0 for nothing yet.
   */
  consumed(octets: Octets, now: Millis, roundTrip: Millis): Octets {
    this.#read += octets;
    if (this.#read === 0 || this.#read * 2 < this.size) {
      return 0;
    }
    // Half a window in two round trips or less: the peer spends its time waiting for us.
    if (octets > 0 && now - this.#since <= 2 * roundTrip && this.size < this.#most) {
      const grown = Math.min(this.size * 2, this.#most);
      this.#read += grown - this.size;
      this.size = grown;
    }
    const increment = this.#read;
    this.#left += increment;
    this.#read = 0;
    this.#since = now;
    return increment;
  }
}
