/** Members of a group as balancing sees them, for tests. */
import type { Member, Policy, Random } from "../../src/balance/index.ts";
import { Random as Seeded } from "./random.ts";

/** The same numbers for the same seed. */
export function uniform(seed: number): Random {
  const source = new Seeded(seed);
  return () => source.below(2 ** 32) / 2 ** 32;
}

/** A member called `id` with room for everything, of share 1 unless told otherwise. */
export function member(id: string, more: Partial<Omit<Member, "id">> = {}): Member {
  const share = more.share ?? 1;
  return {
    id,
    tier: 0,
    weight: share,
    share,
    active: 0,
    capacity: Infinity,
    latency: 0,
    latencyAt: 0,
    ...more,
  };
}

/** One for each share, called "a", "b", … up to 26, then "m26", "m27", … */
export function membersOf(shares: readonly number[]): Member[] {
  return shares.map((share, i) => member(i < 26 ? String.fromCharCode(97 + i) : `m${i}`, { share }));
}

/** As the roster does when a request goes to a member. */
export function start(policy: Policy, chosen: Member): void {
  chosen.active += 1;
  policy.moved?.(chosen);
}

/** As the roster does when it is over. */
export function end(policy: Policy, chosen: Member): void {
  chosen.active -= 1;
  policy.moved?.(chosen);
}
