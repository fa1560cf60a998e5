/** Those who wait for a turn while every upstream is busy: first come, first served, bounded in number and time. */
import type { Millis } from "../../message/index.ts";
import type { Deadlines, Timed } from "../../transport/index.ts";

export interface Waiter {
  /** Waits for others than it has asked before, which may be free: it holds up nobody behind it. */
  readonly choosy: boolean;
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
  readonly #waiters = new Map<Waiter, { readonly since: Millis; readonly choosy: boolean }>();
  #choosy = 0;
  #moving = false;

  constructor(most: number, patience: Millis, deadlines: Deadlines) {
    this.most = most;
    this.patience = patience;
    this.#deadlines = deadlines;
  }

  get length(): number {
    return this.#waiters.size;
  }

  /** Somebody is there whom whoever comes must not pass by. */
  get holdsUp(): boolean {
    return this.#waiters.size > this.#choosy;
  }

  /** All wait equally long, so the first is the first to be late. */
  get deadline(): Millis | undefined {
    const { value } = this.#waiters.values().next();
    return value === undefined ? undefined : value.since + this.patience;
  }

  /** @returns false where the line is full. */
  join(waiter: Waiter, now: Millis): boolean {
    if (this.#waiters.size >= this.most) {
      return false;
    }
    const { choosy } = waiter;
    this.#waiters.set(waiter, { since: now, choosy });
    this.#choosy += choosy ? 1 : 0;
    this.#deadlines.watch(this);
    return true;
  }

  leave(waiter: Waiter): void {
    const known = this.#waiters.get(waiter);
    if (known !== undefined) {
      this.#waiters.delete(waiter);
      this.#choosy -= known.choosy ? 1 : 0;
    }
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
      for (const [waiter, { choosy }] of this.#waiters) {
        if (!waiter.launch(now) && !choosy) {
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
      this.leave(waiter);
      waiter.refuse();
    }
  }

  expire(now: Millis): void {
    for (const [waiter, { since }] of this.#waiters) {
      if (since + this.patience > now) {
        return;
      }
      this.leave(waiter);
      waiter.late(now - since);
    }
  }
}
