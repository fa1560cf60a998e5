/** Ejection as a matter of the whole group: how many may be out, who goes back early, who is slow beside the others. */
import type { Millis } from "../../message/index.ts";
import type { Ejection } from "./ejection.ts";
import type { EjectionRules, LatencyRules } from "./rules.ts";
import type { Verdict } from "./verdict.ts";
import { durationWords } from "./words.ts";

/** What of a member matters here. */
export interface Judged {
  /** Nothing but health keeps new requests from it. */
  readonly offered: boolean;
  readonly verdict: Verdict;
  readonly ejection: Ejection | undefined;
  cause: string;
}

/** Below this nobody is slow, however quick the others are: it is what a pause of a garbage collector makes. */
const leastSlowness: Millis = 20;

/** Whether this member may be ejected and no more than `share` of the candidates be out. */
export function mayEject(group: readonly Judged[], member: Judged, share: number): boolean {
  return isCandidate(member) && ejectedOf(group) < mostEjected(group, share);
}

/**
 * Ends ejections of members that something else keeps out, since that is the better reason; and where the
 * others have become so few that more than `share` is ejected, those that would end first.
 */
export function liftEjections(group: readonly Judged[], share: number, now: Millis): void {
  for (const { ejection } of group.filter((member) => !isCandidate(member))) {
    if (ejection?.ejected) {
      ejection.end(now);
    }
  }
  let surplus = ejectedOf(group) - mostEjected(group, share);
  while (surplus > 0) {
    const next = group.reduce(sooner);
    next.ejection?.end(now);
    next.cause = "its ejection ended early: too few others are left";
    surplus -= 1;
  }
}

/**
 * Ejects those whose answers are slow beside the others'. One alone is never slow, and of two the quicker
 * stands for the group.
 *
 * @returns Whether somebody was ejected.
 */
export function judgeLatencies(
  group: readonly Judged[],
  rules: EjectionRules,
  latency: LatencyRules,
  now: Millis,
): boolean {
  const known = group
    .filter((member) => isCandidate(member) && !member.ejection?.ejected)
    .map((member) => ({ member, time: timeOf(member, rules, latency, now) }))
    .filter(({ time }) => time > 0)
    .sort((a, b) => a.time - b.time);
  const median = known[Math.floor((known.length - 1) / 2)]?.time ?? 0;
  const limit = Math.max(leastSlowness, median * latency.factor);
  let ejected = false;
  // The slowest first: the share may not suffice for all of them.
  for (const { member, time } of known.reverse()) {
    if (time > limit && mayEject(group, member, rules.share)) {
      const [own, others] = [durationWords(time), durationWords(median)];
      member.ejection?.eject(
        `slow: ${latency.quantile * 100} % of its answers took up to ${own}, in the group ${others}`,
        now,
      );
      ejected = true;
    }
  }
  return ejected;
}

function timeOf(member: Judged, rules: EjectionRules, latency: LatencyRules, now: Millis): Millis {
  const latencies = member.ejection?.latencies;
  const enough = latencies !== undefined && latencies.total(now) >= rules.rateOf;
  return enough ? latencies.quantile(latency.quantile, now) : 0;
}

/** Ejecting it would be a choice: nothing else keeps it out. */
function isCandidate(member: Judged): boolean {
  return member.offered && !member.verdict.down;
}

function ejectedOf(group: readonly Judged[]): number {
  let count = 0;
  for (const { ejection } of group) {
    count += ejection?.ejected ? 1 : 0;
  }
  return count;
}

function mostEjected(group: readonly Judged[], share: number): number {
  let candidates = 0;
  for (const member of group) {
    candidates += isCandidate(member) ? 1 : 0;
  }
  // 0.29 of 100 is 29, whatever binary fractions say.
  return Math.floor(share * candidates + 1e-9);
}

function sooner(a: Judged, b: Judged): Judged {
  const [endA, endB] = [a, b].map(({ ejection }) =>
    ejection?.ejected ? ejection.until : Number.POSITIVE_INFINITY,
  );
  return (endA as number) <= (endB as number) ? a : b;
}
