/**
 * What finding a route costs with 1, 1,000 and 100,000 hosts or routes:
 *
 *   npx tsx bench/routes.ts
 *
 * Each figure is the best of several rounds; requests are made beforehand and take turns, so that
 * each lookup finds another place in memory, as a server's would.
 */
import { type Endpoint, HttpRequest } from "../src/message/index.ts";
import { compileSites, type Match, type SiteTable } from "../src/routes/index.ts";

const client: Endpoint = { address: "127.0.0.1", port: 49_152, family: "ipv4" };
const sizes = [1, 1_000, 100_000] as const;
const lookups = 20_000;
const rounds = 60;

interface Kind {
  readonly name: string;
  readonly hostOf?: (n: number) => string;
  /** Of one site, unless there is a host for each. */
  readonly matchOf: (n: number) => Match;
  readonly pathOf: (n: number) => string;
}

const kinds: readonly Kind[] = [
  { name: "hosts", hostOf: (n) => `h${n}.example.com`, matchOf: () => "/*", pathOf: () => "/" },
  { name: "exact paths", matchOf: (n) => `/r${n}/about`, pathOf: (n) => `/r${n}/about` },
  { name: "prefixes", matchOf: (n) => `/r${n}/*`, pathOf: (n) => `/r${n}/a/b/c.html` },
  { name: "parameters", matchOf: (n) => `/r${n}/:id/posts/:post`, pathOf: (n) => `/r${n}/17/posts/4` },
  { name: "path and method", matchOf: (n) => ({ path: `/r${n}`, method: "GET" }), pathOf: (n) => `/r${n}` },
];

function tableOf({ hostOf, matchOf }: Kind, size: number): SiteTable<number> {
  const routes = Array.from({ length: size }, (_, n) => ({ conditions: [matchOf(n)], value: n }));
  return compileSites(
    hostOf === undefined
      ? [{ hosts: ["*"], routes }]
      : routes.map((route, n) => ({ hosts: [hostOf(n)], routes: [route] })),
  );
}

/** Spread over the whole table, the last route among them. */
function requestsOf({ hostOf, pathOf }: Kind, size: number): HttpRequest[] {
  const count = Math.min(size, 256);
  return Array.from({ length: count }, (_, i) => {
    const n = size - 1 - Math.floor((i * size) / count);
    return HttpRequest.make(pathOf(n), { authority: hostOf?.(n) ?? "example.com" });
  });
}

/** Nanoseconds a lookup. */
function measure(table: SiteTable<number>, requests: readonly HttpRequest[]): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round += 1) {
    const start = process.hrtime.bigint();
    for (let i = 0; i < lookups; i += 1) {
      if (typeof table.find(requests[i % requests.length] as HttpRequest, client) === "string") {
        throw new Error("a route was not found");
      }
    }
    best = Math.min(best, Number(process.hrtime.bigint() - start) / lookups);
  }
  return best;
}

console.log(
  `${"ns a lookup".padEnd(18)}${sizes.map((size) => size.toLocaleString("en").padStart(10)).join("")}`,
);
for (const kind of kinds) {
  const costs = sizes.map((size) => measure(tableOf(kind, size), requestsOf(kind, size)));
  console.log(`${kind.name.padEnd(18)}${costs.map((cost) => cost.toFixed(0).padStart(10)).join("")}`);
}
