/** What a pool is told: where its member is, how much it may hold, how long it waits. */
import type { Clock, Millis } from "../../message/index.ts";
import type { Http1ClientLimits } from "../../protocol/http1/index.ts";
import type { Http2ClientLimits } from "../../protocol/http2/index.ts";
import type { ClientTls } from "../../tls/index.ts";
import type {
  Channel,
  ConnectFailure,
  Connecting,
  ConnectOptions,
  Deadlines,
} from "../../transport/index.ts";

export interface PoolPlace {
  /** Of the member, for words. */
  readonly id: string;
  /** What Host says where the request leaves it open. */
  readonly authority: string;
  /** What `:scheme` says: "https" or "http". */
  readonly secure: boolean;
  /** "alpn": what the handshake of the first connection says. */
  readonly http2: "never" | "alpn" | "prior-knowledge";
  /**
   * Where to connect to now; asked for each new connection. A promise only where a name must be resolved.
   *
   * @throws Error (rejects) with words for the operator; one whose `kind` is "timeout" counts as dns_timeout.
   */
  where(): ConnectOptions["to"] | Promise<ConnectOptions["to"]>;
  /** What a handshake goes by that offers these protocols; undefined: in the clear. */
  tls(alpn: readonly string[]): ClientTls | undefined;
}

export interface PoolTimeouts {
  /** Connecting and the TLS handshake together; looking the name up apart. */
  readonly connect: Millis;
  /** From a request that left whole to its response's head, and from an interim response to the next head. */
  readonly response: Millis;
  /** Between two arrivals of content, and while the upstream takes nothing of what we send. */
  readonly progress: Millis;
}

export interface PoolOptions {
  /** Connections open at once, those being opened among them. */
  readonly connections: number;
  /** Idle connections kept. */
  readonly idle: number;
  /**
   * How long an idle connection is kept at most. Undefined: as the upstream's Keep-Alive field says, and
   * 4 s where it says nothing, since Node's servers close theirs after 5 s.
   */
  readonly keepAlive: Millis | undefined;
  /** Tells the upstream who the client is before anything else; each connection then serves one request. */
  readonly proxyProtocol: 1 | 2 | undefined;
  readonly timeouts: PoolTimeouts;
  readonly limits?: {
    readonly http1?: Partial<Http1ClientLimits>;
    readonly http2?: Partial<Http2ClientLimits>;
  };
}

/** How `connect` of transport/ looks from here. */
export type Connect = (
  options: ConnectOptions,
  done: (result: Channel | ConnectFailure) => void,
) => Connecting;

export interface PoolParts {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** For tests, which connect in memory; unless told, `connect` of transport/. */
  readonly connect?: Connect;
}
