/**
 * The shape of a configuration: as a user writes it (`Config`), and as the
 * server reads it once it is checked and every default is filled in (`NormalConfig`).
 */
import type { Duration, Millis, Size } from "../message/index.ts";
import type { AccessLogFormat } from "../observe/index.ts";
import type { FilterDescription, HandlerDescription } from "../pipeline/index.ts";
import type { Http1Limits } from "../protocol/http1/index.ts";
import type { Http2Limits } from "../protocol/http2/index.ts";
import type { Match, TrustedPeers } from "../routes/index.ts";
import type { Http2LimitsConfig, Http2TimeoutsConfig } from "./http2.ts";
import type { ConfigPath } from "./problems.ts";
import type { NormalStream, StreamConfig } from "./streams.ts";
import type { NormalTls, SiteTlsConfig, TlsConfig } from "./tls.ts";

/** What `export default defineConfig(…)` gives and `createServer` takes. */
export interface Config {
  /** Where to listen; port 8080 on every interface unless told. */
  readonly listen?: ListenConfig | readonly ListenConfig[];
  /** Sites by host; the request's authority chooses one. [] where there is nothing but streams. */
  readonly sites: readonly SiteConfig[];
  /** Certificates and what handshakes agree to, for listeners with `tls: true`. */
  readonly tls?: TlsConfig;
  /**
   * Peers that are believed when they say for whom they forward: addresses, networks, `"private"`
   * (RFC 1918 and 4193, loopback, link-local) and `"unix"` (whoever may open our Unix sockets). Nobody unless told.
   */
  readonly trustedProxies?: readonly string[];
  /**
   * The Unix socket on which a running server answers `sluice status` and `sluice upstreams`, relative to the
   * config file; false: none. Unless told, `sluice run` chooses one by the config file's path; an embedded
   * server has none.
   */
  readonly control?: string | false;
  /** TCP and UDP passed on as they come. */
  readonly streams?: readonly StreamConfig[];
  /** Access log. Without it: `dev` for the command line on a terminal, otherwise none. */
  readonly log?: LogConfig | AccessLogFormat | false;
  /** The most we accept of each thing. */
  readonly limits?: LimitsConfig;
  /** The longest we wait for each thing. */
  readonly timeouts?: TimeoutsConfig;
}

/** A port (0 lets the system choose), `"host:port"`, `"https://host:port"`, or one of the objects. */
export type ListenConfig = number | string | TcpListenConfig | UnixListenConfig;

export interface TcpListenConfig {
  readonly port: number;
  /** Name or address; every interface unless told. */
  readonly host?: string;
  /** HTTPS instead of HTTP. */
  readonly tls?: boolean;
  /** false: HTTP/1.1 only, over TLS as in the clear. */
  readonly http2?: boolean;
  /** Each connection begins with a PROXY protocol header (version 1 or 2) that names its client; only trusted proxies may connect. */
  readonly proxyProtocol?: boolean;
}

export interface UnixListenConfig {
  /** Path of the Unix socket, relative to the config file. */
  readonly path: string;
  /** Permission bits of the socket, such as 0o660. */
  readonly mode?: number;
  /** Each connection begins with a PROXY protocol header; needs `"unix"` in `trustedProxies`. */
  readonly proxyProtocol?: boolean;
}

export interface SiteConfig {
  /** `example.com`, `*.example.com` (any subdomain) or `*` (every other host). */
  readonly hosts: readonly string[];
  /** Certificates of this site and of its clients. */
  readonly tls?: SiteTlsConfig;
  /** Wrapped around every route of the site, the first outermost. */
  readonly filters?: readonly FilterDescription[];
  /** Tried in the order written; the first match answers. */
  readonly routes: readonly RouteEntry[];
}

/** A route, or several that share conditions and filters. */
export type RouteEntry = RouteConfig | RouteGroup;

export interface RouteConfig {
  /**
   * `/a` is that path only, `/a/*` all below `/a/`, `/*` everything, `/users/:id` any one segment for `:id`.
   * Also a regular expression, a list of paths, or conditions: `{ path: "/api/*", method: "GET" }`.
   */
  readonly match: Match;
  /** Wrapped around the handler, the first outermost. */
  readonly filters?: readonly FilterDescription[];
  readonly handler: HandlerDescription;
  readonly routes?: never;
}

