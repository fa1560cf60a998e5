/** Stream states, and what a frame means in each of them, as a table (RFC 9113 §5.1). */
import type { Http2FaultName } from "./faults.ts";

export type StreamState =
  /** Not opened yet. */
  | "idle"
  /** Promised by us, its response not begun. */
  | "reservedLocal"
  | "open"
  /** The peer has ended its side. */
  | "halfClosedRemote"
  /** We have ended our side. */
  | "halfClosedLocal"
  /** We reset it a short while ago: what the peer sent before it knew is let pass. */
  | "reset"
  | "closed"
  /** Never opened, and a stream after it was: it cannot be opened any more (§5.1.1). */
  | "skipped";

export type StreamFrame = "data" | "headers" | "rstStream" | "windowUpdate";

/** "take": as it says; "ignore": without effect on the stream; else the fault that it is. */
export type Verdict = "take" | "ignore" | Http2FaultName;

/** PRIORITY and PRIORITY_UPDATE are allowed in every state; CONTINUATION belongs to the block it continues. */
export const verdicts: Readonly<Record<StreamState, Readonly<Record<StreamFrame, Verdict>>>> = {
  idle: { data: "idleStream", headers: "take", rstStream: "idleStream", windowUpdate: "idleStream" },
  reservedLocal: { data: "idleStream", headers: "idleStream", rstStream: "take", windowUpdate: "take" },
  open: { data: "take", headers: "take", rstStream: "take", windowUpdate: "take" },
  halfClosedRemote: {
    data: "halfClosedStream",
    headers: "halfClosedStream",
    rstStream: "take",
    windowUpdate: "take",
  },
  halfClosedLocal: { data: "take", headers: "take", rstStream: "take", windowUpdate: "take" },
  reset: { data: "ignore", headers: "ignore", rstStream: "ignore", windowUpdate: "ignore" },
  closed: { data: "closedStream", headers: "closedStream", rstStream: "ignore", windowUpdate: "ignore" },
  skipped: { data: "closedStream", headers: "staleStreamId", rstStream: "ignore", windowUpdate: "ignore" },
};

/** What follows when one side ends. States that are not here have no side to end. */
const ends: Readonly<Record<"remote" | "local", Partial<Record<StreamState, StreamState>>>> = {
  remote: { open: "halfClosedRemote", halfClosedLocal: "closed" },
  local: { open: "halfClosedLocal", halfClosedRemote: "closed", reservedLocal: "closed" },
};

export function afterEnd(side: "remote" | "local", state: StreamState): StreamState {
  return ends[side][state] ?? state;
}
