/** Attempts without a connection, oldest first, and the connections being opened for them. */
import type { Attempt, Carrier } from "../contract.ts";
import type { Connector } from "./connector.ts";

export class Lane implements Carrier {
  readonly #waiting: Attempt[] = [];
  readonly connecting: Set<Connector> = new Set();

  get waiting(): number {
    return this.#waiting.length;
  }

  add(attempt: Attempt): void {
    attempt.carrier = this;
    this.#waiting.push(attempt);
  }

  /** The oldest, which waits no more. */
  take(): Attempt | undefined {
    return this.#waiting.shift();
  }

  takeAll(): Attempt[] {
    return this.#waiting.splice(0);
  }

  cancel(attempt: Attempt): void {
    const at = this.#waiting.indexOf(attempt);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
    }
  }
}
