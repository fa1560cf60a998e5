/** `streams`: TCP and UDP passed on as they come. As users write it, and its normal form. */
import { resolve } from "node:path";
import { type Duration, type Millis, parseDuration } from "../message/index.ts";
import type {
  BreakerOptions,
  EjectionOptions,
  UpstreamEntry,
  UpstreamOptions,
  UpstreamTlsOptions,
} from "../upstream/index.ts";
import { everywhere, parseListen } from "./listen.ts";
import { type NormalTls, normalTls, type SiteTlsConfig } from "./tls.ts";
import type { Config } from "./types.ts";

/** Listens, and passes each connection (or each client's datagrams) on to one of its upstreams. */
export interface StreamConfig {
  readonly listen: StreamListenConfig;
  /** `tcp://host:port`, `tls://host:port`, `unix:/path`; where datagrams are listened for, `udp://host:port`. */
  readonly upstreams: string | readonly (string | UpstreamEntry)[];
  /** For logs and `sluice upstreams`. Default: the first upstream. */
  readonly name?: string;
  /** Who gets the next connection. Default "round-robin". */
  readonly balance?:
    | "round-robin"
    | "least-requests"
    | "two-choices"
    | "latency"
    | "random"
    | { readonly hash: "client"; readonly bound?: number };
  /** Connects to upstreams to see whether they are well, also to those for datagrams. Default `false`. */
  readonly health?: StreamHealth | false;
  /** Leaves upstreams out for a time that cannot be connected to. On by default. */
  readonly ejection?: EjectionOptions | false;
  readonly breaker?: BreakerOptions | false;
  readonly panic?: number;
  readonly slowStart?: Duration;
  /** Upstreams asked after the first could not be connected to. Default 2; 0: none. */
  readonly retries?: number;
  readonly timeouts?: StreamTimeouts;
  readonly connections?: {
    /** To each upstream. Default 10,000. */
    readonly most?: number;
    /** Clients that wait while all upstreams are busy. Default 1024. */
    readonly queue?: number;
  };
  readonly limits?: {
    /** Connections, or clients that send datagrams, at once. Default 10,000. */
    readonly connections?: number;
  };
  /** For `tls://` upstreams. */
  readonly tls?: UpstreamTlsOptions;
  /** Tells upstreams who the client is by a PROXY protocol header; not with datagrams. Default `false`. */
  readonly proxyProtocol?: 1 | 2 | false;
  /** With datagrams only: a client is forgotten after so many replies, such as 1 for DNS. */
  readonly replies?: number;
}

/** A port, `"host:port"`, `"tcp://…"`, `"tls://…"`, `"udp://…"`, `"unix:/path"`, or one of the objects. */
export type StreamListenConfig =
  | number
  | string
  | {
      readonly port: number;
      /** Name or address; every interface unless told. */
      readonly host?: string;
      /** Default "tcp". */
      readonly protocol?: "tcp" | "udp";
      /** Takes TLS off: with the certificates of the configuration's `tls`, or with its own. */
      readonly tls?: boolean | SiteTlsConfig;
      /** Each connection begins with a PROXY protocol header; only trusted proxies may connect. */
      readonly proxyProtocol?: boolean;
    }
  | { readonly path: string; readonly mode?: number; readonly proxyProtocol?: boolean };

export interface StreamHealth {
  readonly interval?: Duration;
  readonly timeout?: Duration;
  readonly jitter?: number;
  readonly rise?: number;
  readonly fall?: number;
}

export interface StreamTimeouts {
  /** For a connection to an upstream, its TLS handshake included. Default "5s". */
  readonly connect?: Duration;
  /** For a turn, while all upstreams are busy. Default "10s". */
  readonly queue?: Duration;
  /** Without an octet either way. Default "10m"; for datagrams "2m". */
  readonly idle?: Duration;
}

export interface NormalStream {
  readonly listener: StreamListener;
  /** For the group of upstreams. */
  readonly upstream: UpstreamOptions;
  readonly idle: Millis;
  readonly connections: number;
  /** undefined: as many as come. */
  readonly replies: number | undefined;
}

export type StreamListener =
  /** `host` undefined: every interface. */
  | {
      readonly type: "tcp";
      readonly host: string | undefined;
      readonly port: number;
      readonly tls: NormalTls | undefined;
      readonly proxyProtocol: boolean;
    }
  /** `path` is absolute. */
  | {
      readonly type: "unix";
      readonly path: string;
      readonly mode: number | undefined;
      readonly tls: undefined;
      readonly proxyProtocol: boolean;
    }
  | { readonly type: "udp"; readonly host: string | undefined; readonly port: number };

