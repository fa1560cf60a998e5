/** Attempts without a connection, oldest first, and the connections being opened for them. */
import type { Millis } from "../../message/index.ts";
import type { Timed } from "../../transport/index.ts";
import type { Attempt, Carrier } from "../contract.ts";
import type { Connector } from "./connector.ts";

export class Lane implements Carrier, Timed {
  bucket = 0;
  readonly connecting: Set<Connector> = new Set();
  readonly #patience: Millis;
  readonly #late: (attempt: Attempt) => void;
  readonly #waiting: { readonly attempt: Attempt; readonly since: Millis }[] = [];

  /**
   * @param patience - How long an attempt waits while there may be no further connection.
   * @param late - Told of one that waited too long and waits no more.
   */
  constructor(patience: Millis, late: (attempt: Attempt) => void) {
    this.#patience = patience;
    this.#late = late;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** While connections are being opened, they have deadlines of their own. */
  get deadline(): Millis | undefined {
    const first = this.#waiting[0];
    return first === undefined || this.connecting.size > 0 ? undefined : first.since + this.#patience;
  }

  add(attempt: Attempt, now: Millis): void {
    attempt.carrier = this;
    this.#waiting.push({ attempt, since: now });
  }

  /** The oldest, which waits no more. */
  take(): Attempt | undefined {
    return this.#waiting.shift()?.attempt;
  }

  takeAll(): Attempt[] {
    return this.#waiting.splice(0).map(({ attempt }) => attempt);
  }

  cancel(attempt: Attempt): void {
    const at = this.#waiting.findIndex((each) => each.attempt === attempt);
    if (at >= 0) {
      this.#waiting.splice(at, 1);
    }
  }

  expire(now: Millis): void {
    while ((this.deadline ?? Number.POSITIVE_INFINITY) <= now) {
      this.#late(this.take() as Attempt);
    }
  }
}
