/**
 * Whether so few members are well that judging them does more harm than good.
 *
 * When most of a group seems unwell, either the judgement is wrong (a probe's path was deleted), or the few
 * that are left would drown in what the others no longer take. Then all are asked, whatever their health.
 * A backup tier that is well enough is better than either: nobody panics while there is one. What an
 * operator took out, what has no address and what a breaker keeps from drowning is not judged and not asked.
 */
import { counted } from "./health/words.ts";
import type { Seat } from "./roster-seat.ts";

export interface GroupHealth {
  readonly panic: boolean;
  readonly reason: string;
}

export function healthOf(seats: readonly Seat[], panicBelow: number): GroupHealth {
  const judged = seats.filter(({ offered }) => offered);
  const well = judged.filter(({ healthy }) => healthy);
  const limit = `${Math.round(panicBelow * 1000) / 10} %`;
  const words = `${well.length} of ${counted(judged.length, "member")} ${well.length === 1 ? "is" : "are"} well`;
  const panic = judged.length > 0 && [...new Set(judged.map(({ tier }) => tier))].every(isUnwell);
  return {
    panic,
    reason: panic
      ? `${words}, less than ${limit}: all are asked, whatever their health`
      : `${words}: only those are asked`,
  };

  function isUnwell(tier: number): boolean {
    const all = judged.filter((seat) => seat.tier === tier);
    return all.filter(({ healthy }) => healthy).length < panicBelow * all.length;
  }
}
