/** From a checked configuration to handlers: one function from request to response. */
import type { NormalConfig } from "../config/index.ts";
import { filterKinds } from "../filters/index.ts";
import { errorPage, handlerKinds } from "../handlers/index.ts";
import { cancelContent, Fields, type HttpRequest, HttpResponse, MisuseError } from "../message/index.ts";
import {
  compose,
  type Exchange,
  type Filter,
  type FilterDescription,
  type Handler,
  type Runtime,
  then,
} from "../pipeline/index.ts";
import { compileSites, type Found, type NotFound, type SiteTable } from "../routes/index.ts";

/** A route's handler with its filters around it. */
export interface CompiledRoute {
  readonly handler: Handler;
  /** It answers what no route of its site does. */
  readonly otherwise: boolean;
}

export type Respond = (request: HttpRequest, call: RoutedCall) => HttpResponse | Promise<HttpResponse>;

/** An exchange that can be told which route answers it. */
export interface RoutedCall extends Exchange {
  found: Found<unknown> | undefined;
}

/** What compiling takes from the server; nested descriptions are compiled here. */
export type Surroundings = Omit<Runtime, "handler" | "filter">;

/**
 * Whether a request for `host` belongs on a connection whose client asked for `serverName`.
 * Where it does not, another connection would be answered with another certificate, or asked for one.
 */
export type Agrees = (serverName: string | undefined, host: string) => boolean;

/** The answer in place of a handler that threw. */
export type Failure = (thrown: unknown, request: HttpRequest, exchange: Exchange) => HttpResponse;

/** @throws Error from a handler that cannot be compiled (a root that is gone, a socket that cannot be had). */
export function compileConfig(
  config: NormalConfig,
  surroundings: Surroundings,
  { agrees, failure }: { readonly agrees: Agrees; readonly failure: Failure },
): Respond {
  const compiled = new Map<FilterDescription, Filter>();
  const runtime: Runtime = {
    ...surroundings,
    handler: ({ kind, options }) => kindOf(handlerKinds, kind).compile(options as never, runtime),
    // That of a site is around each of its routes, and may be a map of thousands of redirects.
    filter: (description) => {
      const { kind, options } = description;
      const filter =
        compiled.get(description) ?? kindOf(filterKinds, kind).compile(options as never, runtime);
      compiled.set(description, filter);
      return filter;
    },
  };
  const table = compileSites<CompiledRoute>(
    config.sites.map(({ hosts, filters, routes }) => ({
      hosts,
      routes: [
        ...routes.map((route) => ({
          conditions: route.conditions,
          value: {
            handler: filtered(route.filters, runtime.handler(route.handler), runtime, failure),
            otherwise: false,
          },
        })),
        {
          conditions: ["/*"],
          value: { handler: filtered(filters, noRoute, runtime, failure), otherwise: true },
        },
      ],
    })),
  );
  return (request, call) => {
    const { tls } = call;
    const { host } = request.host;
    if (tls !== undefined && tls.serverName !== host && !agrees(tls.serverName, host)) {
      return misdirected(request);
    }
    return respond(table, request, call);
  };
}

/** The client may ask again on a connection of its own for this host (RFC 9110 §15.5.20). */
function misdirected(request: HttpRequest): HttpResponse {
  const cause = `This connection was made for another host than "${request.host.host}".`;
  return refuse(request, 421, cause);
}

function respond(
  table: SiteTable<CompiledRoute>,
  request: HttpRequest,
  call: RoutedCall,
): HttpResponse | Promise<HttpResponse> {
  const found = table.find(request, call.client);
  if (found === "no-site") {
    return refuse(request, 421, `No site here is called "${request.host.host}".`);
  }
  if (request.target.form === "asterisk") {
    return aboutServer;
  }
  if (request.target.form === "authority") {
    return connect(found, request, call);
  }
  if (found === "dot-segment") {
    return refuse(request, 400, "The path contains a dot segment.");
  }
  if (found === "no-route") {
    return noRoute(request);
  }
  if (request.connectProtocol !== undefined) {
    return connect(found, request, call);
  }
  call.found = found;
  return found.value.handler(request, call);
}

/**
 * CONNECT names no path, so the route for "/" answers it; extended CONNECT names one (RFC 8441 §4).
 * Any 2xx would mean a tunnel to the client (RFC 9110 §9.3.6): an answer that is none does not get through.
 */
function connect(
  found: Found<CompiledRoute> | NotFound,
  request: HttpRequest,
  call: RoutedCall,
): HttpResponse | Promise<HttpResponse> {
  if (typeof found === "string" || found.value.otherwise) {
    return refuse(request, 501, "CONNECT is not offered here.");
  }
  call.found = found;
  return then(found.value.handler(request, call), (response) => {
    if (response.tunnel || response.status >= 300) {
      return response;
    }
    cancelContent(response.content, new Error("CONNECT was not answered by a tunnel"));
    return refuse(request, 501, "CONNECT is not offered here.");
  });
}

/** OPTIONS for the server as a whole (RFC 9110 §9.3.7). */
const aboutServer: HttpResponse = HttpResponse.lasting({
  status: 204,
  fields: Fields.of(["allow", "GET, HEAD, OPTIONS"]),
  content: { type: "empty", length: 0 },
});

function refuse(request: HttpRequest, status: number, cause: string): HttpResponse {
  return errorPage(status, cause, request.fields.get("accept"));
}

function noRoute(request: HttpRequest): HttpResponse {
  return refuse(request, 404, "No route of this site matches the request.");
}

/** Filters see what goes in place of a failed handler's answer, as they see any other: it needs its fields too. */
function filtered(
  descriptions: readonly FilterDescription[],
  handler: Handler,
  runtime: Runtime,
  failure: Failure,
): Handler {
  if (descriptions.length === 0) {
    return handler;
  }
  const filters = descriptions.map((filter): Filter => runtime.filter(filter));
  return compose(filters, (request, exchange) => {
    try {
      const answer = handler(request, exchange);
      return answer instanceof Promise
        ? answer.catch((error: unknown) => failure(error, request, exchange))
        : answer;
    } catch (error) {
      return failure(error, request, exchange);
    }
  });
}

function kindOf<K extends { readonly kind: string }>(kinds: readonly K[], name: string): K {
  const kind = kinds.find((each) => each.kind === name);
  if (kind === undefined) {
    throw new MisuseError(`no handler or filter is called ${JSON.stringify(name)}`);
  }
  return kind;
}
