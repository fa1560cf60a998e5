/** The table finds what trying each route in turn finds; what check calls unreachable never answers. */
import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Endpoint, HttpRequest } from "../message/index.ts";
import type { Match, MatchConditions, PathMatch } from "./match.ts";
import { unreachableRoutes } from "./reach.ts";
import { compileSites } from "./table.ts";

const client: Endpoint = { address: "::1", port: 1, family: "ipv6" };

const segment = fc.constantFrom("a", "b", "", "Ab", "%41", "%2f");
const requestPath = fc.array(segment, { maxLength: 5 }).map((parts) => `/${parts.join("/")}`);
const patternSegment = fc.constantFrom("a", "b", "", "Ab", "%41b", "%2F", ":x");
const pathMatch: fc.Arbitrary<PathMatch> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.array(patternSegment, { maxLength: 4 }), fc.boolean()).map(written) },
  { weight: 1, arbitrary: fc.constantFrom(/^\/a/, /b$/, /Ab/, /\/\//) },
);
const method = fc.constantFrom("GET", "HEAD", "POST");
const conditions: fc.Arbitrary<MatchConditions> = fc.record(
  {
    path: fc.array(pathMatch, { minLength: 1, maxLength: 2 }),
    method,
    scheme: fc.constantFrom("http", "https"),
  },
  { requiredKeys: [] },
);
const match: fc.Arbitrary<Match> = fc.oneof(
  { weight: 4, arbitrary: pathMatch },
  { weight: 1, arbitrary: fc.array(pathMatch, { minLength: 1, maxLength: 3 }) },
  { weight: 2, arbitrary: conditions },
  { weight: 1, arbitrary: conditions.map((not) => ({ not })) },
);
const routes = fc.array(fc.array(match, { minLength: 1, maxLength: 3 }), { maxLength: 10 });
const request = fc
  .record({ path: requestPath, method, scheme: fc.constantFrom<"http" | "https">("http", "https") })
  .map(({ path, ...init }) => HttpRequest.make(path, init));

/** Each name once. */
function written([parts, below]: [string[], boolean]): string {
  const names = parts.map((part, index) => (part === ":x" ? `:x${index}` : part));
  return `/${[...names, ...(below ? ["*"] : [])].join("/")}`;
}

function firstFitting(all: readonly (readonly Match[])[], asked: HttpRequest): number {
  return all.findIndex((matches) => matches.every((one) => fits(one, asked)));
}

function fits(one: Match, asked: HttpRequest): boolean {
  if (typeof one === "string" || one instanceof RegExp) {
    return fitsPath(one, asked.path);
  }
  if (isList(one)) {
    return one.some((path) => fitsPath(path, asked.path));
  }
  const { path, method: wanted, scheme, not } = one;
  return (
    (path === undefined || [path].flat().some((each) => fitsPath(each, asked.path))) &&
    (wanted === undefined || wanted === asked.method || (wanted === "GET" && asked.method === "HEAD")) &&
    (scheme === undefined || scheme === asked.scheme) &&
    (not === undefined || ![not].flat().some((each) => fits(each, asked)))
  );
}

function isList(one: Match): one is readonly PathMatch[] {
  return Array.isArray(one);
}

const plain = (path: string): string => path.replaceAll("%41", "A").replaceAll("%2f", "%2F");

/** By an expression made of the pattern, which is as slow as it is plain. */
function fitsPath(pattern: PathMatch, path: string): boolean {
  if (pattern instanceof RegExp) {
    return pattern.test(plain(path));
  }
  const source = plain(pattern).replace(/:x\d/g, "[^/]+").replace(/\*$/, ".*");
  return new RegExp(`^${source}$`).test(plain(path));
}

describe("the table of routes", () => {
  it("finds what trying each route in turn finds", () => {
    fc.assert(
      fc.property(routes, fc.array(request, { minLength: 1, maxLength: 8 }), (all, requests) => {
        const table = compileSites([
          { hosts: ["*"], routes: all.map((one) => ({ conditions: one, value: 0 })) },
        ]);
        for (const asked of requests) {
          const found = table.find(asked, client);
          strictEqual(typeof found === "string" ? -1 : found.route, firstFitting(all, asked));
        }
      }),
      { numRuns: 300 },
    );
  });

  it("finds no path that check calls unreachable", () => {
    fc.assert(
      fc.property(routes, request, (all, asked) => {
        const dead = unreachableRoutes([{ routes: all.map((one) => ({ conditions: one })) }]);
        const first = firstFitting(all, asked);
        for (const { route, by } of dead.filter((one) => one.path === 0 && one.condition === 0)) {
          // A route of a single path, all of which an earlier one answers.
          const [only] = all[route] ?? [];
          strictEqual(by <= route && !(isSingle(only) && all[route]?.length === 1 && first === route), true);
        }
      }),
      { numRuns: 300 },
    );
  });
});

function isSingle(one: Match | undefined): boolean {
  return typeof one === "string" || one instanceof RegExp;
}
