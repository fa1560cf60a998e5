/** Which policy a configuration asks for. */
import type { Policy, Random } from "../contract.ts";
import { ConsistentHash } from "./consistent-hash.ts";
import { LatencyChoice } from "./latency.ts";
import { LeastRequests } from "./least-requests.ts";
import { RandomChoice } from "./random-choice.ts";
import { RoundRobin } from "./round-robin.ts";
import { TwoChoices } from "./two-choices.ts";

/** What a consistent hash is taken of. */
export type HashKey = "client" | "path" | "url" | { readonly field: string } | { readonly cookie: string };

export interface HashChoice {
  readonly hash: HashKey;
  /** Most that a member has under way, as a multiple of its share of all: 1 or more, 1.25 unless told. */
  readonly bound?: number | undefined;
}

export type PolicyChoice =
  | "round-robin"
  | "least-requests"
  | "two-choices"
  | "latency"
  | "random"
  | HashChoice;

/** How far above the mean a hash may load a member, unless told. */
const usualBound = 1.25;

/**
 * @returns What makes a fresh policy, for each tier one.
 * @throws RangeError - A hash's bound is below 1: not everybody can stay below the mean.
 */
export function makePolicy(choice: PolicyChoice, random: Random): () => Policy {
  switch (choice) {
    case "round-robin":
      return () => new RoundRobin();
    case "least-requests":
      return () => new LeastRequests();
    case "two-choices":
      return () => new TwoChoices(random);
    case "latency":
      return () => new LatencyChoice(random);
    case "random":
      return () => new RandomChoice(random);
    default: {
      const { bound = usualBound } = choice;
      if (!(bound >= 1)) {
        throw new RangeError(`the bound of a hash is ${bound}, 1 or more is allowed`);
      }
      return () => new ConsistentHash(bound, random);
    }
  }
}
