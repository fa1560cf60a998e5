/**
 * Whose turn it is: members in turn as often as their shares say, and as evenly as can be.
 *
 * Every turn of a member is a job that is released when the ideal division (a fluid, of which each member
 * gets its share all the time) begins to serve it, and due when that division has served it. Of the jobs
 * released, the one due first is next. This is WF2Q (Bennett and Zhang, 1996): at no time has a member had
 * a whole turn more or less than its share of all turns so far, which the usual smooth weighted round robin
 * (raise all by their weights, take the highest, lower it by the sum) does not promise, and a turn costs
 * O(log n) where that one looks at every member.
 */
import type { Member } from "../contract.ts";
import { IndexHeap } from "./index-heap.ts";

/** Part of a turn by which sums of fractions may be off. */
const tolerance = 1e-6;

export class Turns {
  #places: ReadonlyMap<Member, number> = new Map();
  /** How long one turn of each lasts in the ideal division: 1/share. */
  #lengths = new Float64Array(0);
  /** When the next turn of each begins in the ideal division. */
  #starts = new Float64Array(0);
  /** Released, by when they are due. */
  #ready = new IndexHeap(0);
  /** Not yet released, by when they will be. */
  #waiting = new IndexHeap(0);
  /** How far the ideal division is. */
  #time = 0;
  /** How far one turn of anybody takes it. */
  #step = 0;

  /** Members who stay keep the part of a turn that they are owed or have had too early. */
  assign(members: readonly Member[]): void {
    const { length } = members;
    const places = new Map<Member, number>();
    const lengths = new Float64Array(length);
    const starts = new Float64Array(length);
    let total = 0;
    for (const [i, member] of members.entries()) {
      const before = this.#places.get(member);
      places.set(member, i);
      total += member.share;
      lengths[i] = 1 / member.share;
      // Time since the last assignment counts from 0 again, so that no sum grows for ever.
      starts[i] =
        before === undefined
          ? 0
          : (((this.#starts[before] as number) - this.#time) / (this.#lengths[before] as number)) *
            (lengths[i] as number);
    }
    this.#places = places;
    this.#lengths = lengths;
    this.#starts = starts;
    this.#time = 0;
    this.#step = length === 0 ? 0 : 1 / total;
    this.#ready = new IndexHeap(length);
    this.#waiting = new IndexHeap(length);
    for (let i = 0; i < length; i += 1) {
      this.#waiting.set(i, starts[i] as number, i);
    }
  }

  /** The index of the member whose turn it is, which is over by that; -1 where nobody takes part. */
  next(): number {
    this.#release();
    const next = this.#ready.first;
    if (next < 0) {
      return -1;
    }
    this.#ready.remove(next);
    this.#time += this.#step;
    const start = (this.#starts[next] as number) + (this.#lengths[next] as number);
    this.#starts[next] = start;
    this.#waiting.set(next, start, next);
    return next;
  }

  #release(): void {
    const waiting = this.#waiting;
    if (this.#ready.size === 0 && waiting.size > 0) {
      // Only sums of fractions bring this about: somebody is always owed something.
      this.#time = Math.max(this.#time, waiting.key(waiting.first));
    }
    const until = this.#time + this.#step * tolerance;
    while (waiting.size > 0 && waiting.key(waiting.first) <= until) {
      const released = waiting.first;
      waiting.remove(released);
      this.#ready.set(
        released,
        (this.#starts[released] as number) + (this.#lengths[released] as number),
        released,
      );
    }
  }
}
