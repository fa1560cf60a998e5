/**
 * Drawing members at random, each as often as its share says, in O(1): Walker's alias method, the table
 * made as Vose (1991) makes it.
 */
import type { Ask, Member, Random } from "../contract.ts";
import { isFree } from "./free.ts";

/** Draws that may be refused before every member is looked at. */
const mostRefused = 8;

export class Lottery {
  readonly #random: Random;
  #members: readonly Member[] = [];
  /** How much of each column is its own member's. */
  #own = new Float64Array(0);
  /** Whose the rest of each column is. */
  #others = new Int32Array(0);
  #total = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** All shares together. */
  get total(): number {
    return this.#total;
  }

  get size(): number {
    return this.#members.length;
  }

  assign(members: readonly Member[]): void {
    const { length } = members;
    this.#members = members;
    this.#total = members.reduce((sum, { share }) => sum + share, 0);
    this.#own = Float64Array.from(members, ({ share }) => (share * length) / this.#total);
    this.#others = Int32Array.from(members, (_, i) => i);
    this.#fill();
  }

  /** Takes from columns that have more than one to fill those that have less. */
  #fill(): void {
    const own = this.#own;
    const poor: number[] = [];
    const rich: number[] = [];
    for (const [i, part] of own.entries()) {
      (part < 1 ? poor : rich).push(i);
    }
    for (let from = rich.pop(), to = poor.pop(); from !== undefined && to !== undefined; to = poor.pop()) {
      this.#others[to] = from;
      own[from] = (own[from] as number) - (1 - (own[to] as number));
      if ((own[from] as number) < 1) {
        poor.push(from);
        from = rich.pop();
      }
    }
  }

  /**
   * A member that has room, was not tried, and is not `except`.
   *
   * @returns undefined only where there is none.
   */
  draw(ask: Ask, except?: Member): Member | undefined {
    const members = this.#members;
    const { length } = members;
    for (let refused = 0; length > 0 && refused < mostRefused; refused += 1) {
      const point = this.#random() * length;
      const column = Math.floor(point);
      const place =
        point - column < (this.#own[column] as number) ? column : (this.#others[column] as number);
      const member = members[place] as Member;
      if (member !== except && isFree(member, ask)) {
        return member;
      }
    }
    return this.#drawAmongFree(ask, except);
  }

  #drawAmongFree(ask: Ask, except: Member | undefined): Member | undefined {
    let total = 0;
    for (const member of this.#members) {
      total += member !== except && isFree(member, ask) ? member.share : 0;
    }
    if (total === 0) {
      return undefined;
    }
    let left = this.#random() * total;
    let last: Member | undefined;
    for (const member of this.#members) {
      if (member !== except && isFree(member, ask)) {
        last = member;
        left -= member.share;
        if (left < 0) {
          break;
        }
      }
    }
    return last;
  }

  /**
   * A second member beside `first`, drawn so that pairs come up as often one way round as the other: else,
   * of a heavy member and a light one, the light would be compared in nearly every draw, and get far more
   * than its share whenever it has less to do.
   *
   * @returns undefined where there is none, or none is to be heard this time.
   */
  rival(first: Member, ask: Ask): Member | undefined {
    const second = this.draw(ask, first);
    if (second === undefined || second.share >= first.share) {
      return second;
    }
    // Metropolis: P(first) P(second | first) × this = P(second) P(first | second).
    const heard = (this.#total - first.share) / (this.#total - second.share);
    return this.#random() < heard ? second : undefined;
  }
}
