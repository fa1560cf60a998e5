/** Those who wait for a turn while every upstream is busy: first come, first served, bounded in number and time. */
import type { Millis } from "../../message/index.ts";
import type { Deadlines, Timed } from "../../transport/index.ts";

export interface Waiter {
  /**
   * Goes on if it can: leaves the line itself, before anything else.
   *
   * @returns false where there is still no room for it.
   */
  launch(now: Millis): boolean;
  /** It waited too long. Has left the line already. */
  late(waited: Millis): void;
  /** There is nobody left to wait for. Has left the line already. */
  refuse(): void;
}

export class WaitingLine implements Timed {
  readonly most: number;
  readonly patience: Millis;
  bucket = 0;
  readonly #deadlines: Deadlines;
  /** In the order they came, each with the time. */
  readonly #waiters = new Map<Waiter, Millis>();
  #moving = false;

  constructor(most: number, patience: Millis, deadlines: Deadlines) {
    this.most = most;
    this.patience = patience;
    this.#deadlines = deadlines;
  }

  get length(): number {
    return this.#waiters.size;
  }

  /** All wait equally long, so the first is the first to be late. */
  get deadline(): Millis | undefined {
    const { value } = this.#waiters.values().next();
    return value === undefined ? undefined : value + this.patience;
  }

  /** @returns false where the line is full. */
  join(waiter: Waiter, now: Millis): boolean {
    if (this.#waiters.size >= this.most) {
      return false;
    }
    this.#waiters.set(waiter, now);
    this.#deadlines.watch(this);
    return true;
  }

  leave(waiter: Waiter): void {
    this.#waiters.delete(waiter);
  }

  /**
   * A member has room, or there are other members: whoever can goes on, in order.
   *
   * @param hope - Waiting makes sense for the others.
   */
  move(now: Millis, hope: boolean): void {
    // Whoever goes on may fail at once, which is again news for the line.
    if (this.#moving) {
      return;
    }
    this.#moving = true;
    try {
      for (;;) {
        const { value: first } = this.#waiters.keys().next();
        if (first === undefined) {
          return;
        }
        if (!first.launch(now)) {
          break;
        }
      }
    } finally {
      this.#moving = false;
    }
    if (!hope) {
      this.dissolve();
    }
  }

  /** Refuses everyone. */
  dissolve(): void {
    for (const waiter of this.#waiters.keys()) {
      this.#waiters.delete(waiter);
      waiter.refuse();
    }
  }

  expire(now: Millis): void {
    for (const [waiter, since] of this.#waiters) {
      if (since + this.patience > now) {
        return;
      }
      this.#waiters.delete(waiter);
      waiter.late(now - since);
    }
  }
}
