/**
 * How the path of a `match` is written, and what is wrong with it.
 *
 * | match          | matches                        | does not match          |
 * |----------------|--------------------------------|-------------------------|
 * | `/a`           | `/a`                           | `/a/`, `/a/b`           |
 * | `/a/*`         | `/a/`, `/a/b`, `/a/b/c`        | `/a`                    |
 * | `/*`           | every path                     | `*` of `OPTIONS *`      |
 * | `/users/:id`   | `/users/7`                     | `/users/`, `/users/7/x` |
 * | `/:lang/doc/*` | `/en/doc/`, `/en/doc/a/b`      | `/en/doc`, `/doc/a`     |
 * | `/^\/v\d+\//`  | what the expression matches    |                         |
 *
 * Paths are compared in their plain spelling (`plainPath`): `/a%62` and `/ab` name the same file,
 * so that a route for one that did not match the other could be walked around.
 */
import { plainPath } from "./plain-path.ts";

export type Pattern = PathPattern | RegExpPattern;

export interface PathPattern {
  readonly type: "path";
  /** What stands between the slashes, in plain spelling; `/a/` has two, the second empty. */
  readonly segments: readonly Segment[];
  /** A final `*`: all below the segments. */
  readonly below: boolean;
}

/** A literal, or a parameter that stands for any segment but an empty one. */
export type Segment = string | { readonly name: string };

/** Looks at the plain path; its named groups are parameters. */
export interface RegExpPattern {
  readonly type: "regexp";
  readonly regexp: RegExp;
}

/** `/*`. */
export const everyPath: PathPattern = { type: "path", segments: [], below: true };

/** Reads a path that `patternFault` found nothing wrong with. */
export function parsePattern(match: string | RegExp): Pattern {
  if (typeof match !== "string") {
    return { type: "regexp", regexp: withoutMemory(match) };
  }
  const below = match.endsWith("/*");
  return { type: "path", segments: segmentsOf(below ? match.slice(0, -2) : match), below };
}

/**
 * What is wrong with an expression that works on what clients send: something repeated that repeats already
 * takes a time that doubles with each character before it gives up. Not all that do so are found.
 *
 * @returns What is allowed instead, or undefined for one in which nothing was found.
 */
export function expressionFault({ source }: RegExp): string | undefined {
  const nested = /\((?:\?:|\?<\w+>)?((?:\\.|\[(?:\\.|[^\\\]])*\]|[^\\()[\]])[+*]\??)\)(?:[+*]|\{\d+,\})/.exec(
    source,
  );
  return nested === null
    ? undefined
    : `${nested[1]} in place of ${nested[0]}, whose time doubles with each character it looks at`;
}

/** With "g" or "y" an expression begins where it ended last time. */
export function withoutMemory(regexp: RegExp): RegExp {
  return new RegExp(regexp.source, regexp.flags.replace(/[gy]/g, ""));
}

function segmentsOf(text: string): Segment[] {
  return text
    .split("/")
    .slice(1)
    .map((segment) => (segment.startsWith(":") ? { name: segment.slice(1) } : plainPath(segment)));
}

/**
 * What is wrong with a path of a `match`.
 *
 * @returns What is allowed instead, or undefined for a good one.
 */
export function patternFault(match: string): string | undefined {
  if (!match.startsWith("/")) {
    return `a path that starts with "/", such as ${JSON.stringify(`/${match}`)}`;
  }
  const star = match.indexOf("*");
  if (star >= 0 && !(star === match.length - 1 && match[star - 1] === "/")) {
    return 'a "*" only as the whole last segment, such as "/api/*"';
  }
  if (match.includes("?") || match.includes("#")) {
    return "a path without query or fragment";
  }
  // RFC 3986 §3.3: what is not a path character can never arrive in a request target.
  if (!/^(?:[/A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*$/.test(match)) {
    return `a path as requests carry it, percent-encoded: ${JSON.stringify(encodePath(match))}`;
  }
  return segmentFault(match);
}

function segmentFault(match: string): string | undefined {
  const segments = match.split("/");
  if (segments.some((segment) => /^\.\.?$/.test(plainPath(segment)))) {
    return 'a path without "." and ".." as segments: a request with one is answered 400';
  }
  const names = segments.filter((segment) => segment.startsWith(":")).map((segment) => segment.slice(1));
  if (names.some((name) => !/^[A-Za-z_]\w*$/.test(name))) {
    return 'a parameter such as "/:id", or "%3A" for a colon that begins a segment';
  }
  const twice = names.find((name, index) => names.indexOf(name) < index);
  return twice === undefined ? undefined : `each parameter once, here ":${twice}" stands twice`;
}

function encodePath(match: string): string {
  try {
    return encodeURI(match).replaceAll("%25", "%");
  } catch {
    return "/";
  }
}

/** Whether a path in plain spelling is one that the pattern means. */
export function matchesPath(pattern: Pattern, path: string): boolean {
  return pattern.type === "regexp" ? pattern.regexp.test(path) : endOfSegments(pattern, path) >= 0;
}

/**
 * The offset after the pattern's segments: the end of the path, or that of the slash before what
 * the final `*` stands for; -1 for a path that does not match.
 */
export function endOfSegments({ segments, below }: PathPattern, path: string): number {
  let at = 0;
  for (const segment of segments) {
    if (path.charCodeAt(at) !== slash) {
      return -1;
    }
    const next = endOfSegment(path, at + 1);
    const fits =
      typeof segment === "string"
        ? next - at - 1 === segment.length && path.startsWith(segment, at + 1)
        : next > at + 1;
    if (!fits) {
      return -1;
    }
    at = next;
  }
  return (below ? path.charCodeAt(at) === slash : at === path.length) ? at : -1;
}

/** The offset of the next slash from `start` on, or the path's end. */
export function endOfSegment(path: string, start: number): number {
  const next = path.indexOf("/", start);
  return next < 0 ? path.length : next;
}

const slash = 0x2f;

/** Whether every path that `inner` means is one that `outer` means, as far as that can be told. */
export function patternCovers(outer: Pattern, inner: Pattern): boolean {
  if (outer.type === "regexp") {
    return inner.type === "regexp"
      ? outer.regexp.source === inner.regexp.source && outer.regexp.flags === inner.regexp.flags
      : isOnePath(inner) && outer.regexp.test(`/${inner.segments.join("/")}`);
  }
  if (inner.type === "regexp") {
    return outer.below && outer.segments.length === 0;
  }
  const { segments } = outer;
  const deep = inner.segments.length - segments.length;
  return (
    (outer.below ? deep > 0 || (deep === 0 && inner.below) : deep === 0 && !inner.below) &&
    segments.every((segment, index) => segmentCovers(segment, inner.segments[index] ?? ""))
  );
}

export function isOnePath({ segments, below }: PathPattern): boolean {
  return !below && segments.every((segment) => typeof segment === "string");
}

function segmentCovers(outer: Segment, inner: Segment): boolean {
  return typeof outer === "string" ? outer === inner : inner !== "";
}
