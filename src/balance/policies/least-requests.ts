/**
 * The member with the least to do.
 *
 * Least is who would have the fewest requests under way per share, this one counted: (active + 1) / share.
 * By that alone the heaviest of idle members would get every single request, so the one whose turn it is
 * by weight goes first while it has less to do before this request than the least would have with it. Of
 * equal members that is only one who has no more to do than any other.
 */
import type { Ask, Member, Policy } from "../contract.ts";
import { isFree } from "./free.ts";
import { IndexHeap } from "./index-heap.ts";
import { Turns } from "./turns.ts";

/** Those with the least to do that may have no room before every member is looked at. */
const mostAside = 8;

export class LeastRequests implements Policy {
  readonly #turns = new Turns();
  #members: readonly Member[] = [];
  #places: ReadonlyMap<Member, number> = new Map();
  /** Everybody by what they would have to do; of equal ones, who was chosen longest ago. */
  #least = new IndexHeap(0);
  /** Rank of the last one chosen. */
  #latest = 0;
  /** Taken out of the heap while we look for one with room. */
  readonly #aside: number[] = [];

  assign(members: readonly Member[]): void {
    const places = new Map<Member, number>();
    const least = new IndexHeap(members.length);
    for (const [i, member] of members.entries()) {
      const before = this.#places.get(member);
      places.set(member, i);
      least.set(i, loadWithOneMore(member), before === undefined ? 0 : this.#least.rank(before));
    }
    this.#members = members;
    this.#places = places;
    this.#least = least;
    this.#turns.assign(members);
  }

  moved(member: Member): void {
    const place = this.#places.get(member);
    if (place !== undefined) {
      this.#least.set(place, loadWithOneMore(member), this.#least.rank(place));
    }
  }

  pick(ask: Ask): Member | undefined {
    const least = this.#leastFree(ask);
    if (least < 0) {
      return undefined;
    }
    const other = this.#members[least] as Member;
    const turn = this.#turns.next();
    const member = this.#members[turn] as Member;
    const chosen =
      member.active * other.share < (other.active + 1) * member.share && isFree(member, ask) ? turn : least;
    this.#latest += 1;
    this.#least.set(chosen, this.#least.key(chosen), this.#latest);
    return this.#members[chosen];
  }

  #leastFree(ask: Ask): number {
    const least = this.#least;
    const first = least.first;
    if (first < 0 || isFree(this.#members[first] as Member, ask)) {
      return first;
    }
    let found = -1;
    while (found < 0 && least.size > 0 && this.#aside.length < mostAside) {
      const next = least.first;
      if (isFree(this.#members[next] as Member, ask)) {
        found = next;
      } else {
        least.remove(next);
        this.#aside.push(next);
      }
    }
    for (const place of this.#aside) {
      least.set(place, least.key(place), least.rank(place));
    }
    this.#aside.length = 0;
    return found < 0 ? this.#leastOfAll(ask) : found;
  }

  #leastOfAll(ask: Ask): number {
    let found = -1;
    for (const [i, member] of this.#members.entries()) {
      if (isFree(member, ask) && (found < 0 || this.#least.precedes(i, found))) {
        found = i;
      }
    }
    return found;
  }
}

function loadWithOneMore({ active, share }: Member): number {
  return (active + 1) / share;
}
