/**
 * Frames that cost us more than the peer, counted over a time (RFC 9113 §10.5).
 *
 * A count that passes its limit is answered with ENHANCE_YOUR_CALM. Useful work takes counts back, so
 * that a busy connection may do more of everything than an idle one.
 */
import type { Millis } from "../../message/index.ts";
import type { Http2FaultName } from "./faults.ts";
import type { Http2Limits } from "./limits.ts";

/** What is counted: a limit's name and the fault of passing it. */
export const floods: Readonly<Record<Flood, Http2FaultName>> = {
  resets: "tooManyResets",
  settingsFrames: "tooManySettings",
  pingFrames: "tooManyPings",
  priorityFrames: "tooManyPriorities",
  windowUpdates: "tooManyWindowUpdates",
  emptyFrames: "tooManyEmptyFrames",
  unknownFrames: "tooManyUnknownFrames",
};

export type Flood =
  | "resets"
  | "settingsFrames"
  | "pingFrames"
  | "priorityFrames"
  | "windowUpdates"
  | "emptyFrames"
  | "unknownFrames";

/** The limits of either machine will do. */
export type FloodLimits = Pick<Http2Limits, Flood | "floodTime">;

export class FloodGauge {
  readonly #limits: FloodLimits;
  #since: Millis;
  #counts: Record<Flood, number> | undefined;

  constructor(limits: FloodLimits, now: Millis) {
    this.#limits = limits;
    this.#since = now;
  }

  /** Counts one. @returns The limit where the count has passed it. */
  count(flood: Flood, now: Millis): number | undefined {
    if (this.#counts === undefined || now - this.#since >= this.#limits.floodTime) {
      this.#counts = none();
      this.#since = now;
    }
    this.#counts[flood] += 1;
    const limit = this.#limits[flood];
    return this.#counts[flood] > limit ? limit : undefined;
  }

  /** A stream completed. */
  completed(): void {
    const counts = this.#counts;
    if (counts !== undefined && counts.resets > 0) {
      counts.resets -= 1;
    }
  }

  /** A frame with content was received or sent: updates and probes belong to it, some of them later. */
  moved(): void {
    const counts = this.#counts;
    if (counts !== undefined) {
      counts.windowUpdates = Math.max(-this.#limits.windowUpdates, counts.windowUpdates - 4);
      counts.pingFrames = Math.max(-this.#limits.pingFrames, counts.pingFrames - 1);
    }
  }
}

function none(): Record<Flood, number> {
  return {
    resets: 0,
    settingsFrames: 0,
    pingFrames: 0,
    priorityFrames: 0,
    windowUpdates: 0,
    emptyFrames: 0,
    unknownFrames: 0,
  };
}
