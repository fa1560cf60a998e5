/** The upstreams of a server, on real sockets, names and timers. */
import { createResolver, type Resolver } from "../dns/index.ts";
import type { Clock } from "../message/index.ts";
import type { Reporter } from "../observe/index.ts";
import { connect, type Deadlines } from "../transport/index.ts";
import { UpstreamHouse } from "./group/house.ts";
import { systemTimers } from "./group/parts.ts";
import { createPool } from "./pool/index.ts";

export interface HouseParts {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly reporter: Reporter;
  /** Directory that relative paths start from. */
  readonly base: string;
  /** Unless told, one of its own. */
  readonly resolver?: Resolver;
}

export function createHouse(parts: HouseParts): UpstreamHouse {
  const { clock, deadlines, reporter, base, resolver = createResolver({ clock }) } = parts;
  return new UpstreamHouse({
    clock,
    deadlines,
    timers: systemTimers,
    reporter,
    resolver,
    random: Math.random,
    base,
    connect,
    createPool: (place, options) => createPool(place, options, { clock, deadlines }),
  });
}
