/** Routes that can never answer, and hosts that two sites claim: for `sluice check`. */
import { canonicalHost, type Pattern, parsePattern } from "./patterns.ts";

/** Route `route` of site `site` never answers, because `by` of the same site is written before it. */
export interface Unreachable {
  readonly site: number;
  readonly route: number;
  readonly by: number;
  readonly because: "duplicate" | "covered";
}

/** Host `host` of site `site` (its `index`th) belongs to `first` already, which may be the same site. */
export interface DuplicateHost {
  readonly site: number;
  readonly index: number;
  readonly host: string;
  readonly first: number;
}

interface Routes {
  readonly routes: readonly { readonly match: string }[];
}

export function unreachableRoutes(sites: readonly Routes[]): Unreachable[] {
  return sites.flatMap(({ routes }, site) => {
    /** The first route of each pattern: many routes are compared without trying every pair. */
    const firsts = new Map<string, number>();
    return routes.flatMap(({ match }, route) => {
      const pattern = parsePattern(match);
      const by = firstCovering(pattern, firsts);
      if (by === undefined) {
        firsts.set(keyOf(pattern), route);
        return [];
      }
      const because = routes[by]?.match === match ? "duplicate" : "covered";
      return [{ site, route, by, because } as const];
    });
  });
}

export function duplicateHosts(sites: readonly { readonly hosts: readonly string[] }[]): DuplicateHost[] {
  const owners = new Map<string, number>();
  return sites.flatMap(({ hosts }, site) =>
    hosts.flatMap((written, index) => {
      const host = canonicalHost(written);
      const first = owners.get(host);
      if (first === undefined) {
        owners.set(host, site);
        return [];
      }
      return [{ site, index, host: written, first }];
    }),
  );
}

/** The earliest of `firsts` that matches every path `pattern` matches. */
function firstCovering(pattern: Pattern, firsts: ReadonlyMap<string, number>): number | undefined {
  const text = pattern.type === "exact" ? pattern.path : pattern.prefix;
  let by = firsts.get(keyOf(pattern));
  for (let slash = text.indexOf("/"); slash >= 0; slash = text.indexOf("/", slash + 1)) {
    const wide = firsts.get(keyOf({ type: "prefix", prefix: text.slice(0, slash + 1) }));
    if (wide !== undefined && (by === undefined || wide < by)) {
      by = wide;
    }
  }
  return by;
}

/** A plain path may hold a "*" of its own, so that the kind stands before it. */
function keyOf(pattern: Pattern): string {
  return pattern.type === "exact" ? `=${pattern.path}` : `>${pattern.prefix}`;
}
