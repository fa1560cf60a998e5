/** Which target a request has at the upstream. */
import type { HttpRequest } from "../../message/index.ts";
import { isPlain, plainPath, receivedOffset } from "../../routes/index.ts";
import { mappedPath, type PathRules, patchQuery, prefixEnd, type QueryPatch } from "../../semantics/index.ts";

/** @returns Path and query as they go on, octet by octet as received but for what the rules change. */
export function targetMaker(
  paths: PathRules,
  query: QueryPatch | undefined,
): (request: HttpRequest) => string {
  const { stripPrefix, base } = paths;
  if (stripPrefix === "" && base === "" && query === undefined) {
    return received;
  }
  const prefix = plainPath(stripPrefix);
  return (request) => {
    const { path } = request;
    if (!path.startsWith("/")) {
      return received(request);
    }
    const changed = query === undefined ? request.query : patchQuery(request.query, query);
    return joined(mappedPath(path, offsetIn(path, prefix), base), changed);
  };
}

function received(request: HttpRequest): string {
  return request.target.form === "absolute" ? joined(request.path, request.query) : request.rawTarget;
}

function joined(path: string, query: string | undefined): string {
  return query === undefined ? path : `${path}?${query}`;
}

function offsetIn(path: string, prefix: string): number {
  if (prefix === "") {
    return 0;
  }
  return isPlain(path) ? prefixEnd(path, prefix) : receivedOffset(path, prefixEnd(plainPath(path), prefix));
}
