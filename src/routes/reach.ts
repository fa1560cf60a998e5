/** Routes that can never answer, and hosts that two sites claim: for `sluice check`. */
import { conditionsCover } from "./covers.ts";
import { canonicalHost, hostCovers } from "./hosts.ts";
import { type Conditions, type Match, parseMatch } from "./match.ts";
import { addEntry, emptyNode, firstCovering, type PathNode } from "./path-index.ts";
import { everyPath, type PathPattern, type Pattern, patternCovers } from "./patterns.ts";

/** A path of route `route` never answers, because route `by` of the same site is written before it. */
export interface Unreachable {
  readonly site: number;
  readonly route: number;
  /** Which of the route's conditions names the path, the outermost being 0, and which of its paths it is. */
  readonly condition: number;
  readonly path: number;
  readonly by: number;
  /** "duplicate": the earlier route asks for neither more nor less. */
  readonly because: "duplicate" | "covered";
}

/** Condition `condition` of a route asks for a host that is none of its site's. */
export interface ForeignHost {
  readonly site: number;
  readonly route: number;
  readonly condition: number;
  /** Canonical. */
  readonly host: string;
}

/** Host `host` of site `site` (its `index`th) belongs to `first` already, which may be the same site. */
export interface DuplicateHost {
  readonly site: number;
  readonly index: number;
  readonly host: string;
  readonly first: number;
  readonly firstIndex: number;
}

interface Routes {
  readonly routes: readonly { readonly conditions: readonly Match[] }[];
}

/** A route under one of its paths. */
interface Narrowed {
  readonly order: number;
  readonly conditions: readonly Conditions[];
  next: Narrowed | undefined;
}

export function unreachableRoutes(sites: readonly Routes[]): Unreachable[] {
  return sites.flatMap(({ routes }, site) => {
    const reach = new Reach();
    return routes.flatMap(({ conditions: matches }, route) => {
      const conditions = matches.map(parseMatch);
      const condition = conditions.findLastIndex(({ path }) => path !== undefined);
      const patterns = conditions[condition]?.path ?? [everyPath];
      return patterns.flatMap((pattern, path) => {
        const narrowed: Narrowed = {
          order: route,
          conditions: narrow(conditions, condition, pattern),
          next: undefined,
        };
        const by = reach.covering(narrowed, pattern);
        if (by !== undefined) {
          const because = covers(narrowed, by) ? "duplicate" : "covered";
          return [{ site, route, condition, path, by: by.order, because } as const];
        }
        reach.add(narrowed, pattern);
        return [];
      });
    });
  });
}

/** The conditions with one path in place of the several that condition `at` permits. */
function narrow(conditions: readonly Conditions[], at: number, pattern: Pattern): readonly Conditions[] {
  return at < 0
    ? [...conditions, { path: [pattern] }]
    : conditions.map((one, index) => (index === at ? { ...one, path: [pattern] } : one));
}

/** The routes of a site written so far: many are compared without trying every pair. */
class Reach {
  readonly #root: PathNode<Narrowed> = emptyNode();
  readonly #regexps: Narrowed[] = [];

  add(route: Narrowed, pattern: Pattern): void {
    if (pattern.type === "path") {
      addEntry(this.#root, pattern, route);
    } else {
      this.#regexps.push(route);
    }
  }

  /** The first route that answers all that `route` could. */
  covering(route: Narrowed, pattern: Pattern): Narrowed | undefined {
    const byPath = firstCovering(this.#root, treePath(route, pattern), (earlier) => covers(earlier, route));
    const byRegExp = this.#regexps.find((earlier) => covers(earlier, route));
    return byRegExp === undefined || (byPath !== undefined && byPath.order <= byRegExp.order)
      ? byPath
      : byRegExp;
  }
}

/** A path that says more of the route than `/*`, the innermost first, if there is one. */
function treePath({ conditions }: Narrowed, pattern: Pattern): PathPattern {
  const single = conditions.flatMap(({ path }) => (path?.length === 1 ? path : []));
  const telling = (one: Pattern): one is PathPattern => one.type === "path" && !patternCovers(one, everyPath);
  return telling(pattern) ? pattern : (single.filter(telling).at(-1) ?? everyPath);
}

function covers(outer: Narrowed, inner: Narrowed): boolean {
  return outer.conditions.every((condition) => conditionsCover(condition, inner.conditions));
}

export function foreignHosts(
  sites: readonly (Routes & { readonly hosts: readonly string[] })[],
): ForeignHost[] {
  return sites.flatMap(({ hosts, routes }, site) => {
    const own = hosts.map(canonicalHost);
    const meets = (host: string): boolean =>
      own.some((one) => hostCovers(one, host) || hostCovers(host, one));
    return routes.flatMap(({ conditions }, route) =>
      conditions.flatMap((match, condition) =>
        (parseMatch(match).host ?? [])
          .filter((host) => !meets(host))
          .map((host) => ({ site, route, condition, host })),
      ),
    );
  });
}

export function duplicateHosts(sites: readonly { readonly hosts: readonly string[] }[]): DuplicateHost[] {
  const owners = new Map<string, { readonly site: number; readonly index: number }>();
  return sites.flatMap(({ hosts }, site) =>
    hosts.flatMap((written, index) => {
      const host = canonicalHost(written);
      const first = owners.get(host);
      if (first === undefined) {
        owners.set(host, { site, index });
        return [];
      }
      return [{ site, index, host: written, first: first.site, firstIndex: first.index }];
    }),
  );
}
