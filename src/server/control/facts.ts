/** What a running server says of itself on its control socket, as JSON. */
import type { Octets } from "../../message/index.ts";
import type { GroupStatus } from "../../upstream/index.ts";

/** GET /status. */
export interface StatusFacts {
  readonly version: string;
  readonly pid: number;
  /** When it began to listen, milliseconds since the epoch. */
  readonly since: number;
  /** "draining": it was told to stop and finishes what is under way. */
  readonly state: "serving" | "draining";
  readonly listeners: readonly ListenerFacts[];
  /** Open now, those of streams apart. */
  readonly connections: number;
  readonly sites: number;
  readonly streams: readonly StreamFacts[];
  /** Resident memory. */
  readonly memory: Octets;
}

export interface ListenerFacts {
  /** `http://localhost:8080`, `unix:/path`. */
  readonly url: string;
  readonly address: string;
  readonly port: number;
}

export interface StreamFacts {
  /** `tcp://127.0.0.1:5432`, `udp://[::]:53`, `unix:/path`. */
  readonly url: string;
  /** The group that it forwards to. */
  readonly group: string;
  /** Connections, or UDP sessions, under way. */
  readonly active: number;
  /** Those that there ever were. */
  readonly total: number;
}

/** GET /upstreams. */
export interface UpstreamsFacts {
  readonly groups: readonly GroupStatus[];
}

/** POST /upstreams/{group}/{member}: one of these. */
export type MemberOrder =
  | { readonly weight: number }
  | { readonly drain: true }
  /** true: until it is restored. */
  | { readonly eject: string | true }
  | { readonly restore: true };

/** Any answer of 400 and above. */
export interface RefusalFacts {
  readonly error: string;
}
