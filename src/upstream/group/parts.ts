/** What groups are built of: given to them, so that tests give something else. */
import type { Random } from "../../balance/index.ts";
import type { Resolver } from "../../dns/index.ts";
import type { Clock, Millis } from "../../message/index.ts";
import type { Reporter } from "../../observe/index.ts";
import type { Deadlines } from "../../transport/index.ts";
import type { ConnectionPool } from "../contract.ts";
import type { Connect, PoolOptions, PoolPlace } from "../pool/index.ts";

export interface GroupParts {
  readonly clock: Clock;
  /** For what may be noticed a quarter of a second late. */
  readonly deadlines: Deadlines;
  readonly timers: Timers;
  readonly reporter: Reporter;
  readonly resolver: Resolver;
  readonly random: Random;
  /** Directory that relative paths in options start from. */
  readonly base: string;
  readonly connect: Connect;
  createPool(place: PoolPlace, options: PoolOptions): ConnectionPool;
}

/** Timers that do not keep the process alive. */
export interface Timers {
  after(wait: Millis, call: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}

export const systemTimers: Timers = {
  after(wait, call) {
    const timer = setTimeout(call, wait).unref();
    return { cancel: () => clearTimeout(timer) };
  },
};
