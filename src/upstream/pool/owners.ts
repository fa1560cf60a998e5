/** The pool, as its connections see it. */
import type { Clock, Millis } from "../../message/index.ts";
import type { Http1ClientLimits } from "../../protocol/http1/index.ts";
import type { Http2ClientLimits } from "../../protocol/http2/index.ts";
import type { Deadlines } from "../../transport/index.ts";
import type { Http1Connection } from "./http1-connection.ts";
import type { Http2Connection } from "./http2-connection.ts";

export interface Http1Owner {
  /** What Host says where the request leaves it open. */
  readonly authority: string;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly http1: Http1ClientLimits;
  /** Serves one request and is closed then. */
  readonly once: boolean;
  /** May carry the next request. @returns Until when it is kept idle; undefined: it was used at once, or is not kept. */
  released(connection: Http1Connection, hint: Millis | undefined, now: Millis): Millis | undefined;
  /** The upstream closed it while it was idle. */
  closedIdle(idle: Millis, now: Millis): void;
  /** It is no more. */
  lost(connection: Http1Connection): void;
}

export interface Http2Owner {
  /** What :authority says where the request leaves it open. */
  readonly authority: string;
  readonly scheme: string;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly http2: Http2ClientLimits;
  /** How long it is kept without requests. */
  readonly idleTime: Millis;
  /** Serves one request and is closed then. */
  readonly once: boolean;
  /** It may take more requests than before, or none any more. */
  roomier(connection: Http2Connection): void;
  /** It is no more. */
  lost(connection: Http2Connection): void;
}
