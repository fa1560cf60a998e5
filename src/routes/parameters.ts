/** What a route's patterns captured of a request's path. */
import type { HttpRequest } from "../message/index.ts";
import { endOfSegment, endOfSegments, matchesPath, type PathPattern, type Pattern } from "./patterns.ts";
import { plainPath, receivedOffset } from "./plain-path.ts";
import type { Found } from "./table.ts";

/**
 * Each parameter and named group under its name, percent-encoded still and in plain spelling; under
 * "*" what the final `*` stands for, as received: "b/c" for `/a/*` and `/a/b/c`, else "". Where a
 * group around the route captured the same name, the route's own capture counts.
 *
 * Calculated each time: ask once.
 */
export function parametersOf(
  { paths }: Found<unknown>,
  request: HttpRequest,
): Readonly<Record<string, string>> {
  const received = request.path === "" ? "/" : request.path;
  const path = plainPath(received);
  const captures = paths.flatMap((patterns) => {
    const pattern = patterns.find((one) => matchesPath(one, path));
    return pattern === undefined ? [] : captured(pattern, path, received);
  });
  // Unlike an assignment, this makes "__proto__" a name like any other.
  return Object.fromEntries([["*", ""], ...captures]);
}

type Capture = readonly [name: string, value: string];

function captured(pattern: Pattern, path: string, received: string): Capture[] {
  if (pattern.type === "path") {
    return segmentsCaptured(pattern, path, received);
  }
  const groups = Object.entries(pattern.regexp.exec(path)?.groups ?? {});
  return groups.filter(([, value]) => value !== undefined);
}

function segmentsCaptured(pattern: PathPattern, path: string, received: string): Capture[] {
  const captures: Capture[] = [];
  let at = 0;
  for (const segment of pattern.segments) {
    const end = endOfSegment(path, at + 1);
    if (typeof segment !== "string") {
      captures.push([segment.name, path.slice(at + 1, end)]);
    }
    at = end;
  }
  const rest = pattern.below ? endOfSegments(pattern, path) + 1 : path.length;
  return [...captures, ["*", received.slice(receivedOffset(received, rest))]];
}
