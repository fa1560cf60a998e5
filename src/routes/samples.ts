/** Requests that a route might answer, for following where it would send them. */
import { type Endpoint, Fields, HttpRequest } from "../message/index.ts";
import {
  listOf,
  type Match,
  type MatchConditions,
  type OneOrMore,
  type PathMatch,
  type ValueMatches,
} from "./match.ts";

export interface Sample {
  readonly request: HttpRequest;
  readonly client: Endpoint;
}

/** Of a site's hosts and a route's paths, as many of each are tried. */
const most = 10;

/**
 * Requests made from what a route asks for, a few for each scheme; whether it is this route that
 * answers them remains to be seen, since what an expression or a `not` asks for is not thought of.
 *
 * @param hosts - Those of the site.
 * @param schemes - Those it can be asked under.
 */
export function sampleRequests(
  conditions: readonly Match[],
  hosts: readonly string[],
  schemes: readonly ("http" | "https")[],
): Sample[] {
  const asked: MatchConditions = Object.assign({}, ...conditions.map(conditionsOf));
  const { method = "GET", scheme = schemes, host = hosts, protocol = "1.1", client = "127.0.0.1" } = asked;
  const [address = ""] = (listOf(client)[0] ?? "").split("/");
  const family = address.includes(":") ? "ipv6" : "ipv4";
  const from: Endpoint = { address, port: 49_152, family };
  const query = samplePairs(asked.query)
    .map((pair) => pair.map(encodeURIComponent).join("="))
    .join("&");
  const cookies = samplePairs(asked.cookies)
    .map((pair) => pair.join("="))
    .join("; ");
  const fields = Fields.from([
    ...samplePairs(asked.fields),
    ...(cookies === "" ? [] : [["cookie", cookies] as const]),
  ]);
  const init = { method: listOf(method)[0] ?? "GET", version: listOf(protocol)[0] ?? "1.1", fields };
  return listOf(scheme)
    .filter((one) => schemes.includes(one))
    .flatMap((one) =>
      listOf(host)
        .slice(0, most)
        .flatMap((name) =>
          samplePaths(asked.path).map((path) => {
            const target = query === "" ? path : `${path}?${query}`;
            const authority = name === "*" ? "any.example" : name.replace(/^\*/, "any");
            return { request: HttpRequest.make(target, { ...init, scheme: one, authority }), client: from };
          }),
        ),
    );
}

function conditionsOf(match: Match): MatchConditions {
  const isPath = typeof match === "string" || match instanceof RegExp || Array.isArray(match);
  return isPath ? { path: match as OneOrMore<PathMatch> } : (match as MatchConditions);
}

function samplePaths(path: OneOrMore<PathMatch> = "/*"): string[] {
  return listOf(path)
    .slice(0, most)
    .flatMap((one) => (typeof one === "string" ? [one] : []))
    .map((one) => one.replace(/\/:\w+/g, "/any"))
    .flatMap((one) => (one.endsWith("/*") ? [one.slice(0, -1), `${one.slice(0, -1)}any`] : [one]));
}

function samplePairs(matches: ValueMatches = {}): (readonly [string, string])[] {
  return Object.entries(matches).flatMap(([name, values]) => {
    const value = listOf(values).find((one) => typeof one === "string" || one === true);
    return value === undefined ? [] : [[name, typeof value === "string" ? value : "any"] as const];
  });
}
