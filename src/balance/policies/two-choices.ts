/**
 * Of two drawn at random, the one with less to do (Mitzenmacher, 1996): nearly as even as looking at all,
 * and several balancers that know nothing of each other do not all fall upon the same idle member.
 */
import type { Ask, Member, Policy, Random } from "../contract.ts";
import { Lottery } from "./lottery.ts";

export class TwoChoices implements Policy {
  readonly #lottery: Lottery;

  constructor(random: Random) {
    this.#lottery = new Lottery(random);
  }

  assign(members: readonly Member[]): void {
    this.#lottery.assign(members);
  }

  pick(ask: Ask): Member | undefined {
    const first = this.#lottery.draw(ask);
    // Nobody has less to do than nothing.
    if (first === undefined || first.active === 0) {
      return first;
    }
    const second = this.#lottery.rival(first, ask);
    return second !== undefined && second.active * first.share < first.active * second.share ? second : first;
  }
}
