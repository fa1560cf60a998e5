/** Which target a request has at the upstream: a prefix taken off, a base put before, the rest octet by octet as received. */
import { rooted } from "../redirection.ts";

export interface PathRules {
  /** Whole segments taken off the front, in plain spelling, such as "/api"; "" for none. */
  readonly stripPrefix: string;
  /** Whole segments put before, such as "/v2"; "" for none. */
  readonly base: string;
}

/**
 * A slash at the end means nothing here, neither in a rule nor in a path: `/api/x` less `/api` is `/x`,
 * `/api/` is `/` and `/api` is the base itself, or `/`.
 *
 * @param path - As received; begins with "/".
 * @param offset - Where in `path` the prefix ends if the path begins with it, else 0.
 */
export function mappedPath(path: string, offset: number, base: string): string {
  const rest = offset === 0 ? path : path.slice(offset);
  if (base !== "") {
    return base + rest;
  }
  // With two slashes in front, many would take what follows for a host (RFC 3986 §4.2).
  return rest === "" ? "/" : offset === 0 ? rest : rooted(rest);
}

/** Where in `path` (in plain spelling) the prefix ends; 0 where it does not begin with these segments. */
export function prefixEnd(path: string, prefix: string): number {
  return path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/")
    ? prefix.length
    : 0;
}

/**
 * The way back: what a client has to ask for to get at a path of the upstream.
 *
 * @param path - Of the upstream, as it wrote it; may have a query and a fragment behind it.
 * @returns undefined where the path lies outside the base: no request of a client gets there.
 */
export function mappedBackPath(path: string, { stripPrefix, base }: PathRules): string | undefined {
  if (!path.startsWith(base) || (path.length > base.length && !/[/?#]/.test(path[base.length] as string))) {
    return undefined;
  }
  const rest = path.slice(base.length);
  return stripPrefix === "" ? rooted(rest.startsWith("/") ? rest : `/${rest}`) : stripPrefix + rest;
}
