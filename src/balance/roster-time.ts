/** What time alone changes in a seat. */
import type { Millis } from "../message/index.ts";
import type { Seat } from "./roster-seat.ts";

/** Ends what is over by now. */
export function expireSeat(seat: Seat, now: Millis): void {
  if (seat.held && seat.heldUntil !== undefined && seat.heldUntil <= now) {
    seat.held = false;
    seat.cause = "its ejection by hand is over";
  }
  if (seat.ejection?.ejected && seat.ejection.until <= now) {
    seat.ejection.end(now);
    seat.cause = "its ejection is over";
  }
  if (seat.warmAt !== undefined && seat.warmAt <= now) {
    seat.warmAt = undefined;
    seat.cause = "warmed up";
  }
  seat.breaker?.expire(now);
}

/** When time changes something next. */
export function earliest(seats: readonly Seat[]): Millis | undefined {
  let first = Number.POSITIVE_INFINITY;
  for (const seat of seats) {
    const held = seat.held ? seat.heldUntil : undefined;
    const ejected = seat.ejection?.ejected ? seat.ejection.until : undefined;
    for (const at of [held, ejected, seat.nextStep, seat.breaker?.deadline]) {
      first = at === undefined ? first : Math.min(first, at);
    }
  }
  return first === Number.POSITIVE_INFINITY ? undefined : first;
}
