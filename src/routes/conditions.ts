/** Conditions as functions: what of a request is looked at besides its path, and in which order. */
import type { Endpoint, HttpRequest } from "../message/index.ts";
import { hostMatches } from "./hosts.ts";
import type { Conditions, NamedValues } from "./match.ts";
import { addressBits, networkHas } from "./networks.ts";
import { matchesPath } from "./patterns.ts";
import { cookieValues, fieldValues, queryValues, valuesMatch } from "./values.ts";

/** @param path - The request's, in plain spelling. */
export type Test = (request: HttpRequest, client: Endpoint, path: string) => boolean;

/** All that the conditions say, but for the path, what costs least first. */
export function testsOf(conditions: Conditions): Test[] {
  const { method, scheme, host, protocol, client, fields = [], query = [], cookies = [], not } = conditions;
  const tests: Test[] = [];
  if (method !== undefined) {
    tests.push((request) => methodMatches(method, request.method));
  }
  if (scheme !== undefined) {
    tests.push((request) => scheme.includes(request.scheme));
  }
  if (protocol !== undefined) {
    tests.push((request) => protocol.includes(request.version));
  }
  if (host !== undefined) {
    tests.push((request) => host.some((one) => hostMatches(one, request.host.host)));
  }
  if (client !== undefined) {
    tests.push((_, { address }) => {
      const bits = addressBits(address);
      return bits !== undefined && client.some((network) => networkHas(network, bits));
    });
  }
  tests.push(
    ...fields.map((wanted) => valueTest(wanted, fieldValues)),
    ...cookies.map((wanted) => valueTest(wanted, cookieValues)),
    ...query.map((wanted) => valueTest(wanted, queryValues)),
  );
  if (not !== undefined) {
    const unwanted = not.map(wholeTest);
    tests.push((request, at, path) => !unwanted.some((test) => test(request, at, path)));
  }
  return tests;
}

/** HEAD asks for what GET would answer (RFC 9110 §9.3.2). */
function methodMatches(wanted: readonly string[], method: string): boolean {
  return wanted.includes(method) || (method === "HEAD" && wanted.includes("GET"));
}

function valueTest(
  { name, values }: NamedValues,
  valuesOf: (request: HttpRequest, name: string) => readonly string[],
): Test {
  return (request) => valuesMatch(values, valuesOf(request, name));
}

/** Whether the conditions hold as a whole, the path included. */
function wholeTest(conditions: Conditions): Test {
  const tests = testsOf(conditions);
  const { path: patterns } = conditions;
  if (patterns !== undefined) {
    tests.unshift((_, __, path) => patterns.some((pattern) => matchesPath(pattern, path)));
  }
  return (request, client, path) => tests.every((test) => test(request, client, path));
}
