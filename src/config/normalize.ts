/** From what a user writes to what the server reads: defaults filled in, units resolved. */
import { resolve } from "node:path";
import {
  type Duration,
  type Millis,
  type Octets,
  parseDuration,
  parseSize,
  type Size,
} from "../message/index.ts";
import { defaultHttp1Limits, type Http1Limits } from "../protocol/http1/index.ts";
import { canonicalHost, trustedPeers } from "../routes/index.ts";
import { flatRoutes } from "./flat-routes.ts";
import { http2Limits } from "./http2.ts";
import type { Kinds } from "./kinds.ts";
import { everywhere, parseListen } from "./listen.ts";
import { normalStream } from "./streams.ts";
import { normalTls } from "./tls.ts";
import type {
  Config,
  LimitsConfig,
  ListenConfig,
  Listener,
  NormalConfig,
  NormalLog,
  ServerTimeouts,
  TcpListenConfig,
  TimeoutsConfig,
  UnixListenConfig,
} from "./types.ts";

export const defaultPort = 8080;

export const defaultTimeouts: ServerTimeouts = {
  writeStall: 60_000,
  linger: 2_000,
  drain: 10_000,
};

/**
 * @param config - One in which `shapeProblems` found nothing.
 * @param base - Absolute directory against which relative paths are resolved.
 * @param kinds - Those that its handlers and filters are of.
 */
export function normalForm(config: Config, base: string, kinds: Kinds): NormalConfig {
  const { limits = {}, timeouts = {} } = config;
  const common = limitsOf(limits, timeouts);
  const listeners = listenersOf(config, base);
  return {
    base,
    listeners,
    sites: config.sites.map((site, index) => ({
      hosts: site.hosts.map(canonicalHost),
      filters: site.filters ?? [],
      routes: flatRoutes(site, ["sites", index], kinds).map(({ at, conditions, filters, handler }) => ({
        at,
        conditions: conditions.map(({ match }) => match),
        filters,
        handler,
      })),
    })),
    tls: listeners.some(({ tls }) => tls) ? normalTls(config, base) : undefined,
    trustedProxies: trustedPeers(config.trustedProxies ?? []),
    control: typeof config.control === "string" ? resolve(base, config.control) : config.control,
    limits: common,
    http2: http2Limits(common, limits.http2, timeouts),
    timeouts: {
      writeStall: millis(timeouts.writeStall, defaultTimeouts.writeStall),
      linger: millis(timeouts.linger, defaultTimeouts.linger),
      drain: millis(timeouts.drain, defaultTimeouts.drain),
    },
    streams: (config.streams ?? []).map((stream) => normalStream(stream, config.tls, base)),
    log: logOf(config.log, base),
  };
}

/** @throws RangeError for a line that `parseListen` cannot read; the schema finds those first. */
export function listenersOf({ listen, sites }: Pick<Config, "listen" | "sites">, base: string): Listener[] {
  // Where nothing but streams is served, nobody need listen for requests.
  const usual = sites.length === 0 ? [] : [defaultPort];
  const list = listen === undefined ? usual : isList(listen) ? listen : [listen];
  return list.map((one) => {
    const place: TcpListenConfig | UnixListenConfig | undefined =
      typeof one === "number" ? { port: one } : typeof one === "string" ? parseListen(one) : one;
    if (place === undefined) {
      throw new RangeError(`cannot listen on ${JSON.stringify(one)}`);
    }
    return "path" in place
      ? {
          type: "unix",
          path: resolve(base, place.path),
          mode: place.mode,
          tls: false,
          http2: true,
          proxyProtocol: place.proxyProtocol ?? false,
        }
      : {
          type: "tcp",
          host: everywhere(place.host),
          port: place.port,
          tls: place.tls ?? false,
          http2: place.http2 ?? true,
          proxyProtocol: place.proxyProtocol ?? false,
        };
  });
}

function isList(listen: ListenConfig | readonly ListenConfig[]): listen is readonly ListenConfig[] {
  return Array.isArray(listen);
}

function limitsOf(limits: LimitsConfig, timeouts: TimeoutsConfig): Http1Limits {
  const standard = defaultHttp1Limits;
  return {
    requestLine: octets(limits.requestLine, standard.requestLine),
    fieldLine: octets(limits.fieldLine, standard.fieldLine),
    fieldSection: octets(limits.fieldSection, standard.fieldSection),
    fieldCount: limits.fieldCount ?? standard.fieldCount,
    content: octets(limits.content, standard.content),
    chunkExtension: octets(limits.chunkExtension, standard.chunkExtension),
    trailerSection: octets(limits.trailerSection, standard.trailerSection),
    pipelined: limits.pipelined ?? standard.pipelined,
    unreadContent: octets(limits.unreadContent, standard.unreadContent),
    drainedContent: octets(limits.drainedContent, standard.drainedContent),
    firstByte: millis(timeouts.firstByte, standard.firstByte),
    fieldSectionTime: millis(timeouts.fieldSection, standard.fieldSectionTime),
    contentProgress: millis(timeouts.contentProgress, standard.contentProgress),
    keepAlive: millis(timeouts.keepAlive, standard.keepAlive),
  };
}

function octets(size: Size | undefined, standard: Octets): Octets {
  return size === undefined ? standard : parseSize(size);
}

function millis(duration: Duration | undefined, standard: Millis): Millis {
  return duration === undefined ? standard : parseDuration(duration);
}

function logOf(log: Config["log"], base: string): NormalLog | undefined {
  if (log === undefined || log === false) {
    return undefined;
  }
  const { format, file = "stdout" } = typeof log === "string" ? { format: log } : log;
  const standard = file === "stdout" || file === "stderr";
  return { format, file: standard ? file : resolve(base, file) };
}
