/** Redirects that lead back to where they began, followed through the site table as a client would. */
import { type Endpoint, HttpRequest } from "../message/index.ts";
import type { Description, Destination } from "../pipeline/index.ts";
import {
  compileSites,
  type Found,
  parametersOf,
  type Sample,
  type SiteTable,
  sampleRequests,
} from "../routes/index.ts";
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
  const known = new Map<unknown, Destination | undefined>();
  const sites = config.sites.map(({ hosts, routes }) => ({
    hosts,
    routes: routes.map((route) => ({
      conditions: route.conditions,
      value: { route, destinations: destinationsOf(route, kinds, config.base, known) },
    })),
  }));
  const walk = new RedirectWalk(compileSites(sites), config.listeners);
  const told = new Set<string>();
  const loopsFrom = (samples: readonly Sample[], first?: Sender): Problem[] =>
    samples.flatMap(({ request, client }) => {
      const steps = walk.loopFrom(request, client, first);
      const key = steps === undefined ? "" : routesOf(steps);
      if (steps === undefined || told.has(key)) {
        return [];
      }
      told.add(key);
      return [problemOf(steps)];
    });
  return sites.flatMap(({ hosts, routes }) => [
    ...routes.flatMap(({ conditions, value }) =>
      value.destinations.length === 0
        ? []
        : loopsFrom(sampleRequests(conditions, hosts, walk.schemes), value),
    ),
    ...originsOf(routes, kinds, config.base).flatMap((path) =>
      loopsFrom(sampleRequests([{ path, host: hosts.slice(0, 1) }], hosts, walk.schemes)),
    ),
  ]);
}

/** Paths of a site that are followed; a map may have more. */
const mostOrigins = 10_000;

/** Where maps and the like around a site's routes begin to redirect. */
function originsOf(
  routes: readonly { readonly value: Sender }[],
  kinds: Kinds,
  base: string,
): readonly string[] {
  const asked = new Set<unknown>();
  const origins = new Set<string>();
  for (const description of routes.flatMap(({ value }) => visible(value.route, kinds))) {
    const { options } = description;
    if (!asked.has(options)) {
      asked.add(options);
      for (const path of kindOf(kinds, description)?.origins?.(options as never, base) ?? []) {
        origins.add(path);
      }
    }
  }
  return [...origins].slice(0, mostOrigins);
}

/** @param known - Destinations by options: those of a site's filter are the same for each of its routes. */
function destinationsOf(
  route: NormalRoute,
  kinds: Kinds,
  base: string,
  known: Map<unknown, Destination | undefined>,
): Destination[] {
  return visible(route, kinds).flatMap((description) => {
    const { options } = description;
    if (!known.has(options)) {
      known.set(options, kindOf(kinds, description)?.destination?.(options as never, base));
    }
    return known.get(options) ?? [];
  });
}

/** The filters that see the request as it came, and the handler if it does. */
function visible({ filters, handler }: NormalRoute, kinds: Kinds): readonly Description[] {
  const opaque = filters.findIndex(
    ({ kind }) => kinds.filters.find((one) => one.kind === kind)?.changesRequest === true,
  );
  return opaque < 0 ? [...filters, handler] : filters.slice(0, opaque);
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
   * undefined where the redirects end, or `first` is given and does not answer the request.
   */
  loopFrom(start: HttpRequest, client: Endpoint, first?: Sender): readonly Step[] | undefined {
    const steps: Step[] = [];
    let request: HttpRequest | undefined = start;
    while (request !== undefined && steps.length <= longestChain) {
      const found = this.#table.find(request, client);
      if (typeof found === "string" || (steps.length === 0 && found.value !== (first ?? found.value))) {
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
