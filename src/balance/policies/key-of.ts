/** What of a request a consistent hash is taken of. */
import { cookieValue } from "../../fields/index.ts";
import type { Endpoint, HttpRequest } from "../../message/index.ts";
import type { PolicyChoice } from "./make-policy.ts";

/**
 * @param request - undefined for streams, which have a client and nothing else.
 * @param client - Who sent it: whom a trusted proxy names, not the proxy.
 * @returns undefined where the policy takes no hash, or the request has no such thing.
 */
export function keyOf(
  choice: PolicyChoice,
  request: HttpRequest | undefined,
  client: Endpoint,
): string | undefined {
  if (typeof choice === "string") {
    return undefined;
  }
  const { hash } = choice;
  if (hash === "client") {
    return client.address;
  }
  if (request === undefined) {
    return undefined;
  }
  if (hash === "path") {
    return request.path;
  }
  if (hash === "url") {
    return `${request.authority}${request.path}${request.query === undefined ? "" : `?${request.query}`}`;
  }
  return "field" in hash
    ? request.fields.get(hash.field.toLowerCase())
    : cookieValue(request.fields, hash.cookie);
}
