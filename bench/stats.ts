/** From rounds to rows: medians, and ratios between peers that were measured side by side. */
import type { PeerName } from "./peers.ts";
import { type LoadRow, type Ratio, type Reference, type Round, references } from "./results.ts";

/** What measuring one peer in one scenario left behind. */
export interface Measured {
  readonly peer: PeerName;
  readonly rounds: readonly Round[];
  readonly problems: readonly string[];
  readonly peakMemory: number;
}

/** The middle number, or the mean of the two in the middle; NaN of none. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? Number.NaN) + upper) / 2 : upper;
}

/**
 * How `own` compares with `other`: the median over the rounds of the ratio within each round, so that
 * a machine that grows slower or faster during the run touches both sides alike.
 */
export function ratio(own: readonly Round[], other: readonly Round[]): Ratio {
  const pairs = own.flatMap((round, index) => {
    const beside = other[index];
    return beside === undefined ? [] : [{ round, beside }];
  });
  return {
    perCpu: median(pairs.map(({ round, beside }) => beside.cost / round.cost)),
    rate: median(pairs.map(({ round, beside }) => round.perSecond / beside.perSecond)),
  };
}

/** One row per peer, with its ratios to the reference peers. A row with problems takes part in no ratio. */
export function loadRows(measured: readonly Measured[]): LoadRow[] {
  const valid = measured.filter(({ problems }) => problems.length === 0);
  return measured.map((own) => {
    const pick = (read: (round: Round) => number): number => median(own.rounds.map(read));
    const ratios: Partial<Record<Reference, Ratio>> = {};
    for (const reference of references) {
      const other = valid.find(({ peer }) => peer === reference);
      if (other !== undefined && valid.includes(own)) {
        ratios[reference] = ratio(own.rounds, other.rounds);
      }
    }
    return {
      ...own,
      perSecond: pick((round) => round.perSecond),
      cost: pick((round) => round.cost),
      busy: pick((round) => round.busy),
      foreign: pick((round) => round.foreign),
      p99: pick((round) => round.latency.p99),
      ratios,
    };
  });
}
