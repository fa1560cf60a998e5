/** What floors above a socket know of a connection, and the time it lives in. */
import type { Millis } from "./units.ts";

/** One end of a connection; for a Unix socket `address` is its path and `port` 0. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly family: "ipv4" | "ipv6" | "unix" | "memory";
}

/** Injected time. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): Millis;
  /** Milliseconds since the epoch. */
  wall(): number;
}
