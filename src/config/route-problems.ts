/** What contradicts itself among sites and their routes. */
import {
  type Contradiction,
  contradictions,
  duplicateHosts,
  foreignHosts,
  type Match,
  type Unreachable,
  unreachableRoutes,
} from "../routes/index.ts";
import { type FlatRoute, flatRoutes } from "./flat-routes.ts";
import type { Kinds } from "./kinds.ts";
import { type ConfigPath, type Problem, show } from "./problems.ts";
import type { SiteConfig } from "./types.ts";

/** @param sites - Well-formed ones. */
export function routeProblems(sites: readonly SiteConfig[], kinds: Kinds): Problem[] {
  const flat = sites.map((site, index) => flatRoutes(site, ["sites", index], kinds));
  const compared = sites.map(({ hosts }, index) => ({
    hosts,
    routes: (flat[index] ?? []).map(({ conditions }) => ({
      conditions: conditions.map(({ match }) => match),
    })),
  }));
  return [
    ...contradictions(compared).flatMap((one) => contradictory(flat[one.site] ?? [], one)),
    ...unreachableRoutes(compared).flatMap((one) => unreachable(flat[one.site] ?? [], one)),
    ...foreignHosts(compared).flatMap(({ site, route, condition, host }) => {
      const at = flat[site]?.[route]?.conditions[condition]?.at ?? [];
      const own = sites[site]?.hosts.map(show).join(", ");
      return [
        { path: [...at, "host"], message: `${show(host)}: needs a host of this site, which has ${own}` },
      ];
    }),
    ...duplicateHosts(sites).map(({ site, index, host, first, firstIndex }) => ({
      path: ["sites", site, "hosts", index],
      message: `${show(host)} is claimed twice`,
      other: { path: ["sites", first, "hosts", firstIndex] },
    })),
  ];
}

function contradictory(
  routes: readonly FlatRoute[],
  { route, condition, by, member, path }: Contradiction,
): Problem[] {
  const one = routes[route];
  const inner = one?.conditions[condition];
  const outer = one?.conditions[by];
  if (one === undefined || inner === undefined || outer === undefined) {
    return [];
  }
  switch (member) {
    case "not":
      return [
        { path: [...inner.at, "not"], message: "can never answer: `not` holds for all that it asks for" },
      ];
    case "path": {
      const group = groupShown(outer.match);
      const message = `can never answer: lies outside ${group} of the group around it, and paths are written in full`;
      return [{ path: pathOf(one, condition, path), message, other: { path: outer.at } }];
    }
    default: {
      const message = `can never answer: the group around it has another ${member}`;
      return [{ path: [...inner.at, member], message, other: { path: [...outer.at, member] } }];
    }
  }
}

function unreachable(
  routes: readonly FlatRoute[],
  { route, condition, path, by, because }: Unreachable,
): Problem[] {
  const late = routes[route];
  const early = routes[by];
  if (late === undefined || early === undefined) {
    return [];
  }
  const message =
    because === "duplicate"
      ? "can never answer: the same match stands before it"
      : `can never answer: ${shown(early)}, written before it, matches all of it`;
  return [
    {
      path: pathOf(late, condition, path),
      message,
      other: { path: early.conditions.at(-1)?.at ?? early.at },
    },
  ];
}

/** The place of a route's `path`th path, which stands in its `condition`th condition. */
function pathOf({ at, conditions }: FlatRoute, condition: number, path: number): ConfigPath {
  const asked = conditions[condition];
  if (asked === undefined) {
    return conditions.at(-1)?.at ?? at;
  }
  const { match } = asked;
  const inside = isPlain(match) ? match : match.path;
  return [...asked.at, ...(isPlain(match) ? [] : ["path"]), ...(Array.isArray(inside) ? [path] : [])];
}

/** A route as a message calls it: by its match where that is one path. */
function shown({ conditions }: FlatRoute): string {
  const match = conditions.at(-1)?.match;
  if (typeof match === "string") {
    return show(match);
  }
  return match instanceof RegExp ? String(match) : "a route";
}

/** A group as a message calls it: by its path where it has one. */
function groupShown(match: Match): string {
  const path = isPlain(match) ? match : match.path;
  return typeof path === "string" || path instanceof RegExp ? show(path) : "the paths";
}

function isPlain(match: Match): match is Exclude<Match, { readonly path?: unknown }> {
  return typeof match === "string" || match instanceof RegExp || Array.isArray(match);
}
