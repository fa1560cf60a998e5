/** What `proxy()` and streams can be told of their upstreams. */
import type { Duration } from "../../message/index.ts";
import type { HealthOptions } from "../probes/options.ts";

export interface UpstreamOptions {
  /** Where to: `http://host:port`, `https://…`, `h2c://…` (HTTP/2 in the clear) or `unix:/path`; one or several. */
  readonly upstreams: string | readonly (string | UpstreamEntry)[];
  /** For logs and `sluice upstreams`. Default: the first upstream. */
  readonly name?: string;
  /** Who answers next. Default "round-robin". */
  readonly balance?: BalanceOptions;
  /** Asks upstreams whether they are well before anybody else does. Default `false`: only requests tell. */
  readonly health?: HealthOptions | false;
  /** Leaves upstreams out for a time that fail requests. On by default. */
  readonly ejection?: EjectionOptions | false;
  /** Stops asking an upstream that fails, and lets single requests try it again. Default `false`. */
  readonly breaker?: BreakerOptions | false;
  /** Statuses of responses that `ejection` and `breaker` count as failures. Default `[502, 503, 504]`. */
  readonly failureStatuses?: readonly number[];
  /** When less than this share of all upstreams is well, health is ignored and all are asked. Default 0: never. */
  readonly panic?: number;
  /** An upstream that comes back or is new gets its full share of requests only after this time. Default "0s". */
  readonly slowStart?: Duration;
  /** Sends a request that failed to another upstream, where that is safe. On by default. */
  readonly retries?: RetryOptions | false;
  /** Asks a second upstream when the first is slow. Default `false`. */
  readonly hedge?: HedgeOptions | false;
  readonly timeouts?: TimeoutOptions;
  readonly connections?: ConnectionOptions;
  /** For `https://` upstreams. */
  readonly tls?: UpstreamTlsOptions;
  /**
   * `https://` upstreams are offered HTTP/2 (default), or with `false` HTTP/1.1 only; with `true` a `unix:`
   * upstream speaks HTTP/2 with prior knowledge.
   */
  readonly http2?: boolean;
  /** Tells upstreams who the client is by a PROXY protocol header before all else. Default `false`. */
  readonly proxyProtocol?: 1 | 2 | false;
}

export interface UpstreamEntry {
  readonly url: string;
  /** Its share of the requests, in relation to the others'; 0: none for now. Default 1. */
  readonly weight?: number;
  /** 0 is asked first; 1 and more (backups) only when none of the lower takes requests. Default 0. */
  readonly tier?: number;
  /** Every address of the name is an upstream of its own. Default `false`: one upstream with several addresses. */
  readonly each?: boolean;
  /** The name is one of service records (SRV, RFC 2782), and every target an upstream of its own. Default `false`. */
  readonly srv?: boolean;
  /** Most connections to it. Default: `connections.most`. */
  readonly connections?: number;
}

export type BalanceOptions =
  | "round-robin"
  | "least-requests"
  | "two-choices"
  | "latency"
  | "random"
  | {
      /** The same upstream for the same client address, path, path and query, field or cookie. */
      readonly hash: "client" | "path" | "url" | { readonly field: string } | { readonly cookie: string };
      /** An upstream takes at most this many times its fair share. Default 1.25. */
      readonly bound?: number;
    };

export interface EjectionOptions {
  /** So many failures in a row. Default 5; `false`: not counted. */
  readonly failures?: number | false;
  /** This share of the requests within `window`, above 0 up to 1. Default 0.5; `false`: not reckoned. */
  readonly rate?: number | false;
  /** A rate is reckoned of this many requests or more. Default 20. */
  readonly rateOf?: number;
  /** How far back requests count. Default "10s". */
  readonly window?: Duration;
  /** Its slow responses (the slowest tenth) take so many times as long as the others' do. Default `false`. */
  readonly latency?: number | false;
  /** For how long the first time; the n-th time in a row n times as long. Default "10s". */
  readonly time?: Duration;
  /** At most for how long. Default "5m". */
  readonly longest?: Duration;
  /** At most this share of the upstreams, 0 to 1. Default 0.5. */
  readonly share?: number;
}

export interface BreakerOptions {
  /** So many failures in a row. Default 10; `false`: not counted. */
  readonly failures?: number | false;
  /** This share of the requests within `window`, above 0 up to 1. Default 0.8; `false`: not reckoned. */
  readonly rate?: number | false;
  /** A rate is reckoned of this many requests or more. Default 20. */
  readonly rateOf?: number;
  /** How far back requests count. Default "10s". */
  readonly window?: Duration;
  /** A response whose head takes longer counts as a failure here. Default `false`. */
  readonly slow?: Duration | false;
  /** How long it lets nothing through; each trial that fails doubles it. Default "10s". */
  readonly time?: Duration;
  /** At most how long. Default "60s". */
  readonly longest?: Duration;
  /** Then so many requests at once may try; one that fails opens it again. Default 1. */
  readonly trials?: number;
  /** So many of them in a row must succeed before it closes. Default 2. */
  readonly successes?: number;
}

export interface RetryOptions {
  /** Attempts after the first. Default 2. */
  readonly attempts?: number;
  /** Retries that put load on upstreams, as a share of all requests, 0 to 1 (and 3 each second). Default 0.2. */
  readonly budget?: number;
  /** Responses to idempotent requests that count as failures: another upstream is asked. Default none. */
  readonly statuses?: readonly number[];
}

export interface HedgeOptions {
  /** How long the first may take to answer. */
  readonly after: Duration;
  /** At most this share of all requests, 0 to 1. Default 0.05. */
  readonly share?: number;
}

export interface TimeoutOptions {
  /** For a connection, its TLS handshake included. Default "5s". */
  readonly connect?: Duration;
  /** For a response's head, once the request is sent. Default "60s". */
  readonly response?: Duration;
  /** For the next octets of content, either way. Default "60s". */
  readonly progress?: Duration;
  /** For everything, retries included, until the response is whole; not for tunnels. Default `false`. */
  readonly total?: Duration | false;
  /** For a turn, while all upstreams are busy. Default "10s". */
  readonly queue?: Duration;
}

export interface ConnectionOptions {
  /** Most connections to each upstream. Default 256. */
  readonly most?: number;
  /** Most that are kept while idle. Default 64. */
  readonly idle?: number;
  /**
   * How long a connection is kept while idle. Default: what the upstream says by `Keep-Alive: timeout=`, less a
   * second, and "4s" where it says nothing.
   */
  readonly keepAlive?: Duration;
  /** Most requests that wait while all upstreams are busy; more are answered 503. Default 1024. */
  readonly queue?: number;
}

export interface UpstreamTlsOptions {
  /** Authorities that vouch for upstreams in place of the usual ones: files (PEM), or PEM text. */
  readonly ca?: string | readonly string[];
  /** Our certificate, for upstreams that ask for one: a file (PEM, with its chain), or PEM text. */
  readonly cert?: string;
  /** Its key, likewise. */
  readonly key?: string;
  /** Name to ask for and to verify. Default: the upstream's host. */
  readonly serverName?: string;
  /** `false`: any certificate will do, so that anybody in between may read and answer. Default `true`. */
  readonly verify?: boolean;
}
