/** In which state a member is, as status pages and logs tell it. */
import type { Millis } from "../message/index.ts";
import type { Seat } from "./roster-seat.ts";

export type StateName =
  /** Takes its part of the requests. */
  | "up"
  /** Takes less than its part, more from step to step (slow start). */
  | "warming"
  /** Takes only requests that are pinned to it: drained by hand, or its weight is 0. */
  | "draining"
  /** Probes found it unwell, or its name does not resolve. */
  | "down"
  /** Passed over for a time, for its failures or by hand. */
  | "ejected"
  /** Its breaker lets nothing through. */
  | "open"
  /** Its breaker lets a few trial requests through. */
  | "half-open";

export interface MemberState {
  readonly state: StateName;
  /** In words, such as "5 failures in a row, last: status 503; not asked for 10 s"; empty while nothing ever happened. */
  readonly reason: string;
  /** Since when it is in this state. */
  readonly since: Millis;
  /** When it ends by itself, where that is known. */
  readonly until: Millis | undefined;
}

/** A member's state became another. */
export interface StateChange {
  readonly from: StateName;
  readonly to: StateName;
  /** Why, in words. */
  readonly reason: string;
  readonly at: Millis;
  /** When the new state ends by itself, where that is known. */
  readonly until: Millis | undefined;
}

/** Health began or ceased to be ignored. */
export interface PanicChange {
  readonly on: boolean;
  /** Such as "1 of 4 members is well, less than 30 %: all are asked, whatever their health". */
  readonly reason: string;
  readonly at: Millis;
}

/** Which state follows from what is known; what keeps out more goes first: panic does not open a breaker. A seat that would be up may be warming. */
export function stateOf(seat: Seat): StateName {
  if (seat.held) {
    return "ejected";
  }
  if (seat.unresolved !== undefined) {
    return "down";
  }
  if (seat.breaker?.state === "open") {
    return "open";
  }
  if (seat.verdict.down) {
    return "down";
  }
  if (seat.ejection?.ejected) {
    return "ejected";
  }
  if (seat.draining || seat.weight === 0) {
    return "draining";
  }
  return seat.breaker?.state === "half-open" ? "half-open" : "up";
}

/** Why a seat is in its state: what keeps it out, or else what last let it in. */
export function reasonOf(seat: Seat): string {
  const drained = seat.draining ? "drained by hand" : "its weight is 0";
  const main = mainReason(seat, drained);
  const kept = seat.state === "down" || seat.state === "ejected" || seat.state === "open";
  return kept && (seat.draining || seat.weight === 0) ? `${main}; also ${drained}` : main;
}

/** When a seat's state ends by itself. */
export function endOf(seat: Seat): Millis | undefined {
  switch (seat.state) {
    case "ejected":
      return seat.held ? seat.heldUntil : seat.ejection?.until;
    case "open":
      return seat.breaker?.deadline;
    case "warming":
      return seat.warmAt;
    default:
      return undefined;
  }
}

function mainReason(seat: Seat, drained: string): string {
  switch (seat.state) {
    case "ejected":
      return seat.held ? seat.heldWords : (seat.ejection?.reason ?? "");
    case "down":
      return seat.unresolved ?? seat.verdict.reason;
    case "open":
    case "half-open":
      return seat.breaker?.reason ?? "";
    case "draining":
      return drained;
    case "up":
    case "warming":
      return seat.cause;
  }
}
