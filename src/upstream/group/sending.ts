/** What a group lends to the requests it sends. */
import type { Member, Roster } from "../../balance/index.ts";
import type { Clock, Millis } from "../../message/index.ts";
import type { Deadlines } from "../../transport/index.ts";
import type { UpstreamError } from "../contract.ts";
import type { Hedging } from "./hedging.ts";
import type { Station } from "./station.ts";
import type { WaitingLine } from "./waiting-line.ts";

export interface SendingRules {
  /** Attempts after the first. */
  readonly retries: number;
  /** Responses with these count as failures, where another member can be asked. */
  readonly retryStatuses: ReadonlySet<number>;
  /** For a dispatch in all; undefined: no bound. */
  readonly total: Millis | undefined;
}

export interface Sending {
  readonly rules: SendingRules;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly roster: Roster;
  readonly line: WaitingLine;
  readonly hedging: Hedging | undefined;
  stationOf(member: Member): Station;
  /** Whether waiting may help: some member is only busy, or a name is being resolved for the first time. */
  readonly mayWait: boolean;
  /** Takes one retry off the budget. */
  mayRetry(now: Millis): boolean;
  /** A response's head came. @param began - When the attempt did, here and below. */
  answered(station: Station, status: number, began: Millis): void;
  /** An attempt got no response, and its member is free again. */
  failed(station: Station, ending: "failed" | "abandoned", began: Millis, detail: string): void;
  /** A response is through, or broke off, and its member is free again. */
  finished(station: Station, error: Error | undefined, began: Millis): void;
  /** After each end, once whoever made the attempt has seen to itself: those in line may go on. */
  moved(): void;
  readonly refusals: Refusals;
}

/** The errors that a dispatch ends with without an upstream's doing. */
export interface Refusals {
  nobodyLeft(): UpstreamError;
  lineFull(): UpstreamError;
  waitedTooLong(waited: Millis): UpstreamError;
  tookTooLong(): UpstreamError;
  /** A response whose status counts as a failure. */
  answered(status: number): UpstreamError;
}
