/** What a group tells of itself: for `sluice upstreams`, status pages and metrics. */
import type { MemberState, Roster } from "../../balance/index.ts";
import type { Clock, Millis } from "../../message/index.ts";
import type { Station } from "./station.ts";

export interface GroupStatus {
  readonly name: string;
  /** Requests that wait for a turn. */
  readonly waiting: number;
  /** Health is ignored, because too few are well. */
  readonly panics: boolean;
  readonly members: readonly MemberStatus[];
  /** Names that stand for several members and do not resolve, and why. */
  readonly unresolved: readonly { readonly name: string; readonly detail: string }[];
}

export interface MemberStatus {
  readonly id: string;
  readonly tier: number;
  readonly weight: number;
  /** What counts of the weight now. */
  readonly share: number;
  /** Requests under way. */
  readonly active: number;
  readonly capacity: number;
  readonly state: MemberState["state"];
  /** In words; "" where nothing is to be said. */
  readonly reason: string;
  /** In this state for so long; undefined: from the start. */
  readonly since: Millis | undefined;
  /** It ends by itself after so long. */
  readonly until: Millis | undefined;
  /** Attempts, retries among them. */
  readonly requests: number;
  readonly failures: number;
  readonly retries: number;
  readonly connections: { readonly open: number; readonly idle: number };
  /** Average time to a response's head, with the last ones weighing more; undefined: not known. */
  readonly latency: Millis | undefined;
  /** How the last failure looked, and how long ago it was. */
  readonly lastFailure: { readonly detail: string; readonly ago: Millis } | undefined;
}

export function memberStatus(station: Station, roster: Roster, clock: Clock): MemberStatus {
  const { member, pool } = station;
  const { state, reason, since, until } = roster.state(member, clock.now());
  const now = clock.now();
  return {
    id: member.id,
    tier: member.tier,
    weight: member.weight,
    share: member.share,
    active: member.active,
    capacity: member.capacity,
    state,
    reason,
    since: since === station.since ? undefined : now - since,
    until: until === undefined ? undefined : Math.max(0, until - now),
    requests: station.requests,
    failures: station.failures,
    retries: station.retries,
    connections: { open: pool.open, idle: pool.idle },
    latency: member.latency === 0 ? undefined : member.latency,
    lastFailure:
      station.lastFailure === undefined
        ? undefined
        : { detail: station.lastFailure, ago: now - station.lastFailureAt },
  };
}
