/** Smooth weighted round robin. */
import type { Ask, Member, Policy } from "../contract.ts";
import { isFree } from "./free.ts";
import { Turns } from "./turns.ts";

/** Turns in a row that may be refused before every member is looked at. */
const mostRefused = 16;

/** A member that is full, or was tried, gives its turn up: nobody is owed what it could not take. */
export class RoundRobin implements Policy {
  readonly #turns = new Turns();
  #members: readonly Member[] = [];
  /** Where the search for one with room begins, when most have none. */
  #next = 0;

  assign(members: readonly Member[]): void {
    this.#members = members;
    this.#turns.assign(members);
  }

  pick(ask: Ask): Member | undefined {
    const { length } = this.#members;
    for (let refused = 0; length > 0 && refused < mostRefused; refused += 1) {
      const member = this.#members[this.#turns.next()];
      if (member !== undefined && isFree(member, ask)) {
        return member;
      }
    }
    for (let i = 0; i < length; i += 1) {
      this.#next = (this.#next + 1) % length;
      const member = this.#members[this.#next];
      if (member !== undefined && isFree(member, ask)) {
        return member;
      }
    }
    return undefined;
  }
}
