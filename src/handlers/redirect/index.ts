/** `redirect()`: sends the client elsewhere (RFC 9110 §15.4). */
import { z } from "zod";
import { HttpError, type HttpRequest, HttpResponse } from "../../message/index.ts";
import type {
  Destination,
  Exchange,
  Handler,
  HandlerDescription,
  HandlerKind,
} from "../../pipeline/index.ts";
import {
  expandTemplate,
  parseTemplate,
  type RedirectStatus,
  redirectFaults,
  redirection,
  redirectStatuses,
  templateFault,
} from "../../semantics/index.ts";

export interface RedirectOptions {
  /** A path of the same host or a URI, with places such as {path} and {query} to fill in. */
  readonly target: string;
  /** 301 or 308: for good; 302, 303 or 307: for now. Default 308. */
  readonly status?: RedirectStatus;
}

/**
 * Answers every request with a redirect.
 *
 * @param status - 301, 302, 303, 307 or 308; 308 (for good, method kept) where it is left out.
 * @param target - A path such as "/new/{*}" or a URI such as "https://example.com{path}{query}".
 */
export function redirect(
  status: RedirectStatus,
  target: string,
): HandlerDescription<"redirect", RedirectOptions>;
export function redirect(target: string): HandlerDescription<"redirect", RedirectOptions>;
export function redirect(
  first: RedirectStatus | string,
  target?: string,
): HandlerDescription<"redirect", RedirectOptions> {
  const options = typeof first === "string" ? { target: first } : { status: first, target: target as string };
  return { role: "handler", kind: "redirect", options };
}

export const redirectKind: HandlerKind<RedirectOptions> = {
  kind: "redirect",
  schema: z.strictObject({
    target: z.string().superRefine((target, context) => {
      const fault = templateFault(target);
      if (fault !== undefined) {
        context.addIssue({ code: "custom", message: `needs ${fault}` });
      }
    }),
    status: z.literal(redirectStatuses).optional(),
  }),
  parameters: ({ target }) => parseTemplate(target).parameters.map((name) => ({ path: ["target"], name })),
  destination,
  compile,
};

/** Where the route is not known, nothing is known of its parameters. */
function destination({ target }: RedirectOptions): Destination {
  const template = parseTemplate(target);
  return (request, parameters) =>
    parameters === undefined && template.parameters.length > 0
      ? undefined
      : expandTemplate(template, request, parameters ?? {});
}

function compile({ target, status = 308 }: RedirectOptions): Handler {
  const template = parseTemplate(target);
  if (template.constant !== undefined) {
    const response = HttpResponse.lasting(redirection(status, template.constant));
    return () => response;
  }
  return (request: HttpRequest, exchange: Exchange) => {
    const parameters = template.parameters.length === 0 ? {} : exchange.parameters;
    const location = expandTemplate(template, request, parameters);
    if (location === undefined) {
      throw new HttpError(redirectFaults.hostUnknown, "client", "the request names no host to redirect to");
    }
    return new HttpResponse(redirection(status, location));
  };
}
