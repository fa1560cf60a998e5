/** A group of upstreams under a load, on a clock of its own: who gets how much, and how evenly. */
import {
  type Ask,
  type Member,
  makePolicy,
  observeLatency,
  type PolicyChoice,
} from "../../src/balance/index.ts";
import { end, start, uniform } from "../support/members.ts";
import { EventQueue } from "./event-queue.ts";

export interface Scenario {
  readonly choice: PolicyChoice;
  readonly members: readonly Member[];
  readonly requests: number;
  readonly seed: number;
  /** Requests under way for each unit of share, on average. */
  readonly load: number;
  /** Mean service time of the member in this place, milliseconds; the times themselves are exponential. */
  readonly service: (place: number) => number;
  /** What request number i is asked by. */
  readonly key?: (request: number) => string | undefined;
}

export interface Outcome {
  /** Requests that each member got, in the members' order. */
  readonly counts: readonly number[];
  /** Most that one member had under way per share, over the mean of all; the mean over the second half. */
  readonly peak: number;
  /** The highest multiple of its share of all requests under way, rounded up, that a member ever had. */
  readonly overBound: number;
  /** Mean time from a request to its answer, milliseconds. */
  readonly response: number;
  /** As they come when a member works on one request after another. */
  readonly nanosPerPick: number;
}

/** Times at which every member is looked at. */
const looks = 200;

export function simulate(scenario: Scenario): Outcome {
  const { choice, members, requests, seed, load, service, key } = scenario;
  const random = uniform(seed);
  const policy = makePolicy(choice, uniform(seed + 1))();
  policy.assign(members);
  const places = new Map(members.map((one, place) => [one, place]));
  const shares = members.reduce((sum, { share }) => sum + share, 0);
  const mean = members.reduce((sum, { share }, place) => sum + (share / shares) * service(place), 0);
  const gap = mean / (load * shares);
  const under = new EventQueue(Math.ceil(load * shares * 4) + 1000);
  const hashes = typeof choice === "object";
  const bound = hashes ? (choice.bound ?? 1.25) : Number.POSITIVE_INFINITY;
  const counts = new Array<number>(members.length).fill(0);
  const every = Math.floor(requests / 2 / looks);
  let [now, waited, peaks, overBound] = [0, 0, 0, 0];
  const began = performance.now();
  for (let request = 0; request < requests; request += 1) {
    now -= gap * Math.log(1 - random());
    while (under.next <= now) {
      const over = under.take();
      const one = members[over.place] as Member;
      end(policy, one);
      observeLatency(one, over.took, over.at);
    }
    const ask: Ask = { key: hashes ? key?.(request) : undefined, tried: [] };
    const chosen = policy.pick(ask, now) as Member;
    start(policy, chosen);
    const place = places.get(chosen) as number;
    counts[place] = (counts[place] as number) + 1;
    const took = -service(place) * Math.log(1 - random());
    waited += took;
    under.add(now + took, took, place);
    overBound = Math.max(overBound, chosen.active - Math.ceil((bound * under.size * chosen.share) / shares));
    if (request >= requests / 2 && request % every === 0) {
      const most = members.reduce((top, { active, share }) => Math.max(top, active / share), 0);
      peaks += (most * shares) / under.size / looks;
    }
  }
  const nanosPerPick = ((performance.now() - began) * 1e6) / requests;
  return { counts, peak: peaks, overBound, response: waited / requests, nanosPerPick };
}
