/**
 * Which site answers a host and which route of it a request.
 *
 * Sites: an exact host, else the longest wildcard, else `*`. Routes: of those that match, the one
 * written first. Paths of all routes stand in one tree (path-index.ts); what else a route asks for is
 * tested, in order, for those routes only whose path fits. A lookup allocates nothing as long as no
 * such test does and nothing in the path is percent-encoded.
 */
import type { Endpoint, HttpRequest } from "../message/index.ts";
import { type Test, testsOf } from "./conditions.ts";
import { canonicalHost } from "./hosts.ts";
import { type Match, parseMatch } from "./match.ts";
import { addEntry, emptyNode, hashStep, literalChild, type PathNode } from "./path-index.ts";
import { everyPath, matchesPath, type Pattern, patternCovers } from "./patterns.ts";
import { hasDotSegment, isPlain, plainPath } from "./plain-path.ts";

export interface Site<R> {
  /** See `hostFault`. */
  readonly hosts: readonly string[];
  readonly routes: readonly Route<R>[];
}

export interface Route<R> {
  /** All must hold: those of the groups around the route from the outermost on, and its own. */
  readonly conditions: readonly Match[];
  readonly value: R;
}

/** The same object for every request that a route answers. */
export interface Found<R> {
  readonly value: R;
  /** Index of the site. */
  readonly site: number;
  /** Index of the route within its site. */
  readonly route: number;
  /** Of each condition that asks for a path, the patterns of which one fits. */
  readonly paths: readonly (readonly Pattern[])[];
}

/** "dot-segment": the path has "." or ".." as a segment and so no one meaning (see `hasDotSegment`). */
export type NotFound = "no-site" | "no-route" | "dot-segment";

export interface SiteTable<R> {
  /** CONNECT, whose target has no path, is answered by the route for "/". */
  find(request: HttpRequest, client: Endpoint): Found<R> | NotFound;
}

/**
 * @param sites - Checked ones. Where two claim a host, or two routes a request, the first has it.
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
    find(request, client) {
      const { host } = request.host;
      const name = host.charCodeAt(host.length - 1) === dot ? host.slice(0, -1) : host;
      const site =
        exact.get(name) ?? (deepest > 0 ? longestSuffix(wild, name, deepest) : undefined) ?? others;
      return site === undefined ? "no-site" : site.find(request, client);
    },
  };
}

/** A route under one of its path patterns. */
interface Entry<R> {
  readonly order: number;
  readonly found: Found<R>;
  /** What is to be tested when the path fits; undefined: nothing. */
  readonly tests: readonly Test[] | undefined;
  next: Entry<R> | undefined;
}

class RouteTable<R> {
  readonly #root: PathNode<Entry<R>> = emptyNode();

  constructor(routes: readonly Route<R>[], site: number) {
    for (const [route, { conditions: matches, value }] of routes.entries()) {
      const conditions = matches.map(parseMatch);
      const paths = conditions.flatMap(({ path }) => (path === undefined ? [] : [path]));
      const found = { value, site, route, paths };
      const common = conditions.flatMap(testsOf);
      const { patterns, rest } = chooseIndex(paths);
      const tests = [...rest.map(pathTest), ...common];
      for (const pattern of patterns) {
        this.#add(pattern, found, tests);
      }
    }
  }

  #add(pattern: Pattern, found: Found<R>, tests: readonly Test[]): void {
    const { path, all } =
      pattern.type === "path"
        ? { path: pattern, all: tests }
        : { path: everyPath, all: [...tests, pathTest([pattern])] };
    const entry = { order: found.route, found, tests: all.length === 0 ? undefined : all, next: undefined };
    addEntry(this.#root, path, entry);
  }

  find(request: HttpRequest, client: Endpoint): Found<R> | NotFound {
    let path = request.path === "" ? "/" : request.path;
    if (!isPlain(path)) {
      path = plainPath(path);
      if (hasDotSegment(path)) {
        return "dot-segment";
      }
    }
    return search(this.#root, path, 0, request, client, undefined)?.found ?? "no-route";
  }
}

/**
 * Of a route's path conditions, the one by which it stands in the tree, and those that remain to be
 * tested. The innermost says most, as a rule, and what encloses it is true of it already.
 */
function chooseIndex(paths: readonly (readonly Pattern[])[]): {
  readonly patterns: readonly Pattern[];
  readonly rest: readonly (readonly Pattern[])[];
} {
  const tellsLittle = (pattern: Pattern): boolean => patternCovers(pattern, everyPath);
  const patterns =
    paths.findLast((list) => list.every((one) => one.type === "path" && !tellsLittle(one))) ??
    paths.findLast((list) => list.some((one) => one.type === "path")) ??
    paths.at(-1);
  if (patterns === undefined) {
    return { patterns: [everyPath], rest: [] };
  }
  const implied = (outer: readonly Pattern[]): boolean =>
    patterns.every((inner) => outer.some((one) => patternCovers(one, inner)));
  return { patterns, rest: paths.filter((list) => list !== patterns && !implied(list)) };
}

function pathTest(patterns: readonly Pattern[]): Test {
  return (_, __, path) => patterns.some((pattern) => matchesPath(pattern, path));
}

/**
 * @param node - Where the path up to `at`, its end or one of its slashes, leads.
 * @param best - The first entry known to match.
 * @returns The first entry that matches, here, below, or `best`.
 */
function search<R>(
  node: PathNode<Entry<R>>,
  path: string,
  at: number,
  request: HttpRequest,
  client: Endpoint,
  best: Entry<R> | undefined,
): Entry<R> | undefined {
  if (at === path.length) {
    return firstOf(node.exact, path, request, client, best);
  }
  if (path.charCodeAt(at) !== slash) {
    return best;
  }
  let first = best;
  const { parameter } = node;
  if (parameter !== undefined || node.child !== undefined || node.byHash !== undefined) {
    let end = at + 1;
    let hash = 0;
    for (; end < path.length; end += 1) {
      const code = path.charCodeAt(end);
      if (code === slash) {
        break;
      }
      hash = hashStep(hash, code);
    }
    const child = literalChild(node, path, at + 1, end, hash);
    if (child !== undefined && isBefore(child.least, first)) {
      first = search(child, path, end, request, client, first);
    }
    if (parameter !== undefined && end > at + 1 && isBefore(parameter.least, first)) {
      first = search(parameter, path, end, request, client, first);
    }
  }
  return firstOf(node.below, path, request, client, first);
}

function firstOf<R>(
  chain: Entry<R> | undefined,
  path: string,
  request: HttpRequest,
  client: Endpoint,
  best: Entry<R> | undefined,
): Entry<R> | undefined {
  for (let entry = chain; entry !== undefined && isBefore(entry.order, best); entry = entry.next) {
    if (entry.tests === undefined || passes(entry.tests, path, request, client)) {
      return entry;
    }
  }
  return best;
}

function isBefore(order: number, best: Entry<unknown> | undefined): boolean {
  return best === undefined || order < best.order;
}

function passes(tests: readonly Test[], path: string, request: HttpRequest, client: Endpoint): boolean {
  for (let i = 0; i < tests.length; i += 1) {
    if (!(tests[i] as Test)(request, client, path)) {
      return false;
    }
  }
  return true;
}

const slash = 0x2f;
const dot = 0x2e;

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
