/**
 * The member that a key belongs to, unless it has much more to do than others.
 *
 * Consistent hashing with bounded loads (Mirrokni, Thorup, Zadimoghaddam, 2018): nobody gets a request that
 * would give it more than `bound` times its share of all under way; such a key goes on along the circle to
 * the next who has room. A key that everybody asks for so spreads over as many members as it takes.
 */
import type { Millis } from "../../message/index.ts";
import type { Ask, Member, Policy, Random } from "../contract.ts";
import { isFree } from "./free.ts";
import { Ring } from "./ring.ts";
import { TwoChoices } from "./two-choices.ts";

/** Points passed on the circle before every member is looked at. */
const mostPassed = 256;

export class ConsistentHash implements Policy {
  readonly #bound: number;
  readonly #ring = new Ring();
  /** For requests without a key. */
  readonly #keyless: TwoChoices;
  #members: readonly Member[] = [];
  /** By the ring's numbers. */
  #byNumber: Member[] = [];
  #numbers = new Map<Member, number>();
  /** Requests under way by number, as last told, and altogether. */
  #active = new Float64Array(0);
  #allActive = 0;
  #allShares = 0;

  /** @param bound - 1 or more; Infinity: no bound but each member's capacity. */
  constructor(bound: number, random: Random) {
    this.#bound = bound;
    this.#keyless = new TwoChoices(random);
  }

  assign(members: readonly Member[]): void {
    this.#members = members;
    this.#keyless.assign(members);
    this.#ring.assign(members);
    this.#byNumber = [];
    this.#numbers = new Map();
    this.#allActive = 0;
    this.#allShares = 0;
    let room = 0;
    for (const member of members) {
      const number = this.#ring.numberOf(member.id);
      this.#numbers.set(member, number);
      this.#byNumber[number] = member;
      this.#allActive += member.active;
      this.#allShares += member.share;
      room = Math.max(room, number + 1);
    }
    this.#active = new Float64Array(room);
    for (const [member, number] of this.#numbers) {
      this.#active[number] = member.active;
    }
  }

  moved(member: Member): void {
    const number = this.#numbers.get(member);
    if (number !== undefined) {
      this.#allActive += member.active - (this.#active[number] as number);
      this.#active[number] = member.active;
    }
  }

  pick(ask: Ask, _now: Millis): Member | undefined {
    const { key } = ask;
    if (key === undefined) {
      return this.#keyless.pick(ask);
    }
    const ring = this.#ring;
    const most = Math.min(mostPassed, ring.size);
    const perShare = (this.#bound * (this.#allActive + 1)) / this.#allShares;
    let at = most === 0 ? 0 : ring.find(key);
    for (let passed = 0; passed < most; passed += 1) {
      const member = this.#byNumber[ring.owner(at)] as Member;
      if (member.active < Math.ceil(perShare * member.share) && isFree(member, ask)) {
        return member;
      }
      at = ring.after(at);
    }
    return this.#leastLoaded(ask);
  }

  /** Where those below the bound were tried before, or are hard to come by. */
  #leastLoaded(ask: Ask): Member | undefined {
    let least: Member | undefined;
    for (const member of this.#members) {
      if (
        isFree(member, ask) &&
        (least === undefined || member.active * least.share < least.active * member.share)
      ) {
        least = member;
      }
    }
    return least;
  }
}
