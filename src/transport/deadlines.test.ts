/** Deadlines on a virtual clock: looked at not before they are due, and not much later. */
import { deepStrictEqual } from "node:assert/strict";
import { afterEach, describe, it } from "node:test";
import type { Clock, Millis } from "../message/index.ts";
import { Deadlines, type Timed, tick } from "./deadlines.ts";

/** Something with a deadline that notes when it was told. */
class Noting implements Timed {
  bucket = 0;
  deadline: Millis | undefined;
  readonly told: Millis[] = [];
  readonly next: Millis | undefined;

  constructor(deadline: Millis | undefined, next?: Millis) {
    this.deadline = deadline;
    this.next = next;
  }

  expire(now: Millis): void {
    this.told.push(now);
    this.deadline = this.next !== undefined && this.told.length === 1 ? now + this.next : undefined;
  }
}

describe("Deadlines", () => {
  let now = 0;
  const clock: Clock = { now: () => now, wall: () => now };
  const watched: (readonly [Deadlines, Timed])[] = [];

  function watching(...all: readonly Noting[]): Deadlines {
    now = 0;
    const deadlines = new Deadlines(clock);
    for (const timed of all) {
      deadlines.watch(timed);
      watched.push([deadlines, timed]);
    }
    return deadlines;
  }

  /** Time goes on by ticks, and each is swept, as the timer does. */
  function pass(deadlines: Deadlines, until: Millis): void {
    while (now < until) {
      now = Math.min(now + tick, until);
      deadlines.sweep();
    }
  }

  afterEach(() => {
    for (const [deadlines, timed] of watched.splice(0)) {
      deadlines.forget(timed);
      deadlines.sweep();
    }
  });

  // biome-ignore format: a table
  const rows = [
    // rule                             deadline     told at
    ["on a tick",                       4 * tick,     [4 * tick]],
    ["between ticks: at the next",      4 * tick + 1, [5 * tick]],
    ["just before a tick",              4 * tick - 1, [4 * tick]],
    ["past already: at the first look", -5,           [tick]],
    ["now: at the first look",          0,            [tick]],
    ["none",                            undefined,    []],
    ["beyond the time that passes",     99 * tick,    []],
  ] as const;
  for (const [rule, deadline, told] of rows) {
    it(rule, () => {
      const timed = new Noting(deadline);
      pass(watching(timed), 20 * tick);
      deepStrictEqual(timed.told, told);
    });
  }

  it("moved later without a word: looked at, not told before the new time", () => {
    const timed = new Noting(2 * tick);
    const deadlines = watching(timed);
    timed.deadline = 10 * tick;
    pass(deadlines, 9 * tick);
    deepStrictEqual(timed.told, []);
    pass(deadlines, 11 * tick);
    deepStrictEqual(timed.told, [10 * tick]);
  });

  it("moved earlier and watched again", () => {
    const timed = new Noting(50 * tick);
    const deadlines = watching(timed);
    timed.deadline = 3 * tick;
    deadlines.watch(timed);
    pass(deadlines, 60 * tick);
    deepStrictEqual(timed.told, [3 * tick]);
  });

  it("taken away without a word: never told", () => {
    const timed = new Noting(2 * tick);
    const deadlines = watching(timed);
    timed.deadline = undefined;
    pass(deadlines, 10 * tick);
    deepStrictEqual(timed.told, []);
  });

  it("forgotten: never told; watched once more: told", () => {
    const timed = new Noting(2 * tick);
    const deadlines = watching(timed);
    deadlines.forget(timed);
    deadlines.forget(timed);
    pass(deadlines, 4 * tick);
    deepStrictEqual(timed.told, []);
    deadlines.watch(timed);
    pass(deadlines, 6 * tick);
    deepStrictEqual(timed.told, [5 * tick]);
  });

  it("a new deadline set while being told is watched", () => {
    const timed = new Noting(2 * tick, 3 * tick);
    pass(watching(timed), 20 * tick);
    deepStrictEqual(timed.told, [2 * tick, 5 * tick]);
  });

  it("after a long sleep everything due is told at once, the rest in its time", () => {
    const due = Array.from({ length: 50 }, (_, i) => new Noting(i * tick));
    const later = new Noting(2_000_000 * tick);
    const deadlines = watching(...due, later);
    now = 1_000_000 * tick;
    deadlines.sweep();
    deepStrictEqual([due.every(({ told }) => told.length === 1 && told[0] === now), later.told], [true, []]);
    now = 2_000_000 * tick;
    deadlines.sweep();
    deepStrictEqual(later.told, [now]);
  });

  it("forgetting one while another is told", () => {
    const second = new Noting(2 * tick);
    const first = new Noting(2 * tick);
    const deadlines = watching(first, second);
    first.expire = () => {
      first.deadline = undefined;
      second.deadline = undefined;
      deadlines.forget(second);
    };
    pass(deadlines, 5 * tick);
    deepStrictEqual(second.told, []);
  });

  it("ten thousand at random times: each told once, within a tick", () => {
    const many = Array.from({ length: 10_000 }, (_, i) => new Noting((i * 7_919) % (100 * tick)));
    const due = many.map(({ deadline }) => deadline as Millis);
    pass(watching(...many), 120 * tick);
    const bad = many.filter(({ told }, i) => {
      const late = (told[0] ?? Number.NaN) - (due[i] as Millis);
      return told.length !== 1 || !(late >= 0 && late <= tick);
    });
    deepStrictEqual(bad.length, 0);
  });
});