/** What a line may look like, for messages. */
export const streamListenForms =
  'a port from 0 to 65535, "host:port", "tcp://host:port", "tls://host:port", "udp://host:port" or "unix:/path"';

const standard = { connections: 10_000, queue: 1_024, idle: 600_000 } as const;

/** RFC 4787 §4.3: a mapping of datagrams must live two minutes, for protocols that say little. */
const idleDatagrams: Millis = 120_000;

/** As an object. */
export type StreamPlace = Exclude<StreamListenConfig, number | string>;

/** @returns undefined for a line of no such form. */
export function parseStreamListen(text: string): StreamPlace | undefined {
  const [, scheme] = /^(tls|udp|https):\/\//.exec(text) ?? [];
  const place = scheme === "https" ? undefined : parseListen(text.replace(/^(?:tls|udp):/, "tcp:"));
  if (place === undefined || "path" in place) {
    return place;
  }
  const { port, host } = place;
  return {
    port,
    ...(host === undefined ? {} : { host }),
    ...(scheme === "tls" ? { tls: true } : {}),
    ...(scheme === "udp" ? { protocol: "udp" } : {}),
  };
}

/** What a listener's TLS is; undefined: it has none. */
export function tlsOf(written: StreamListenConfig): true | SiteTlsConfig | undefined {
  const place = streamPlace(written);
  const tls = place !== undefined && "port" in place ? place.tls : undefined;
  return tls === false ? undefined : tls;
}

/** @returns undefined for a line that `parseStreamListen` cannot read. */
export function streamPlace(written: StreamListenConfig): StreamPlace | undefined {
  if (typeof written === "number") {
    return { port: written };
  }
  return typeof written === "string" ? parseStreamListen(written) : written;
}

/** @param base - Absolute directory against which relative paths are resolved. */
export function normalStream(stream: StreamConfig, tls: Config["tls"], base: string): NormalStream {
  const { listen: written, upstreams, timeouts = {}, retries, limits, replies, ...rest } = stream;
  const { health, connections } = rest;
  const { idle, ...toUpstreams } = timeouts;
  const listener = streamListener(written, tls, base);
  const usual = listener.type === "udp" ? idleDatagrams : standard.idle;
  return {
    listener,
    upstream: {
      ...rest,
      upstreams,
      health: health === undefined || health === false ? false : { ...health, tcp: true },
      ...(retries === undefined ? {} : { retries: retries === 0 ? false : { attempts: retries } }),
      timeouts: toUpstreams,
      connections: {
        most: connections?.most ?? standard.connections,
        queue: connections?.queue ?? standard.queue,
      },
    },
    idle: idle === undefined ? usual : parseDuration(idle),
    connections: limits?.connections ?? standard.connections,
    replies,
  };
}

/** @throws RangeError for a line that `parseStreamListen` cannot read; the schema finds those first. */
export function streamListener(
  written: StreamListenConfig,
  tls: Config["tls"],
  base: string,
): StreamListener {
  const place = streamPlace(written);
  if (place === undefined) {
    throw new RangeError(`cannot listen on ${JSON.stringify(written)}`);
  }
  if ("path" in place) {
    const { path, mode, proxyProtocol: required = false } = place;
    return {
      type: "unix",
      path: resolve(base, path),
      mode,
      tls: undefined,
      proxyProtocol: required,
    };
  }
  const host = everywhere(place.host);
  if (place.protocol === "udp") {
    return { type: "udp", host, port: place.port };
  }
  const secure = tlsOf(place);
  return {
    type: "tcp",
    host,
    port: place.port,
    tls: secure === undefined ? undefined : normalTls(standIn(secure, tls), base),
    proxyProtocol: place.proxyProtocol ?? false,
  };
}

/** Whoever reads certificates knows those of sites: this is one that stands for a stream. */
export function standIn(secure: true | SiteTlsConfig, tls: Config["tls"]): Config {
  return {
    listen: [{ port: 0, tls: true }],
    sites: [{ hosts: ["*"], routes: [], ...(secure === true ? {} : { tls: secure }) }],
    ...(tls === undefined ? {} : { tls }),
  };
}
