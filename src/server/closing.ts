/** How a connection ends: by halves, at once, or with patience for what is still on its way (RFC 9112 §9.6). */
import type { Millis } from "../message/index.ts";
import type { Fate } from "../protocol/http1/index.ts";
import type { Channel } from "../transport/index.ts";

export class Closing {
  readonly #channel: Channel;
  readonly #patience: Millis;
  #lingerUntil: Millis | undefined;
  #peerEnded = false;
  #halfEnded = false;

  /** @param patience - How long the peer may take to end its side after ours. */
  constructor(channel: Channel, patience: Millis) {
    this.#channel = channel;
    this.#patience = patience;
  }

  /** We ended our side and wait for the peer's end until then. */
  get lingerUntil(): Millis | undefined {
    return this.#lingerUntil;
  }

  /** The peer ended its side. @returns Whether that was all we waited for: the connection is gone. */
  peerEnded(): boolean {
    this.#peerEnded = true;
    if (this.#lingerUntil === undefined) {
      return false;
    }
    this.#channel.destroy();
    return true;
  }

  /** Ends our side only: the other half of a tunnel goes on. */
  endHalf(): void {
    if (!this.#halfEnded) {
      this.#halfEnded = true;
      this.#channel.end();
    }
  }

  /** Ends the connection as its machine wants it, once everything owed has left. */
  close(fate: Exclude<Fate, "open" | "half">, now: Millis): void {
    if (fate === "cut" || fate === "reset") {
      this.#channel.destroy(fate === "reset" ? "reset" : undefined);
    } else if (this.#peerEnded) {
      this.#channel.end();
      this.#channel.destroy();
    } else if (this.#lingerUntil === undefined) {
      // Closing at once with octets unread would reset the connection and could destroy
      // the response on its way.
      this.#lingerUntil = now + this.#patience;
      this.#channel.end();
      this.#channel.resume();
    }
  }
}
