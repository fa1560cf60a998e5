/** One member with all that the roster knows of it. */
import type { Millis } from "../message/index.ts";
import type { Member, Policy } from "./contract.ts";
import { Breaker } from "./health/breaker.ts";
import { Ejection } from "./health/ejection.ts";
import type { HealthRules } from "./health/rules.ts";
import { Verdict } from "./health/verdict.ts";
import type { StateName } from "./roster-state.ts";

/** A member as its group configures it. */
export interface MemberSpec {
  /** Unique in its group. */
  readonly id: string;
  /** 0 or more. */
  readonly weight: number;
  /** 0 is asked first. */
  readonly tier: number;
  /** Requests that it takes at once, 1 or more. */
  readonly capacity: number;
}

/** Slow start begins with this part of the weight, and grows in this many steps. */
const coldPart = 0.1;
const warmingSteps = 10;

export class Seat implements Member {
  readonly id: string;
  tier: number;
  weight: number;
  share: number;
  active = 0;
  capacity: number;
  latency: Millis = 0;
  latencyAt: Millis = 0;

  spec: MemberSpec;
  /** Of its tier, which must be told of what `active` and `capacity` become; undefined while it takes no requests. */
  policy: Policy | undefined;
  /** No member any more: only its requests under way are still counted. */
  gone = false;
  draining = false;
  /** Ejected by hand. */
  held = false;
  heldUntil: Millis | undefined;
  heldWords = "";
  /** Why its name does not resolve. */
  unresolved: string | undefined;
  readonly verdict: Verdict;
  readonly ejection: Ejection | undefined;
  readonly breaker: Breaker | undefined;
  /** Warming since and until, and how many steps of it are done. */
  warmSince: Millis = 0;
  #step = 0;
  warmAt: Millis | undefined;

  state: StateName = "up";
  since: Millis;
  /** What last let it in. */
  cause = "";

  constructor(spec: MemberSpec, health: HealthRules, now: Millis) {
    this.id = spec.id;
    this.spec = spec;
    this.tier = spec.tier;
    this.weight = spec.weight;
    this.share = spec.weight;
    this.capacity = spec.capacity;
    this.verdict = new Verdict(health.probes);
    this.ejection = health.ejection === undefined ? undefined : new Ejection(health.ejection);
    this.breaker = health.breaker === undefined ? undefined : new Breaker(health.breaker);
    this.since = now;
  }

  /** Nothing but health, if anything, keeps new requests from it. */
  get offered(): boolean {
    return !this.draining && this.weight > 0 && this.reachable;
  }

  /** Requests pinned to it may go there, as far as health allows. */
  get reachable(): boolean {
    return !this.held && this.unresolved === undefined && this.breaker?.state !== "open";
  }

  /** What panic ignores if it is not so. */
  get healthy(): boolean {
    return !this.verdict.down && !this.ejection?.ejected;
  }

  /** The group's configuration was changed; a weight set at run time stays unless the configured one changed too. */
  configure(spec: MemberSpec): void {
    if (spec.weight !== this.spec.weight) {
      this.weight = spec.weight;
    }
    this.spec = spec;
    this.tier = spec.tier;
  }

  warm(slowStart: Millis, now: Millis): void {
    this.warmSince = now;
    this.warmAt = slowStart > 0 ? now + slowStart : undefined;
  }

  /** When its share grows next. */
  get nextStep(): Millis | undefined {
    if (this.warmAt === undefined) {
      return undefined;
    }
    const all = this.warmAt - this.warmSince;
    return Math.min(this.warmAt, this.warmSince + (all * (this.#step + 1)) / warmingSteps);
  }

  /** Brings `share` to what it is now. */
  measureShare(now: Millis): void {
    if (this.warmAt === undefined) {
      this.share = this.weight;
      return;
    }
    const progress = (now - this.warmSince) / (this.warmAt - this.warmSince);
    // Rounded up a little: a step must not be missed for the last bit of a fraction.
    this.#step = Math.min(warmingSteps, Math.floor(progress * warmingSteps + 1e-6));
    this.share = this.weight * (coldPart + ((1 - coldPart) * this.#step) / warmingSteps);
  }

  /** `active`, or what its breaker lets through, has changed: a half-open one leaves room for a few more than are under way. */
  moved(): void {
    const { capacity } = this.spec;
    const trying = this.breaker?.state === "half-open" ? this.breaker : undefined;
    this.capacity = trying === undefined ? capacity : Math.min(capacity, this.active + trying.room);
    this.policy?.moved?.(this);
  }
}
