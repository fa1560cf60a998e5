/**
 * Which site answers a host and which route of it a path.
 *
 * Sites: an exact host, else the longest wildcard, else `*`. Routes: of those
 * that match, the one written first. A lookup takes one exact look and one per
 * segment down to the deepest declared prefix, whatever the number of routes
 * and the length of the path, and allocates nothing unless something in the path is percent-encoded.
 */
import { canonicalHost, parsePattern, plainPath, receivedOffset } from "./patterns.ts";

export interface Site<R> {
  /** See `hostFault`. */
  readonly hosts: readonly string[];
  readonly routes: readonly { readonly match: string; readonly value: R }[];
}

/** The same object for every request that a route answers. */
export interface Found<R> {
  readonly value: R;
  /** Index of the site. */
  readonly site: number;
  /** Index of the route within its site. */
  readonly route: number;
  /** Offset in the plain path of what the final `*` stands for; its end for an exact route. */
  readonly restAt: number;
}

export interface SiteTable<R> {
  /**
   * @param host - Lower case, without port or brackets; "" where the request named none.
   * @param path - As received, percent-encoded.
   */
  find(host: string, path: string): Found<R> | "no-site" | "no-route";
}

/**
 * What the trailing `*` of the route stands for, as received: "b/c" for `/a/*` and `/a/b/c`;
 * "" for an exact route.
 */
export function restOf(found: Found<unknown>, path: string): string {
  return path.slice(receivedOffset(path, found.restAt));
}

/**
 * @param sites - Checked ones. Where two claim a host, or two routes a path, the first has it.
 */
export function compileSites<R>(sites: readonly Site<R>[]): SiteTable<R> {
  const exact = new Map<string, RouteTable<R>>();
  const wild = new Map<string, RouteTable<R>>();
  let deepest = 0;
  let others: RouteTable<R> | undefined;
  for (const [index, site] of sites.entries()) {
    const routes = new RouteTable(site.routes, index);
    for (const host of site.hosts.map(canonicalHost)) {
      if (host === "*") {
        others ??= routes;
      } else if (!host.startsWith("*.")) {
        setFirst(exact, host, routes);
      } else {
        setFirst(wild, host.slice(1), routes);
        deepest = Math.max(deepest, host.split(".").length - 1);
      }
    }
  }

  return {
    find(host, path) {
      const name = host.charCodeAt(host.length - 1) === dot ? host.slice(0, -1) : host;
      const site =
        exact.get(name) ?? (deepest > 0 ? longestSuffix(wild, name, deepest) : undefined) ?? others;
      return site === undefined ? "no-site" : (site.find(path) ?? "no-route");
    },
  };
}

interface Prefix<R> {
  readonly prefix: string;
  readonly found: Found<R>;
}

class RouteTable<R> {
  readonly #exact = new Map<string, Found<R>>();
  /** By `hashStep` over the prefix; those whose hashes meet share a list. */
  readonly #prefixes = new Map<number, Prefix<R>[]>();
  #longestExact = 0;
  #longestPrefix = 0;

  constructor(routes: Site<R>["routes"], site: number) {
    for (const [route, { match, value }] of routes.entries()) {
      const pattern = parsePattern(match);
      if (pattern.type === "exact") {
        setFirst(this.#exact, pattern.path, { value, site, route, restAt: pattern.path.length });
        this.#longestExact = Math.max(this.#longestExact, pattern.path.length);
      } else {
        this.#addPrefix(pattern.prefix, { value, site, route, restAt: pattern.prefix.length });
      }
    }
  }

  #addPrefix(prefix: string, found: Found<R>): void {
    let hash = 0;
    for (let i = 0; i < prefix.length; i += 1) {
      hash = hashStep(hash, prefix.charCodeAt(i));
    }
    const list = this.#prefixes.get(hash);
    if (list === undefined) {
      this.#prefixes.set(hash, [{ prefix, found }]);
    } else if (!list.some((other) => other.prefix === prefix)) {
      list.push({ prefix, found });
    }
    this.#longestPrefix = Math.max(this.#longestPrefix, prefix.length);
  }

  find(received: string): Found<R> | undefined {
    // Where only "/" and "/*" are declared, every spelling matches alike.
    const path = this.#longestPrefix > 1 || this.#longestExact > 1 ? plainPath(received) : received;
    let best = path.length <= this.#longestExact ? this.#exact.get(path) : undefined;
    // Hashing as we go finds every declared prefix without cutting one out of the path.
    const end = Math.min(path.length, this.#longestPrefix);
    let hash = 0;
    for (let i = 0; i < end; i += 1) {
      const code = path.charCodeAt(i);
      hash = hashStep(hash, code);
      if (code === slash) {
        const found = this.#prefixAt(hash, path, i + 1);
        if (found !== undefined && (best === undefined || found.route < best.route)) {
          best = found;
        }
      }
    }
    return best;
  }

  #prefixAt(hash: number, path: string, length: number): Found<R> | undefined {
    const list = this.#prefixes.get(hash);
    if (list !== undefined) {
      for (const { prefix, found } of list) {
        if (prefix.length === length && path.startsWith(prefix)) {
          return found;
        }
      }
    }
    return undefined;
  }
}

const slash = 0x2f;
const dot = 0x2e;

/** Kept within 30 bits, which V8 stores without a heap number. */
function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) & 0x3fffffff;
}

function setFirst<K, V>(map: Map<K, V>, key: K, value: V): void {
  if (!map.has(key)) {
    map.set(key, value);
  }
}

/** From the last dot leftwards, no further than the deepest wildcard that was declared. */
function longestSuffix<V>(wild: ReadonlyMap<string, V>, host: string, deepest: number): V | undefined {
  let longest: V | undefined;
  let dot = host.length;
  for (let labels = 0; labels < deepest; labels += 1) {
    dot = dot > 0 ? host.lastIndexOf(".", dot - 1) : -1;
    // A name that is the suffix alone (dot 0) has no label for the "*".
    if (dot <= 0) {
      break;
    }
    longest = wild.get(host.slice(dot)) ?? longest;
  }
  return longest;
}
