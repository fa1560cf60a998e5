/** A roster on a clock that tests move, with everything it told. */
import {
  type Ask,
  defaultFailureStatuses,
  type HealthRules,
  type Member,
  type MemberSpec,
  makePolicy,
  Roster,
  type RosterRules,
} from "../../src/balance/index.ts";
import type { Millis } from "../../src/message/index.ts";

const noHealth: HealthRules = {
  probes: undefined,
  ejection: undefined,
  breaker: undefined,
  failureStatuses: defaultFailureStatuses,
};

export interface DeskRules {
  readonly health?: Partial<HealthRules>;
  readonly slowStart?: Millis;
  readonly panic?: number;
  readonly policy?: RosterRules["policy"];
}

export function specOf(id: string, more: Partial<MemberSpec> = {}): MemberSpec {
  return { id, weight: 1, tier: 0, capacity: 100, ...more };
}

export class RosterDesk {
  readonly roster: Roster;
  now: Millis = 0;
  /** Each call as one line, such as "a: up → down, a probe failed: timeout". */
  readonly told: string[] = [];

  constructor(specs: readonly MemberSpec[], rules: DeskRules = {}) {
    const { health, slowStart = 0, panic = 0, policy = makePolicy("round-robin", () => 0) } = rules;
    this.roster = new Roster(
      { policy, health: { ...noHealth, ...health }, slowStart, panic },
      {
        changed: ({ id }, { from, to, reason }) => this.told.push(`${id}: ${from} → ${to}, ${reason}`),
        panicked: ({ on, reason }) => this.told.push(`panic ${on ? "on" : "off"}, ${reason}`),
      },
    );
    this.roster.replace(specs, 0);
  }

  member(id: string): Member {
    const found = this.roster.members.find((member) => member.id === id);
    if (found === undefined) {
      throw new Error(`no member ${id}`);
    }
    return found;
  }

  /** Moves the clock, and calls `expire` at each deadline on the way. */
  until(time: Millis): void {
    for (let due = this.roster.deadline; due !== undefined && due <= time; due = this.roster.deadline) {
      this.now = Math.max(this.now, due);
      this.roster.expire(this.now);
    }
    this.now = time;
  }

  pick(ask: Partial<Ask> = {}, pinned?: string): string | undefined {
    return this.roster.pick({ key: undefined, tried: [], ...ask }, pinned, this.now)?.id;
  }

  /** Who is asked in so many requests, each of them over before the next. */
  picks(count: number): (string | undefined)[] {
    return Array.from({ length: count }, () => this.pick());
  }

  start(id: string, count = 1): void {
    for (let i = 0; i < count; i += 1) {
      this.roster.started(this.member(id), this.now);
    }
  }

  /** Requests that begin and fail now. */
  fail(id: string, count = 1, detail = "connection refused"): void {
    for (let i = 0; i < count; i += 1) {
      this.start(id);
      this.roster.ended(this.member(id), "failed", 0, 0, detail, this.now);
    }
  }

  /** Requests that begin and are answered now, after `took` as they say. */
  answer(id: string, count = 1, status = 200, took = 0): void {
    for (let i = 0; i < count; i += 1) {
      this.start(id);
      this.roster.ended(this.member(id), "answered", status, took, undefined, this.now);
    }
  }

  probe(id: string, ...fails: readonly (string | undefined)[]): void {
    for (const detail of fails) {
      const result =
        detail === undefined ? ({ passed: true, took: 1 } as const) : ({ passed: false, detail } as const);
      this.roster.probed(this.member(id), result, this.now);
    }
  }

  state(id: string): string {
    const { state, reason } = this.roster.state(this.member(id), this.now);
    return reason === "" ? state : `${state}, ${reason}`;
  }
}
