/** What a route's `match` may say, and the form in which conditions are tested and compared. */
import type { ProtocolVersion } from "../message/index.ts";
import { canonicalHost } from "./hosts.ts";
import { type Network, parseNetwork } from "./networks.ts";
import { type Pattern, parsePattern, withoutMemory } from "./patterns.ts";

/** A path, several of which one must fit, or conditions that must all hold. */
export type Match = PathMatch | readonly PathMatch[] | MatchConditions;

/**
 * `/a` is that path only, `/a/*` all below `/a/`, `/*` every path; `:name` stands for one segment.
 * A regular expression looks at the whole path, and its named groups are parameters.
 */
export type PathMatch = string | RegExp;

/** Every member must hold; of a list, any one. */
export interface MatchConditions {
  readonly path?: OneOrMore<PathMatch>;
  /** "GET" means HEAD as well (RFC 9110 §9.3.2). */
  readonly method?: OneOrMore<string>;
  readonly scheme?: OneOrMore<"http" | "https">;
  /** `example.com` or `*.example.com`, among the hosts of the site. */
  readonly host?: OneOrMore<string>;
  /** Request fields by name, in any case; the lines of one name count as one value, joined with ", ". */
  readonly fields?: ValueMatches;
  /** Decoded names and values of the query; a name that comes twice fits where one of its values does. */
  readonly query?: ValueMatches;
  readonly cookies?: ValueMatches;
  /** Addresses and networks, such as "127.0.0.1", "10.0.0.0/8" or "2001:db8::/32". */
  readonly client?: OneOrMore<string>;
  readonly protocol?: OneOrMore<ProtocolVersion>;
  /** What must not hold; of a list, none. */
  readonly not?: OneOrMore<MatchConditions>;
}

export type ValueMatches = Readonly<Record<string, OneOrMore<ValueMatch>>>;

/** The whole value, an expression that finds something in it, `true` for any value, `false` for none. */
export type ValueMatch = string | RegExp | boolean;

export type OneOrMore<T> = T | readonly T[];

/** A match as it is tested: parsed, each member a list of which any may hold; absent members always hold. */
export interface Conditions {
  readonly path?: readonly Pattern[];
  readonly method?: readonly string[];
  readonly scheme?: readonly string[];
  readonly host?: readonly string[];
  readonly fields?: readonly NamedValues[];
  readonly query?: readonly NamedValues[];
  readonly cookies?: readonly NamedValues[];
  readonly client?: readonly Network[];
  readonly protocol?: readonly ProtocolVersion[];
  readonly not?: readonly Conditions[];
}

export interface NamedValues {
  readonly name: string;
  readonly values: readonly ValueMatch[];
}

/** @param match - One that check found nothing wrong with. */
export function parseMatch(match: Match): Conditions {
  if (typeof match === "string" || match instanceof RegExp) {
    return { path: [parsePattern(match)] };
  }
  if (isPathList(match)) {
    return { path: match.map(parsePattern) };
  }
  const { path, method, scheme, host, fields, query, cookies, client, protocol, not } = match;
  return {
    ...(path !== undefined && { path: listOf(path).map(parsePattern) }),
    ...(method !== undefined && { method: listOf(method) }),
    ...(scheme !== undefined && { scheme: listOf(scheme) }),
    ...(host !== undefined && { host: listOf(host).map(canonicalHost) }),
    ...(fields !== undefined && { fields: namedValues(fields, (name) => name.toLowerCase()) }),
    ...(query !== undefined && { query: namedValues(query, (name) => name) }),
    ...(cookies !== undefined && { cookies: namedValues(cookies, (name) => name) }),
    ...(client !== undefined && { client: listOf(client).map(parseNetwork) }),
    ...(protocol !== undefined && { protocol: listOf(protocol) }),
    ...(not !== undefined && { not: listOf(not).map(parseMatch) }),
  };
}

function namedValues(matches: ValueMatches, nameOf: (name: string) => string): NamedValues[] {
  return Object.entries(matches).map(([name, values]) => ({
    name: nameOf(name),
    values: listOf(values).map((value) => (value instanceof RegExp ? withoutMemory(value) : value)),
  }));
}

export function listOf<T extends string | RegExp | boolean | object>(value: OneOrMore<T>): readonly T[] {
  return isList(value) ? value : [value];
}

function isList<T>(value: OneOrMore<T>): value is readonly T[] {
  return Array.isArray(value);
}

function isPathList(match: readonly PathMatch[] | MatchConditions): match is readonly PathMatch[] {
  return Array.isArray(match);
}
