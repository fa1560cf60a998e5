/** Any member, each as often as its share says. */
import type { Ask, Member, Policy, Random } from "../contract.ts";
import { Lottery } from "./lottery.ts";

export class RandomChoice implements Policy {
  readonly #lottery: Lottery;

  constructor(random: Random) {
    this.#lottery = new Lottery(random);
  }

  assign(members: readonly Member[]): void {
    this.#lottery.assign(members);
  }

  pick(ask: Ask): Member | undefined {
    return this.#lottery.draw(ask);
  }
}
