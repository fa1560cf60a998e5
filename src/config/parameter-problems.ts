/** Parameters that a target names, such as `{id}`, and no `match` around it captures. */
import type { Description } from "../pipeline/index.ts";
import { type Match, parseMatch } from "../routes/index.ts";
import { requestNames } from "../semantics/index.ts";
import { childrenOf, isDescription, type Kinds, kindOf } from "./kinds.ts";
import { didYouMean } from "./nearest.ts";
import { type ConfigPath, type Problem, show } from "./problems.ts";
import type { RouteEntry, SiteConfig } from "./types.ts";

/** @param sites - Well-formed ones. */
export function parameterProblems(sites: readonly SiteConfig[], kinds: Kinds): Problem[] {
  return sites.flatMap((site, index) => entryProblems(site, [], ["sites", index], kinds));
}

/** @param outside - What the matches of the groups around it capture. */
function entryProblems(
  entry: SiteConfig | RouteEntry,
  outside: readonly string[],
  at: ConfigPath,
  kinds: Kinds,
): Problem[] {
  const { filters = [], routes = [] } = entry;
  const names = "match" in entry ? [...outside, ...namesOf(entry.match)] : outside;
  const handler = "handler" in entry ? entry.handler : undefined;
  // A filter of a group may name what only some of the routes within capture.
  const within = [...names, ...routes.flatMap(namesWithin)];
  return [
    ...filters.flatMap((filter, index) =>
      descriptionProblems(filter, within, [...at, "filters", index], kinds),
    ),
    ...(handler === undefined ? [] : descriptionProblems(handler, names, [...at, "handler"], kinds)),
    ...routes.flatMap((one, index) => entryProblems(one, names, [...at, "routes", index], kinds)),
  ];
}

function namesWithin(entry: RouteEntry): readonly string[] {
  return [...namesOf(entry.match), ...(entry.routes ?? []).flatMap(namesWithin)];
}

/** What a match captures on one of its paths or another. */
function namesOf(match: Match | undefined): readonly string[] {
  const { path = [] } = match === undefined ? {} : parseMatch(match);
  return path.flatMap((pattern) => {
    if (pattern.type === "regexp") {
      // An expression that may also match nothing names all its groups.
      return Object.keys(
        new RegExp(`${pattern.regexp.source}|`, pattern.regexp.flags).exec("")?.groups ?? {},
      );
    }
    const names = pattern.segments.flatMap((segment) => (typeof segment === "string" ? [] : [segment.name]));
    return pattern.below ? [...names, "*"] : names;
  });
}

function descriptionProblems(
  description: Description,
  names: readonly string[],
  at: ConfigPath,
  kinds: Kinds,
): Problem[] {
  const kind = kindOf(kinds, description);
  const asked = kind?.parameters?.(description.options as never) ?? [];
  const missing = asked.filter(({ name }) => !names.includes(name));
  return [
    ...missing.map(({ path, name }) => ({
      path: [...at, "options", ...path],
      message: `{${name}}: ${advice(name, [...new Set(names)])}`,
    })),
    ...childrenOf(kind, description.options).flatMap(({ path, value }) =>
      isDescription(value) ? descriptionProblems(value, names, [...at, "options", ...path], kinds) : [],
    ),
  ];
}

function advice(name: string, names: readonly string[]): string {
  if (name === "*") {
    return 'needs a match that ends in "/*"';
  }
  const known = [...requestNames, ...names];
  return `the match has no ${show(`:${name}`)}${didYouMean(name, known) || `; there are ${known.join(", ")}`}`;
}
