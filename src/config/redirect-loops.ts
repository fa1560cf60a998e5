/** Redirects that lead back to where they began, followed through the site table as a client would. */
import { type Endpoint, HttpRequest } from "../message/index.ts";
import type { Description, Destination } from "../pipeline/index.ts";
import { compileSites, type Found, parametersOf, type SiteTable, sampleRequests } from "../routes/index.ts";
import { type Kinds, kindOf } from "./kinds.ts";
import type { Problem } from "./problems.ts";
import type { Listener, NormalConfig, NormalRoute } from "./types.ts";

type Scheme = "http" | "https";

/** A route and where it sends clients, the outermost filter first; [] where it sends none. */
interface Sender {
  readonly route: NormalRoute;
  readonly destinations: readonly Destination[];
}

interface Step {
  readonly uri: string;
  readonly found: Found<Sender>;
}

/** Browsers follow 20 (Fetch Standard, HTTP-redirect fetch). */
const longestChain = 20;

/** @param config - One in which nothing else is wrong. */
export function redirectLoops(config: NormalConfig, kinds: Kinds): Problem[] {
  const sites = config.sites.map(({ hosts, routes }) => ({
    hosts,
    routes: routes.map((route) => ({
      conditions: route.conditions,
      value: { route, destinations: destinationsOf(route, kinds, config.base) },
    })),
  }));
  const walk = new RedirectWalk(compileSites(sites), config.listeners);
  const told = new Set<string>();
  return sites.flatMap(({ hosts, routes }) =>
    routes.flatMap(({ conditions, value }) => {
      if (value.destinations.length === 0) {
        return [];
      }
      return sampleRequests(conditions, hosts, walk.schemes).flatMap(({ request, client }) => {
        const steps = walk.loopFrom(request, client, value);
        const key = steps === undefined ? "" : routesOf(steps);
        if (steps === undefined || told.has(key)) {
          return [];
        }
        told.add(key);
        return [problemOf(steps)];
      });
    }),
  );
}

function destinationsOf({ filters, handler }: NormalRoute, kinds: Kinds, base: string): Destination[] {
  const opaque = filters.findIndex(
    ({ kind }) => kinds.filters.find((one) => one.kind === kind)?.changesRequest === true,
  );
  const seen: readonly Description[] = opaque < 0 ? [...filters, handler] : filters.slice(0, opaque);
  return seen.flatMap((description) => {
    const kind = kindOf(kinds, description);
    return kind?.destination === undefined ? [] : [kind.destination(description.options as never, base)];
  });
}

/** A client that follows redirects until they leave what is served here. */
export class RedirectWalk {
  /** Under which sites can be asked here. */
  readonly schemes: readonly Scheme[];
  readonly #table: SiteTable<Sender>;
  readonly #ports: ReadonlyMap<Scheme, ReadonlySet<number>>;

  constructor(table: SiteTable<Sender>, listeners: readonly Listener[]) {
    this.#table = table;
    this.#ports = portsOf(listeners);
    this.schemes = [...this.#ports.keys()];
  }

  /**
   * The steps of a circle, its first repeated at its end, or of a chain too long to follow;
   * undefined where `first` does not answer the request, or the redirects end.
   */
  loopFrom(start: HttpRequest, client: Endpoint, first: Sender): readonly Step[] | undefined {
    const steps: Step[] = [];
    let request: HttpRequest | undefined = start;
    while (request !== undefined && steps.length <= longestChain) {
      const found = this.#table.find(request, client);
      if (typeof found === "string" || (steps.length === 0 && found.value !== first)) {
        return undefined;
      }
      const step = { uri: uriOf(request), found };
      const before = steps.findIndex(({ uri }) => uri === step.uri);
      steps.push(step);
      if (before >= 0) {
        return steps.slice(before);
      }
      request = this.#next(request, found);
    }
    return request === undefined ? undefined : steps;
  }

  #next(request: HttpRequest, found: Found<Sender>): HttpRequest | undefined {
    const location = locationOf(found, request);
    const base = uriOf(request);
    if (location === undefined || !URL.canParse(location, base)) {
      return undefined;
    }
    const to = new URL(location, base);
    const scheme = to.protocol === "http:" ? "http" : "https";
    if (to.protocol !== `${scheme}:` || !this.#isOurs(scheme, to.port)) {
      return undefined;
    }
    const { method, version, fields } = request;
    return HttpRequest.make(`${to.pathname}${to.search}`, {
      ...{ method, version, fields, scheme, authority: to.host },
      host: {
        host: to.hostname.replace(/^\[|\]$/g, ""),
        port: to.port === "" ? undefined : Number(to.port),
      },
    });
  }

  /** The standard port may be ours whatever we listen on: a router or a container may map it. */
  #isOurs(scheme: Scheme, port: string): boolean {
    const ports = this.#ports.get(scheme);
    return ports !== undefined && (port === "" || ports.has(Number(port)));
  }
}

function portsOf(listeners: readonly Listener[]): ReadonlyMap<Scheme, ReadonlySet<number>> {
  const ports = new Map<Scheme, Set<number>>();
  for (const listener of listeners) {
    const scheme = listener.tls ? "https" : "http";
    const known = ports.get(scheme) ?? new Set();
    ports.set(scheme, listener.type === "tcp" ? known.add(listener.port) : known);
  }
  return ports;
}

function locationOf(found: Found<Sender>, request: HttpRequest): string | undefined {
  const parameters = parametersOf(found, request);
  for (const destination of found.value.destinations) {
    try {
      const location = destination(request, parameters);
      if (location !== undefined) {
        return location;
      }
    } catch {
      // Such a request is answered with an error and not sent on.
      return undefined;
    }
  }
  return undefined;
}

function uriOf({ scheme, authority, path, query }: HttpRequest): string {
  return `${scheme}://${authority}${path}${query === undefined ? "" : `?${query}`}`;
}

function routesOf(steps: readonly Step[]): string {
  const routes = new Set(steps.map(({ found }) => `${found.site}.${found.route}`));
  return [...routes].sort().join(" ");
}

function problemOf(steps: readonly Step[]): Problem {
  const chain = steps.map(({ uri }) => uri).join(" to ");
  const isCircle = steps[0]?.uri === steps.at(-1)?.uri;
  const [first, second] = [...new Set(steps.map(({ found }) => found.value.route))];
  return {
    path: first?.at ?? [],
    message: isCircle
      ? `redirects in a circle: ${chain}`
      : `redirects on and on, ${longestChain} times and more: ${steps
          .slice(0, 4)
          .map(({ uri }) => uri)
          .join(" to ")} to …`,
    ...(second !== undefined && { other: { path: second.at } }),
  };
}
