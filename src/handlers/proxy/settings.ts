/** Options with every default filled in, and what follows from them for all requests. */
import { type FieldLine, type Millis, type Octets, parseDuration, parseSize } from "../../message/index.ts";
import {
  authorityKey,
  type PathRules,
  type QueryPatch,
  type RequestFieldRules,
  type ResponseFieldRules,
} from "../../semantics/index.ts";
import {
  httpSchemes,
  readUpstreamUrl,
  type UpstreamOptions,
  type UpstreamUrl,
} from "../../upstream/index.ts";
import { accelFields } from "./accel.ts";
import type { BufferOptions, ProxyOptions, StickyOptions } from "./options.ts";

export interface ProxySettings {
  readonly host: "keep" | "upstream" | { readonly name: string };
  readonly paths: PathRules;
  readonly query: QueryPatch | undefined;
  readonly request: RequestFieldRules;
  readonly response: ResponseFieldRules;
  /** Lower case. */
  readonly upgrades: readonly string[];
  /** Name in Proxy-Status; undefined: it is not sent. */
  readonly statusName: string | undefined;
  readonly statusAlways: boolean;
  /** What Proxy-Status calls the upstreams: the name that the operator gave, which is no address. */
  readonly alias: string | undefined;
  readonly buffer: BufferSettings | undefined;
}

export interface BufferSettings {
  readonly memory: Octets;
  readonly disk: Octets;
}

export interface StickySettings {
  readonly cookie: string;
  /** Empty: one is made. */
  readonly secrets: readonly string[];
  readonly maxAge: Millis | undefined;
  readonly sameSite: "Strict" | "Lax" | "None";
}

/** @throws RangeError - A size or duration cannot be read; the schema would have said so. */
export function proxySettings(options: ProxyOptions): ProxySettings {
  const paths = { stripPrefix: withoutSlash(options.stripPrefix), base: withoutSlash(options.base) };
  const { via = "sluice", proxyStatus = "errors", mapBack = true, upgrade = ["websocket"] } = options;
  const name = via === false ? undefined : via;
  const { request = {}, response = {} } = options.fields ?? {};
  return {
    host: hostOf(options),
    paths,
    query: queryOf(options),
    request: {
      via: name,
      forwarded: options.forwarded === false ? "none" : (options.forwarded ?? "both"),
      remove: lowered(request.remove),
      set: Object.entries(request.set ?? {}).flatMap(
        ([field, value]): FieldLine => [field.toLowerCase(), value],
      ),
    },
    response: {
      via: name,
      back: mapBack ? { ...paths, authorities: authoritiesOf(options) } : undefined,
      // Where these mean something they are for us, and name what is none of the client's business.
      remove: lowered([...(response.remove ?? []), ...(options.accel === undefined ? [] : accelFields)]),
    },
    upgrades: upgrade === false ? [] : upgrade.map((protocol) => protocol.toLowerCase()),
    statusName: proxyStatus === false ? undefined : (name ?? "sluice"),
    statusAlways: proxyStatus === "always",
    alias: options.name,
    buffer: bufferOf(options.buffer),
  };
}

export function stickySettings(sticky: StickyOptions | true): StickySettings {
  const { cookie = "sluice_upstream", secret = [], maxAge, sameSite = "lax" } = sticky === true ? {} : sticky;
  return {
    cookie,
    secrets: typeof secret === "string" ? [secret] : secret,
    maxAge: maxAge === undefined ? undefined : parseDuration(maxAge),
    sameSite: ({ strict: "Strict", lax: "Lax", none: "None" } as const)[sameSite],
  };
}

/** The upstreams as they are written. */
function urlsOf({ upstreams }: UpstreamOptions): readonly UpstreamUrl[] {
  const list = typeof upstreams === "string" ? [upstreams] : upstreams;
  return list.map((entry) =>
    typeof entry === "string"
      ? readUpstreamUrl(entry, httpSchemes)
      : readUpstreamUrl(entry.url, httpSchemes, entry.srv),
  );
}

/** Sites and certificates behind TLS go by their own name more often than not. */
function hostOf(options: ProxyOptions): ProxySettings["host"] {
  const { host = urlsOf(options).every(({ scheme }) => scheme === "https") ? "upstream" : "keep" } = options;
  if (host === "keep" || host === "upstream") {
    return host as "keep" | "upstream";
  }
  return { name: host };
}

/** Names under which the application may know itself. */
function authoritiesOf(options: ProxyOptions): ReadonlySet<string> {
  const keys = urlsOf(options).map(({ scheme, authority }) => authorityKey(scheme, authority));
  const host = hostOf(options);
  if (typeof host === "object") {
    keys.push(authorityKey("http", host.name), authorityKey("https", host.name));
  }
  return new Set(keys.filter((key) => key !== undefined));
}

function queryOf({ query }: ProxyOptions): QueryPatch | undefined {
  if (query === undefined) {
    return undefined;
  }
  const set = Object.entries(query.set ?? {}).map(
    ([name, value]) => [name, encodeURIComponent(value)] as const,
  );
  return { set, add: [], remove: query.remove ?? [] };
}

function bufferOf(buffer: BufferOptions | boolean = false): BufferSettings | undefined {
  if (buffer === false) {
    return undefined;
  }
  const { memory = "1MB", disk = "1GB" } = buffer === true ? {} : buffer;
  return { memory: parseSize(memory), disk: parseSize(disk) };
}

function lowered(names: readonly string[] = []): ReadonlySet<string> {
  return new Set(names.map((name) => name.toLowerCase()));
}

function withoutSlash(prefix = ""): string {
  return prefix.endsWith("/") ? prefix.slice(0, -1) : prefix;
}
