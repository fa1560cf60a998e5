/** Why nobody takes requests, and when somebody may again. */
import type { Millis } from "../message/index.ts";
import type { ProbeRules } from "./health/rules.ts";
import type { Seat } from "./roster-seat.ts";
import { endOf, reasonOf } from "./roster-state.ts";

/** Why nobody takes requests. */
export interface Refusal {
  readonly reasons: readonly { readonly member: string; readonly detail: string }[];
  /** When one may be back at the earliest, from now; undefined: not known, or as soon as a request under way ends. */
  readonly retryAfter: Millis | undefined;
}

/** @param busy - Members would take requests if they were not full: what they have under way ends when it ends. */
export function refusalOf(
  seats: readonly Seat[],
  busy: boolean,
  probes: ProbeRules | undefined,
  now: Millis,
): Refusal {
  const reasons = seats.map((seat) => ({ member: seat.id, detail: whyNot(seat) }));
  const ends = busy ? [] : seats.map((seat) => backAt(seat, probes, now)).filter(isKnown);
  return { reasons, retryAfter: ends.length > 0 ? Math.max(0, Math.min(...ends) - now) : undefined };
}

function whyNot(seat: Seat): string {
  if (!seat.offered || seat.active < seat.capacity) {
    return reasonOf(seat);
  }
  return seat.state === "half-open"
    ? `trial requests are under way, and ${reasonOf(seat)}`
    : `busy with ${seat.active} requests, and takes no more`;
}

/** When a member may take requests again, as far as that follows from the rules: the last of what keeps it out decides. */
function backAt(seat: Seat, probes: ProbeRules | undefined, now: Millis): Millis | undefined {
  const end = seat.state === "half-open" ? now + trialTakes : endOf(seat);
  if (!seat.verdict.down || probes === undefined) {
    return end;
  }
  const passed = now + seat.verdict.missing * probes.interval;
  if (seat.state === "down" && seat.unresolved === undefined) {
    return passed;
  }
  return end === undefined ? undefined : Math.max(end, passed);
}

/** A guess: trial requests tell soon, or not at all. */
const trialTakes: Millis = 1_000;

function isKnown(at: Millis | undefined): at is Millis {
  return at !== undefined;
}
