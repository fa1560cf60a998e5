/** A group's options with every default filled in, durations in milliseconds. */
import {
  defaultBreaker,
  defaultEjection,
  defaultFailureStatuses,
  defaultLatency,
  type HealthRules,
  type PolicyChoice,
} from "../../balance/index.ts";
import { type Duration, type Millis, parseDuration } from "../../message/index.ts";
import { type ProbeSettings, probeSettings } from "../probes/settings.ts";
import type { UpstreamEntry, UpstreamOptions, UpstreamTlsOptions } from "./options.ts";
import { httpSchemes, readUpstreamUrl, type Scheme, type UpstreamUrl } from "./upstream-url.ts";

export interface EntrySettings {
  readonly url: UpstreamUrl;
  readonly weight: number;
  readonly tier: number;
  readonly each: boolean;
  readonly srv: boolean;
  readonly connections: number;
}

export interface GroupSettings {
  readonly name: string;
  readonly entries: readonly EntrySettings[];
  readonly balance: PolicyChoice;
  readonly health: HealthRules;
  readonly probes: ProbeSettings | undefined;
  readonly panic: number;
  readonly slowStart: Millis;
  readonly retries: {
    /** Attempts after the first. */
    readonly attempts: number;
    /** Share of all requests. */
    readonly budget: number;
    readonly statuses: ReadonlySet<number>;
  };
  readonly hedge: { readonly after: Millis; readonly share: number } | undefined;
  readonly timeouts: {
    readonly connect: Millis;
    readonly response: Millis;
    readonly progress: Millis;
    /** undefined: no bound. */
    readonly total: Millis | undefined;
    readonly queue: Millis;
  };
  readonly connections: {
    /** Kept while idle. */
    readonly idle: number;
    /** undefined: as the upstream says. */
    readonly keepAlive: Millis | undefined;
    /** Requests that may wait. */
    readonly queue: number;
  };
  readonly tls: UpstreamTlsOptions;
  readonly http2: boolean | undefined;
  readonly proxyProtocol: 1 | 2 | undefined;
}

/**
 * @param schemes - Those that an upstream may have.
 * @throws RangeError - A URL, duration or status range cannot be read; the schema would have said so.
 */
export function settled(options: UpstreamOptions, schemes: readonly Scheme[] = httpSchemes): GroupSettings {
  const most = options.connections?.most ?? 256;
  const written = typeof options.upstreams === "string" ? [options.upstreams] : options.upstreams;
  const entries = written.map((entry) =>
    entrySettings(typeof entry === "string" ? { url: entry } : entry, most, schemes),
  );
  const probes = options.health === undefined || options.health === false ? undefined : options.health;
  const settings = probes === undefined ? undefined : probeSettings(probes);
  return {
    name: options.name ?? entries[0]?.url.id ?? "",
    entries,
    balance: options.balance ?? "round-robin",
    health: healthRules(options, settings),
    probes: settings,
    panic: options.panic ?? 0,
    slowStart: millis(options.slowStart, 0),
    retries: retrySettings(options.retries),
    hedge: options.hedge
      ? { after: millis(options.hedge.after, 0), share: options.hedge.share ?? 0.05 }
      : undefined,
    timeouts: {
      connect: millis(options.timeouts?.connect, 5_000),
      response: millis(options.timeouts?.response, 60_000),
      progress: millis(options.timeouts?.progress, 60_000),
      total: options.timeouts?.total ? parseDuration(options.timeouts.total) : undefined,
      queue: millis(options.timeouts?.queue, 10_000),
    },
    connections: {
      idle: options.connections?.idle ?? 64,
      keepAlive:
        options.connections?.keepAlive === undefined
          ? undefined
          : parseDuration(options.connections.keepAlive),
      queue: options.connections?.queue ?? 1_024,
    },
    tls: options.tls ?? {},
    http2: options.http2,
    proxyProtocol: options.proxyProtocol === false ? undefined : options.proxyProtocol,
  };
}

function entrySettings(entry: UpstreamEntry, most: number, schemes: readonly Scheme[]): EntrySettings {
  const srv = entry.srv ?? false;
  return {
    url: readUpstreamUrl(entry.url, schemes, srv),
    weight: entry.weight ?? 1,
    tier: entry.tier ?? 0,
    each: entry.each ?? false,
    srv,
    connections: entry.connections ?? most,
  };
}

function healthRules(options: UpstreamOptions, probes: ProbeSettings | undefined): HealthRules {
  const { ejection = {}, breaker = false } = options;
  return {
    probes: probes && { interval: probes.interval, rise: probes.rise, fall: probes.fall },
    ejection:
      ejection === false
        ? undefined
        : {
            failures: count(ejection.failures, defaultEjection.failures),
            rate: count(ejection.rate, defaultEjection.rate),
            rateOf: ejection.rateOf ?? defaultEjection.rateOf,
            window: millis(ejection.window, defaultEjection.window),
            latency: ejection.latency ? { ...defaultLatency, factor: ejection.latency } : undefined,
            time: millis(ejection.time, defaultEjection.time),
            longest: millis(ejection.longest, defaultEjection.longest),
            share: ejection.share ?? defaultEjection.share,
          },
    breaker:
      breaker === false
        ? undefined
        : {
            failures: count(breaker.failures, defaultBreaker.failures),
            rate: count(breaker.rate, defaultBreaker.rate),
            rateOf: breaker.rateOf ?? defaultBreaker.rateOf,
            window: millis(breaker.window, defaultBreaker.window),
            slow: breaker.slow ? parseDuration(breaker.slow) : undefined,
            time: millis(breaker.time, defaultBreaker.time),
            longest: millis(breaker.longest, defaultBreaker.longest),
            trials: breaker.trials ?? defaultBreaker.trials,
            successes: breaker.successes ?? defaultBreaker.successes,
          },
    failureStatuses:
      options.failureStatuses === undefined ? defaultFailureStatuses : new Set(options.failureStatuses),
  };
}

function retrySettings(retries: UpstreamOptions["retries"]): GroupSettings["retries"] {
  if (retries === false) {
    return { attempts: 0, budget: 0, statuses: new Set() };
  }
  return {
    attempts: retries?.attempts ?? 2,
    budget: retries?.budget ?? 0.2,
    statuses: new Set(retries?.statuses),
  };
}

function count(given: number | false | undefined, otherwise: number | undefined): number | undefined {
  return given === false ? undefined : (given ?? otherwise);
}

function millis(given: Duration | undefined, otherwise: Millis): Millis {
  return given === undefined ? otherwise : parseDuration(given);
}
