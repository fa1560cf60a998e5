/** `canonical()`: one scheme, one host and one form of each path; all others redirect there. */
import { z } from "zod";
import { formatHost, parseHost } from "../../fields/index.ts";
import { HttpError, type HttpRequest, HttpResponse } from "../../message/index.ts";
import { type Filter, type FilterDescription, type FilterKind, laidOver } from "../../pipeline/index.ts";
import { canonicalHost, hostFault } from "../../routes/index.ts";
import { escapeForUri, redirectFaults, redirection } from "../../semantics/index.ts";

export interface CanonicalOptions {
  /** Requests in the clear are sent to https. */
  readonly scheme?: "https";
  /** The one host, such as "example.com". */
  readonly host?: string;
  /** The one port; that of the first listener with TLS where `scheme` changes, unless told. */
  readonly port?: number;
  /** Paths end in a slash, but those whose last segment has a dot ("add"); or none but "/" does ("remove"). */
  readonly trailingSlash?: "add" | "remove";
  /** 308 (for good, method kept) unless told. */
  readonly status?: 301 | 302 | 307 | 308;
}

/** Redirects every other spelling of a URI to the canonical one, in one step. */
export function canonical(options: CanonicalOptions): FilterDescription<"canonical", CanonicalOptions> {
  return { role: "filter", kind: "canonical", options };
}

export const canonicalKind: FilterKind<CanonicalOptions> = {
  kind: "canonical",
  schema: z
    .strictObject({
      scheme: z.literal("https").optional(),
      host: z
        .string()
        .superRefine((host, context) => {
          const fault = host.includes("*") ? "one host, without a wildcard" : hostFault(host);
          if (fault !== undefined) {
            context.addIssue({ code: "custom", message: `needs ${fault}` });
          }
        })
        .optional(),
      port: z.int().min(1).max(65_535).optional(),
      trailingSlash: z.enum(["add", "remove"]).optional(),
      status: z.literal([301, 302, 307, 308]).optional(),
    })
    .refine(
      ({ scheme, host, port, trailingSlash }) =>
        [scheme, host, port, trailingSlash].some((one) => one !== undefined),
      "needs one or more of scheme, host, port, trailingSlash",
    ),
  destination: (options) => (request) =>
    options.host === undefined && request.host.host === ""
      ? undefined
      : canonicalLocation(options, undefined, request),
  merge: laidOver,
  compile: (options, { httpsPort, warn }) => {
    if (options.scheme === "https" && httpsPort === undefined && options.port === undefined) {
      warn("canonical() sends to https, but nothing here listens with TLS: it sends to port 443");
    }
    return filterBy(options, httpsPort);
  },
};

function filterBy(options: CanonicalOptions, httpsPort: number | undefined): Filter {
  return (next) => (request, exchange) => {
    const location = canonicalLocation(options, httpsPort, request);
    return location === undefined
      ? next(request, exchange)
      : new HttpResponse(redirection(options.status ?? 308, location));
  };
}

/**
 * @param httpsPort - Undefined: 443.
 * @returns undefined for a request that is canonical already, or that no redirect could mend.
 * @throws HttpError 400 where the redirect needs a host and the request names none.
 */
export function canonicalLocation(
  options: CanonicalOptions,
  httpsPort: number | undefined,
  request: HttpRequest,
): string | undefined {
  if (!request.path.startsWith("/") || isChallenge(request.path)) {
    return undefined;
  }
  const scheme = options.scheme ?? request.scheme;
  const host = options.host === undefined ? request.host.host : canonicalHost(options.host);
  const path = canonicalPath(request.path, options.trailingSlash);
  const own = portOf(request.scheme, request.host.port);
  const port = options.port ?? (scheme === request.scheme ? own : (httpsPort ?? 443));
  const isRight =
    scheme === request.scheme &&
    canonicalHost(request.host.host) === canonicalHost(host) &&
    port === own &&
    path === request.path;
  if (isRight) {
    return undefined;
  }
  const authority = formatHost({ host, port: port === portOf(scheme, undefined) ? undefined : port });
  if (host === "" || parseHost(authority) === undefined) {
    throw new HttpError(redirectFaults.hostUnknown, "client", "the request names no host to redirect to");
  }
  const query = request.query === undefined ? "" : `?${escapeForUri(request.query, "query")}`;
  return `${scheme}://${authority}${escapeForUri(path, "path")}${query}`;
}

/** ACME asks over http, and some authorities follow no redirect to another port (RFC 8555 §8.3). */
function isChallenge(path: string): boolean {
  return path.startsWith("/.well-known/acme-challenge/");
}

function portOf(scheme: "http" | "https", port: number | undefined): number {
  return port ?? (scheme === "https" ? 443 : 80);
}

function canonicalPath(path: string, trailingSlash: CanonicalOptions["trailingSlash"]): string {
  if (trailingSlash === "remove") {
    let end = path.length;
    while (end > 1 && path[end - 1] === "/") {
      end -= 1;
    }
    return path.slice(0, end);
  }
  const isFile = path.slice(path.lastIndexOf("/") + 1).includes(".");
  return trailingSlash === "add" && !path.endsWith("/") && !isFile ? `${path}/` : path;
}
