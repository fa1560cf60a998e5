/** Connecting to a host of several addresses (RFC 8305, "Happy Eyeballs"): in which order, and when the next one is tried. */
import type { Millis } from "../message/index.ts";

/** An address to connect to. */
export interface Address {
  readonly address: string;
  readonly family: 4 | 6;
}

/** How long an attempt is alone before the next begins (RFC 8305 §5 and §8). */
export const attemptDelay: Millis = 250;

/**
 * The addresses in the order in which they are tried: the families take turns, so that one that leads
 * nowhere holds up nothing for long. The first stays the first, and within a family the order stays.
 *
 * @source RFC 8305 §4, with a First Address Family Count of 1.
 */
export function interleaved(addresses: readonly Address[]): readonly Address[] {
  const first = addresses[0]?.family;
  const same = addresses.filter(({ family }) => family === first);
  const other = addresses.filter(({ family }) => family !== first);
  if (other.length === 0) {
    return addresses;
  }
  const turns: Address[] = [];
  for (let at = 0; at < same.length || at < other.length; at += 1) {
    turns.push(...same.slice(at, at + 1), ...other.slice(at, at + 1));
  }
  return turns;
}

/** One attempt: what can be taken back. */
export interface Attempting {
  cancel(): void;
}

/** How an attempt goes; it tells once, and never within the call that begins it. */
export interface AttemptTold<Won> {
  won(what: Won): void;
  failed(error: Error): void;
}

export interface AttemptError {
  readonly address: Address;
  readonly error: Error;
}

/** Tries addresses one after another, each beside those before, until one wins. */
export class Race<Won> {
  readonly #attempts = new Set<Attempting>();
  readonly #errors: AttemptError[] = [];
  readonly #addresses: readonly Address[];
  readonly #begin: (address: Address, told: AttemptTold<Won>) => Attempting;
  readonly #won: (what: Won, address: Address) => void;
  readonly #lost: (errors: readonly AttemptError[]) => void;
  #next = 0;
  #over = false;
  #timer: NodeJS.Timeout | undefined;

  /**
   * @param addresses - In the order in which they are tried; at least one.
   * @param lost - Told once all have failed, with an error for each.
   */
  constructor(
    addresses: readonly Address[],
    begin: (address: Address, told: AttemptTold<Won>) => Attempting,
    won: (what: Won, address: Address) => void,
    lost: (errors: readonly AttemptError[]) => void,
  ) {
    this.#addresses = addresses;
    this.#begin = begin;
    this.#won = won;
    this.#lost = lost;
    this.#start();
  }

  /** Takes back every attempt; nothing is told any more. */
  cancel(): void {
    this.#over = true;
    clearTimeout(this.#timer);
    for (const attempt of this.#attempts) {
      attempt.cancel();
    }
    this.#attempts.clear();
  }

  /** Attempts that failed so far. */
  get errors(): readonly AttemptError[] {
    return this.#errors;
  }

  #start(): void {
    clearTimeout(this.#timer);
    const address = this.#addresses[this.#next];
    if (address === undefined) {
      return;
    }
    this.#next += 1;
    const attempt = this.#begin(address, {
      won: (what) => {
        this.#attempts.delete(attempt);
        this.cancel();
        this.#won(what, address);
      },
      failed: (error) => {
        this.#attempts.delete(attempt);
        if (!this.#over) {
          this.#failed(address, error);
        }
      },
    });
    this.#attempts.add(attempt);
    if (this.#next < this.#addresses.length) {
      this.#timer = setTimeout(() => this.#start(), attemptDelay);
    }
  }

  #failed(address: Address, error: Error): void {
    this.#errors.push({ address, error });
    if (this.#next < this.#addresses.length) {
      this.#start();
    } else if (this.#attempts.size === 0) {
      this.#over = true;
      this.#lost(this.#errors);
    }
  }
}
