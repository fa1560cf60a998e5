/**
 * The members of a group: who takes requests now, who is asked, and what their requests and probes say.
 *
 * Nothing here reads a clock or sets a timer. Whoever drives a roster says what time it is, and calls
 * `expire` by `deadline`, which moves only when a state changes and in `replace`, `expire` and what is
 * done by hand; `events` tell of nothing else.
 */
import { type Millis, MisuseError } from "../message/index.ts";
import type { Ask, Ending, Member, ProbeResult } from "./contract.ts";
import { liftEjections } from "./health/group-ejection.ts";
import { durationWords } from "./health/words.ts";
import { Evidence } from "./roster-evidence.ts";
import { healthOf } from "./roster-panic.ts";
import { type Refusal, refusalOf } from "./roster-refusal.ts";
import type { RosterEvents, RosterRules } from "./roster-rules.ts";
import { type MemberSpec, Seat } from "./roster-seat.ts";
import { endOf, type MemberState, reasonOf, type StateChange, stateOf } from "./roster-state.ts";
import { Tiers } from "./roster-tiers.ts";
import { earliest, expireSeat } from "./roster-time.ts";

export class Roster {
  readonly #rules: RosterRules;
  readonly #events: RosterEvents;
  readonly #evidence: Evidence;
  readonly #tiers: Tiers;
  #seats: readonly Seat[] = [];
  #byId: ReadonlyMap<string, Seat> = new Map();
  #panic = false;
  #deadline: Millis | undefined;

  constructor(rules: RosterRules, events: RosterEvents) {
    this.#rules = rules;
    this.#events = events;
    this.#evidence = new Evidence(rules.health);
    this.#tiers = new Tiers(rules.policy);
  }

  /** In the order configured. */
  get members(): readonly Member[] {
    return this.#seats;
  }

  /** Some member would take a request if it were not full, so that waiting for one makes sense. */
  get takesRequests(): boolean {
    return this.#tiers.takesRequests;
  }

  /** Health is ignored. */
  get panics(): boolean {
    return this.#panic;
  }

  get deadline(): Millis | undefined {
    return this.#deadline;
  }

  /**
   * Sets who the members are. Who stays keeps all that is known of it; who comes to others warms up.
   *
   * @throws MisuseError - Two have the same id.
   */
  replace(specs: readonly MemberSpec[], now: Millis): void {
    const ids = specs.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) {
      throw new MisuseError(`no two members of a group have the same id: ${ids.join(", ")}`);
    }
    const seats = specs.map((spec) => this.#seatFor(spec, now));
    for (const seat of this.#seats) {
      seat.gone = !seats.includes(seat);
      seat.policy = undefined;
    }
    this.#seats = seats;
    this.#byId = new Map(seats.map((seat) => [seat.id, seat]));
    this.#settle(now);
  }