export interface RouteGroup {
  /** Must hold besides the match of each route within, whose paths are written in full. */
  readonly match?: Match;
  /** Wrapped around each route within, outside its own. */
  readonly filters?: readonly FilterDescription[];
  readonly routes: readonly RouteEntry[];
  readonly handler?: never;
}

export interface LogConfig {
  readonly format: AccessLogFormat;
  /** `"stdout"` (the default), `"stderr"`, or a path relative to the config file. */
  readonly file?: string;
}

/** Each name stands for the same name in `Http1Limits`; where it makes sense, for every version. */
export interface LimitsConfig {
  readonly requestLine?: Size;
  readonly fieldLine?: Size;
  readonly fieldSection?: Size;
  readonly fieldCount?: number;
  readonly content?: Size;
  readonly chunkExtension?: Size;
  readonly trailerSection?: Size;
  readonly pipelined?: number;
  readonly unreadContent?: Size;
  readonly drainedContent?: Size;
  /** What only HTTP/2 knows. */
  readonly http2?: Http2LimitsConfig;
}

export interface TimeoutsConfig extends Http2TimeoutsConfig {
  /** From the connection's start to the first octet of a request. */
  readonly firstByte?: Duration;
  /** From a request's first octet to the end of its field section. */
  readonly fieldSection?: Duration;
  /** Between two arrivals of request content. */
  readonly contentProgress?: Duration;
  /** Between a complete response and the next request. */
  readonly keepAlive?: Duration;
  /** With bytes to send, the longest time in which the peer takes none of them. */
  readonly writeStall?: Duration;
  /** After our last octet on a connection we close, the longest wait for the peer's end. */
  readonly linger?: Duration;
  /** At a graceful close, the longest wait for exchanges under way. */
  readonly drain?: Duration;
}

/** What the environment tells a config function. */
export interface ConfigContext {
  readonly command: "run" | "check";
  readonly env: Readonly<Record<string, string | undefined>>;
}

export type ConfigInput = Config | ((context: ConfigContext) => Config | Promise<Config>);

/** Checked, every default filled in, sizes in octets and durations in milliseconds. */
export interface NormalConfig {
  /** Absolute directory against which relative paths in handlers and filters are resolved. */
  readonly base: string;
  readonly listeners: readonly Listener[];
  readonly sites: readonly NormalSite[];
  /** undefined: no listener has TLS. */
  readonly tls: NormalTls | undefined;
  readonly trustedProxies: TrustedPeers;
  /** Absolute path; undefined: the configuration names none, false: there shall be none. */
  readonly control: string | false | undefined;
  readonly streams: readonly NormalStream[];
  readonly limits: Http1Limits;
  readonly http2: Http2Limits;
  readonly timeouts: ServerTimeouts;
  /** undefined: no access log. */
  readonly log: NormalLog | undefined;
}

export type Listener = ListenerPlace & {
  readonly tls: boolean;
  /** Over TLS by ALPN, in the clear with prior knowledge. */
  readonly http2: boolean;
  /** Connections begin with a PROXY protocol header; only trusted peers may connect. */
  readonly proxyProtocol: boolean;
};

type ListenerPlace =
  /** `host` undefined: every interface, IPv6 and IPv4 alike where the system can. */
  | { readonly type: "tcp"; readonly host: string | undefined; readonly port: number }
  /** `path` is absolute. */
  | { readonly type: "unix"; readonly path: string; readonly mode: number | undefined };

export interface NormalSite {
  /** Lower case. */
  readonly hosts: readonly string[];
  /** Those that every answer of the site passes, also where no route matches. */
  readonly filters: readonly FilterDescription[];
  readonly routes: readonly NormalRoute[];
}

/** Routes stand in the order in which they are tried, whatever groups they were written in. */
export interface NormalRoute {
  /** Where in the configuration it was written. */
  readonly at: ConfigPath;
  /** All must hold: what the groups around it ask for, the outermost first, and its own. */
  readonly conditions: readonly Match[];
  /** Those of the site, of groups and its own, the outermost first. */
  readonly filters: readonly FilterDescription[];
  readonly handler: HandlerDescription;
}

/** The timeouts that are the server's own and not the HTTP/1 machine's. */
export interface ServerTimeouts {
  readonly writeStall: Millis;
  readonly linger: Millis;
  readonly drain: Millis;
}

export interface NormalLog {
  readonly format: AccessLogFormat;
  /** "stdout", "stderr" or an absolute path. */
  readonly file: string;
}
