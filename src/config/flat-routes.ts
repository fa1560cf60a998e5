/** A site's routes in the order in which they are tried, each with all that the groups around it say. */
import type { FilterDescription, HandlerDescription } from "../pipeline/index.ts";
import type { Match } from "../routes/index.ts";
import type { Kinds } from "./kinds.ts";
import type { ConfigPath } from "./problems.ts";
import type { RouteEntry, SiteConfig } from "./types.ts";

export interface FlatRoute {
  readonly at: ConfigPath;
  /** The outermost first, each with its place in the configuration. */
  readonly conditions: readonly { readonly match: Match; readonly at: ConfigPath }[];
  /** The outermost first. */
  readonly filters: readonly FilterDescription[];
  readonly handler: HandlerDescription;
}

/** @param at - Where the site stands. */
export function flatRoutes(site: SiteConfig, at: ConfigPath, kinds: Kinds): FlatRoute[] {
  const outside = { conditions: [], filters: site.filters ?? [] };
  return flatEntries(site.routes, [...at, "routes"], outside, kinds);
}

function flatEntries(
  entries: readonly RouteEntry[],
  at: ConfigPath,
  outside: Pick<FlatRoute, "conditions" | "filters">,
  kinds: Kinds,
): FlatRoute[] {
  return entries.flatMap((entry, index) => {
    const { match, filters = [] } = entry;
    const here = [...at, index];
    const own = match === undefined ? [] : [{ match, at: [...here, "match"] }];
    const inside = {
      conditions: [...outside.conditions, ...own],
      filters: joinFilters(outside.filters, filters, kinds),
    };
    return entry.routes === undefined
      ? [{ at: here, ...inside, handler: entry.handler }]
      : flatEntries(entry.routes, [...here, "routes"], inside, kinds);
  });
}

/**
 * The filters of a group and of what stands within it. Two of one kind become one, at the outer one's
 * place, where the kind can merge them.
 *
 * Of several of a kind in one list the outermost has the last word about a response, and so it keeps
 * it: the inner list is merged from its end.
 */
export function joinFilters(
  outer: readonly FilterDescription[],
  inner: readonly FilterDescription[],
  kinds: Kinds,
): readonly FilterDescription[] {
  const joined = [...outer];
  const rest: FilterDescription[] = [];
  for (const filter of inner.toReversed()) {
    const merge = kinds.filters.find(({ kind }) => kind === filter.kind)?.merge;
    const place = joined.findIndex(({ kind }) => kind === filter.kind);
    const same = joined[place];
    if (merge === undefined || same === undefined) {
      rest.unshift(filter);
    } else {
      joined[place] = { ...same, options: merge(same.options as never, filter.options as never) };
    }
  }
  return [...joined, ...rest];
}
