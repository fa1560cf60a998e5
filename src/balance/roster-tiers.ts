/**
 * Who of a group is asked first.
 *
 * Tiers are asked in order, and a tier passes a request on only when none of its members takes it now: all
 * are out, or all are full. That a full tier overflows is on purpose: `capacity` is what the user says a
 * member bears, and while a backup is idle nobody gains from waiting in a queue. Who would rather queue
 * than use the backup gives the first tier a greater capacity.
 */
import type { Millis } from "../message/index.ts";
import type { Ask, Member, Policy } from "./contract.ts";
import type { Seat } from "./roster-seat.ts";

interface Tier {
  readonly number: number;
  readonly policy: Policy;
  seats: readonly Seat[];
  /** The shares that `policy` was told, in the order of `seats`. */
  shares: readonly number[];
}

export class Tiers {
  readonly #policy: () => Policy;
  #tiers: Tier[] = [];
  /** Takers that only full ones hold back. */
  #steady = 0;
  #trying: Seat[] = [];

  constructor(policy: () => Policy) {
    this.#policy = policy;
  }

  /** Some member takes requests, or would if it were not full. One that gave out all its trials does not. */
  get takesRequests(): boolean {
    return this.#steady > 0 || this.#trying.some(hasRoom);
  }

  pick(ask: Ask, now: Millis): Member | undefined {
    for (const tier of this.#tiers) {
      const member = tier.seats.length > 0 ? tier.policy.pick(ask, now) : undefined;
      if (member !== undefined) {
        return member;
      }
    }
    // Asking the same again is the last choice, but a better one than none.
    return ask.tried.length > 0 ? this.pick({ key: ask.key, tried: [] }, now) : undefined;
  }

  /** Tells the policies who takes requests. A policy of whose tier nothing changed is left alone. */
  assign(seats: readonly Seat[], takes: (seat: Seat) => boolean): void {
    for (const seat of seats) {
      seat.policy = undefined;
    }
    const numbers = [...new Set(seats.map(({ tier }) => tier))].sort((a, b) => a - b);
    this.#tiers = numbers.map((number) => this.#tier(number));
    for (const tier of this.#tiers) {
      tellTier(
        tier,
        seats.filter((seat) => seat.tier === tier.number && takes(seat)),
      );
    }
    const takers = this.#tiers.flatMap((tier) => tier.seats);
    this.#trying = takers.filter(isTrying);
    this.#steady = takers.length - this.#trying.length;
  }

  #tier(number: number): Tier {
    const known = this.#tiers.find((tier) => tier.number === number);
    return known ?? { number, policy: this.#policy(), seats: [], shares: [] };
  }
}

function tellTier(tier: Tier, seats: readonly Seat[]): void {
  for (const seat of seats) {
    seat.policy = tier.policy;
  }
  const same =
    seats.length === tier.seats.length &&
    seats.every((seat, at) => seat === tier.seats[at] && seat.share === tier.shares[at]);
  if (!same) {
    tier.seats = seats;
    tier.shares = seats.map(({ share }) => share);
    tier.policy.assign(seats);
  }
}

function isTrying(seat: Seat): boolean {
  return seat.breaker?.state === "half-open";
}

function hasRoom(seat: Seat): boolean {
  return seat.active < seat.capacity;
}
