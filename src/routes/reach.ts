/** Routes that can never answer, and hosts that two sites claim: for `sluice check`. */
import { canonicalHost, parsePattern } from "./patterns.ts";

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
  return sites.flatMap(({ routes }, site) =>
    routes.flatMap(({ match }, route) => {
      const by = routes.findIndex((earlier, index) => index < route && covers(earlier.match, match));
      if (by < 0) {
        return [];
      }
      const because = routes[by]?.match === match ? "duplicate" : "covered";
      return [{ site, route, by, because } as const];
    }),
  );
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

/** Whether every path that `narrow` matches is matched by `wide`. */
function covers(wide: string, narrow: string): boolean {
  const outer = parsePattern(wide);
  if (outer.type === "exact") {
    return wide === narrow;
  }
  const inner = parsePattern(narrow);
  return (inner.type === "exact" ? inner.path : inner.prefix).startsWith(outer.prefix);
}
