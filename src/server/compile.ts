/** From a checked configuration to handlers: one function from request to response. */
import type { NormalConfig, NormalRoute } from "../config/index.ts";
import { filterKinds } from "../filters/index.ts";
import { errorPage, handlerKinds } from "../handlers/index.ts";
import { cancelContent, Fields, type HttpRequest, HttpResponse, MisuseError } from "../message/index.ts";
import { compose, type Exchange, type Filter, type Handler, type Runtime, then } from "../pipeline/index.ts";
import { compileSites, type Found, type SiteTable } from "../routes/index.ts";

/** A route's handler with its filters around it. */
export interface CompiledRoute {
  readonly handler: Handler;
}

export type Respond = (request: HttpRequest, call: RoutedCall) => HttpResponse | Promise<HttpResponse>;

/** An exchange that can be told which route answers it. */
export interface RoutedCall extends Exchange {
  found: Found<unknown> | undefined;
}

/** @throws Error from a handler that cannot be compiled (a root that is gone, a socket that cannot be had). */
export function compileConfig(config: NormalConfig, runtime: Runtime): Respond {
  const table = compileSites<CompiledRoute>(
    config.sites.map(({ hosts, routes }) => ({
      hosts,
      routes: routes.map((route) => ({ match: route.match, value: compileRoute(route, runtime) })),
    })),
  );
  return (request, call) => respond(table, request, call);
}

function respond(
  table: SiteTable<CompiledRoute>,
  request: HttpRequest,
  call: RoutedCall,
): HttpResponse | Promise<HttpResponse> {
  const found = table.find(request.host.host, request.path);
  if (found === "no-site") {
    return refuse(request, 421, `No site here is called "${request.host.host}".`);
  }
  if (request.target.form === "asterisk") {
    return aboutServer;
  }
  if (request.target.form === "authority") {
    return connect(table, request, call);
  }
  if (found === "no-route") {
    return refuse(request, 404, "No route of this site matches the path.");
  }
  call.found = found;
  return found.value.handler(request, call);
}

/**
 * CONNECT names no path, so the route for "/" answers it. Any 2xx would mean a tunnel to the
 * client (RFC 9110 §9.3.6): an answer that is none does not get through.
 */
function connect(
  table: SiteTable<CompiledRoute>,
  request: HttpRequest,
  call: RoutedCall,
): HttpResponse | Promise<HttpResponse> {
  const found = table.find(request.host.host, "/");
  if (typeof found === "string") {
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

function compileRoute(route: NormalRoute, runtime: Runtime): CompiledRoute {
  const handler = kindOf(handlerKinds, route.handler.kind).compile(route.handler.options as never, runtime);
  const filters = route.filters.map(
    (filter): Filter => kindOf(filterKinds, filter.kind).compile(filter.options as never, runtime),
  );
  return { handler: compose(filters, handler) };
}

function kindOf<K extends { readonly kind: string }>(kinds: readonly K[], name: string): K {
  const kind = kinds.find((each) => each.kind === name);
  if (kind === undefined) {
    throw new MisuseError(`no handler or filter is called ${JSON.stringify(name)}`);
  }
  return kind;
}
