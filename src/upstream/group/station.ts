/** One member's connections, and what became of the requests it was sent. */
import type { Member } from "../../balance/index.ts";
import type { Millis } from "../../message/index.ts";
import type { ConnectionPool } from "../contract.ts";
import type { MemberPlace } from "./places.ts";

export class Station {
  readonly place: MemberPlace;
  readonly member: Member;
  readonly pool: ConnectionPool;
  /** What the pool said last. */
  capacity: number;
  /** Attempts, retries among them. */
  requests = 0;
  failures = 0;
  retries = 0;
  lastFailure: string | undefined = undefined;
  lastFailureAt: Millis = 0;
  /** When it came to be. */
  readonly since: Millis;

  constructor(place: MemberPlace, member: Member, pool: ConnectionPool, now: Millis) {
    this.place = place;
    this.member = member;
    this.pool = pool;
    this.since = now;
    this.capacity = pool.capacity;
  }

  fails(detail: string, now: Millis): void {
    this.failures += 1;
    this.lastFailure = detail;
    this.lastFailureAt = now;
  }
}
