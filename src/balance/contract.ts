/**
 * Balancing in words: members, the policies that choose among them, and what is told of each request.
 *
 * A member is one upstream as balancing sees it. A policy is told who takes part whenever that changes
 * and asked for each request; what a request changes stands in the member itself.
 */
import type { Millis } from "../message/index.ts";

export interface Member {
  /** Unique in its group, such as "http://10.0.0.1:3000". */
  readonly id: string;
  /** 0 is asked first; higher ones only when none of the lower takes requests. */
  readonly tier: number;
  /** As configured or set at run time; 0 or more, 0: takes no new requests. */
  weight: number;
  /** The weight that counts now, between 0 and `weight`: less while it warms up. */
  share: number;
  /** Requests under way. */
  active: number;
  /** Requests that it takes at once. */
  capacity: number;
  /** Peak-sensitive moving average of the time to a response's head, milliseconds; 0: none known. */
  latency: Millis;
  /** When `latency` was last moved. */
  latencyAt: Millis;
}

export interface Ask {
  /** What a consistent hash is taken of; undefined where the request has no such thing. */
  readonly key: string | undefined;
  /** Asked for this request before: chosen again only where no other is left. */
  readonly tried: readonly Member[];
}

export interface Policy {
  /** Those that take requests now, in the order configured, each with a share above 0. Called at every change. */
  assign(members: readonly Member[]): void;
  /**
   * Chooses a member with `active < capacity` that was not tried.
   *
   * @returns undefined only where there is none.
   */
  pick(ask: Ask, now: Millis): Member | undefined;
  /**
   * Told whenever `active` or `capacity` of a member it was assigned has changed. Absent where a policy keeps nothing by
   * it; others would have to look at every member for each request.
   */
  moved?(member: Member): void;
}

/** Numbers from 0 up to and without 1. */
export type Random = () => number;

/** How an attempt at a member ended. */
export type Ending =
  /** A response's head came. */
  | "answered"
  /** It failed: no connection, no response in time, a broken one. */
  | "failed"
  /** Nobody waits any more, or another attempt was quicker: says nothing about the member. */
  | "abandoned";

/** What a probe found. `detail` says why it failed, such as "status 500, wanted 200 to 399". */
export type ProbeResult =
  | { readonly passed: true; readonly took: Millis }
  | { readonly passed: false; readonly detail: string };
