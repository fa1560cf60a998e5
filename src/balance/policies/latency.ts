/**
 * Of two drawn at random, the one that should answer sooner: the moving average of its time to a response,
 * times the requests it would have with this one (peak EWMA, as Finagle introduced it).
 */
import type { Millis } from "../../message/index.ts";
import type { Ask, Member, Policy, Random } from "../contract.ts";
import { Lottery } from "./lottery.ts";

/** After this long without news, e⁻¹ of what was known counts. */
const memory: Millis = 10_000;

/** What a member counts that holds requests but has never answered one. */
const unknown: Millis = 60_000;

/**
 * Moves the average by one response: up at once, down as time passes, so that a burst of quick answers
 * does not hide that a member has become slow.
 *
 * @param took - From sending the request until the response's head came.
 * @param now - When it came.
 */
export function observeLatency(member: Member, took: Millis, now: Millis): void {
  if (took >= member.latency) {
    member.latency = took;
  } else {
    const kept = Math.exp(-Math.max(0, now - member.latencyAt) / memory);
    member.latency = member.latency * kept + took * (1 - kept);
  }
  member.latencyAt = now;
}

export class LatencyChoice implements Policy {
  readonly #lottery: Lottery;

  constructor(random: Random) {
    this.#lottery = new Lottery(random);
  }

  assign(members: readonly Member[]): void {
    this.#lottery.assign(members);
  }

  pick(ask: Ask, now: Millis): Member | undefined {
    const first = this.#lottery.draw(ask);
    const second = first === undefined ? undefined : this.#lottery.rival(first, ask);
    if (first === undefined || second === undefined) {
      return first;
    }
    const mean = this.#lottery.total / this.#lottery.size;
    return cost(second, mean, now) < cost(first, mean, now) ? second : first;
  }
}

/**
 * An average share makes one request count one. An idle member's average fades, so that one that was slow
 * once is tried again; a busy one's does not, or one that hangs would look better and better.
 */
function cost(member: Member, mean: number, now: Millis): number {
  const { active, latency } = member;
  if (active === 0) {
    return latency === 0 ? 0 : latency * Math.exp((member.latencyAt - now) / memory);
  }
  return (latency === 0 ? unknown : latency) * (1 + (active * mean) / member.share);
}