  /**
   * Chooses who is asked. Nothing is taken until `started`.
   *
   * @param pinned - Id of who must answer, if it takes requests that are pinned to it and has room. One that
   *   drains still does: its sessions live there and nowhere else, and ejecting by hand ends that too.
   * @returns undefined: all are full where `takesRequests`, otherwise nobody is left.
   */
  pick(ask: Ask, pinned: string | undefined, now: Millis): Member | undefined {
    if (pinned !== undefined) {
      const seat = this.#byId.get(pinned);
      if (
        seat?.reachable &&
        (seat.healthy || this.#panic) &&
        seat.active < seat.capacity &&
        !ask.tried.includes(seat)
      ) {
        return seat;
      }
    }
    return this.#tiers.pick(ask, now);
  }

  /** A request goes to this member. */
  started(member: Member, now: Millis): void {
    const seat = seatOf(member);
    seat.active += 1;
    seat.breaker?.started(now);
    seat.moved();
  }

  /**
   * A request is over: `observed` and `released` in one, for those that are over with the response's head.
   */
  ended(
    member: Member,
    ending: Ending,
    status: number,
    took: Millis,
    detail: string | undefined,
    now: Millis,
  ): void {
    this.released(member);
    this.observed(member, ending, status, took, detail, now);
  }

  /** A request that was `started` holds the member no longer. */
  released(member: Member): void {
    const seat = seatOf(member);
    if (seat.active === 0) {
      throw new MisuseError(`a request to ${seat.id} was over twice`);
    }
    seat.active -= 1;
    seat.moved();
  }

  /**
   * How a request went, to be told as soon as that is known: with the response's head, also where its
   * content takes hours; and again as failed where the content then breaks off.
   *
   * @param status - Of the response; 0 where there is none.
   * @param took - From `started` until now.
   * @param detail - What went wrong, such as "connection refused by 10.0.0.1:3000"; undefined: the status says it.
   */
  observed(
    member: Member,
    ending: Ending,
    status: number,
    took: Millis,
    detail: string | undefined,
    now: Millis,
  ): void {
    const seat = seatOf(member);
    // Fractions are rounded: what began with a state must not seem to have begun before it.
    const began = now - took + 0.001;
    const evidence = this.#evidence;
    let moved = false;
    if (ending === "abandoned") {
      seat.breaker?.abandoned(began);
    } else if (evidence.isFailure(ending, status)) {
      moved = evidence.failed(this.#seats, seat, status, detail, began, now);
    } else {
      moved = evidence.succeeded(this.#seats, seat, took, began, now);
    }
    if (moved && !seat.gone) {
      this.#settle(now);
    } else if (seat.breaker !== undefined) {
      seat.moved();
    }
  }

  probed(member: Member, result: ProbeResult, now: Millis): void {
    const seat = seatOf(member);
    if (!seat.verdict.probed(result) || seat.gone) {
      return;
    }
    if (!seat.verdict.down) {
      seat.cause = seat.verdict.reason;
    }
    this.#settle(now);
  }

  /**
   * The member's name does not resolve, and so it is down, which no panic changes; or it does again.
   *
   * @param detail - Why, in words; undefined: it resolves.
   * @throws RangeError - No such member.
   */
  unresolved(id: string, detail: string | undefined, now: Millis): void {
    const seat = this.#named(id);
    if (seat.unresolved === detail) {
      // Said of every member whenever anything is heard of any name.
      return;
    }
    if (detail === undefined) {
      seat.cause = "its name resolves again";
    }
    seat.unresolved = detail;
    this.#settle(now);
  }

  /**
   * Sets a weight until the configured one changes. 0: like draining.
   *
   * @throws RangeError - No such member, or no such weight.
   */
  weigh(id: string, weight: number, now: Millis): void {
    const seat = this.#named(id);
    if (!Number.isFinite(weight) || weight < 0) {
      throw new RangeError(`${weight} is no weight: it is a number, 0 or more`);
    }
    seat.cause = seat.weight === 0 ? `its weight is ${weight}` : seat.cause;
    seat.weight = weight;
    this.#settle(now);
  }

  /**
   * No new requests, except those pinned to it.
   *
   * @throws RangeError - No such member.
   */
  drain(id: string, now: Millis): void {
    this.#named(id).draining = true;
    this.#settle(now);
  }

  /**
   * No requests at all, not even in panic.
   *
   * @param duration - undefined: until it is restored.
   * @throws RangeError - No such member.
   */
  eject(id: string, duration: Millis | undefined, now: Millis): void {
    const seat = this.#named(id);
    seat.held = true;
    seat.heldUntil = duration === undefined ? undefined : now + duration;
    const how = duration === undefined ? "until it is restored" : `for ${durationWords(duration)}`;
    seat.heldWords = `ejected by hand ${how}`;
    this.#settle(now);
  }

  /**
   * Ends draining, ejection by hand and for failures, an open breaker and a probe's verdict, as if the member
   * were new. Its weight stays, and probes and requests may find otherwise.
   *
   * @throws RangeError - No such member.
   */
  restore(id: string, now: Millis): void {
    const seat = this.#named(id);
    seat.draining = false;
    seat.held = false;
    seat.verdict.clear();
    seat.ejection?.forgive(now);
    seat.breaker?.clear(now);
    seat.cause = "restored by hand";
    this.#settle(now);
  }

  state(member: Member, now: Millis): MemberState {
    const seat = seatOf(member);
    const tally = seat.state === "up" || seat.state === "warming" ? seat.ejection?.tally : undefined;
    // Somebody who looks for the culprit should find it also where it may not be ejected.
    const reason = tally?.isTooMuch(now)
      ? `${tally.words(now)}; not ejected, for the others would be too few`
      : reasonOf(seat);
    return { state: seat.state, reason, since: seat.since, until: endOf(seat) };
  }

  /** Why `pick` found nobody. */
  refusal(now: Millis): Refusal {
    return refusalOf(this.#seats, this.takesRequests, this.#rules.health.probes, now);
  }

  /** To be called by `deadline`: ejections end, breakers let trials through, warming members get more. */
  expire(now: Millis): void {
    if (this.#deadline === undefined || now < this.#deadline) {
      return;
    }
    for (const seat of this.#seats) {
      expireSeat(seat, now);
    }
    this.#settle(now);
  }

  #seatFor(spec: MemberSpec, now: Millis): Seat {
    const known = this.#byId.get(spec.id);
    if (known !== undefined) {
      known.configure(spec);
      return known;
    }
    const seat = new Seat(spec, this.#rules.health, now);
    if (this.#seats.length > 0) {
      seat.cause = "new";
      seat.warm(this.#rules.slowStart, now);
      seat.state = seat.warmAt === undefined ? "up" : "warming";
    }
    return seat;
  }

  #named(id: string): Seat {
    const seat = this.#byId.get(id);
    if (seat === undefined) {
      throw new RangeError(`no member ${JSON.stringify(id)}; there are ${[...this.#byId.keys()].join(", ")}`);
    }
    return seat;
  }

  /** Carries out whatever follows from what is known now, and tells of it. */
  #settle(now: Millis): void {
    const share = this.#rules.health.ejection?.share ?? 0;
    liftEjections(this.#seats, share, now);
    const changes = this.#seats.map((seat) => this.#move(seat, now));
    const health = healthOf(this.#seats, this.#rules.panic);
    const panicChanges = health.panic !== this.#panic;
    this.#panic = health.panic;
    for (const seat of this.#seats) {
      seat.measureShare(now);
    }
    this.#tiers.assign(this.#seats, (seat) => seat.offered && (seat.healthy || this.#panic));
    for (const seat of this.#seats) {
      seat.moved();
    }
    this.#deadline = earliest(this.#seats);
    this.#tell(changes, false);
    this.#tell(changes, true);
    if (panicChanges) {
      this.#events.panicked({ on: health.panic, reason: health.reason, at: now });
    }
  }

  /** Who goes out before who comes in for it. */
  #tell(changes: readonly (StateChange | undefined)[], back: boolean): void {
    for (const [at, change] of changes.entries()) {
      const seat = this.#seats[at];
      if (change !== undefined && seat !== undefined && isBack(change) === back) {
        this.#events.changed(seat, change);
      }
    }
  }

  #move(seat: Seat, now: Millis): StateChange | undefined {
    const from = seat.state;
    let to = stateOf(seat);
    if (to !== "up") {
      seat.warmAt = undefined;
    } else if (from !== "up" && from !== "warming") {
      seat.warm(this.#rules.slowStart, now);
    }
    to = seat.warmAt === undefined ? to : "warming";
    if (to === from) {
      return undefined;
    }
    seat.state = to;
    seat.since = now;
    return { from, to, reason: reasonOf(seat), at: now, until: endOf(seat) };
  }
}

function isBack({ to }: StateChange): boolean {
  return to === "up" || to === "warming" || to === "half-open";
}

function seatOf(member: Member): Seat {
  if (member instanceof Seat) {
    return member;
  }
  throw new MisuseError(`${member.id} is no roster's member`);
}
