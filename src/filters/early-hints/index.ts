/** `earlyHints()`: tells browsers what a page will need while the page is still being made (RFC 8297). */
import { z } from "zod";
import { Fields, type HttpRequest, type HttpResponse } from "../../message/index.ts";
import {
  type Exchange,
  type Filter,
  type FilterDescription,
  type FilterKind,
  fieldValueSchema,
  laidOver,
  then,
} from "../../pipeline/index.ts";
import { isNavigation } from "../navigation.ts";
import { LearnedLinks } from "./learned-links.ts";
import { hintLinks } from "./links.ts";

export interface EarlyHintsOptions {
  /** Values of Link, such as "</app.css>; rel=preload; as=style". */
  readonly links?: readonly string[];
  /**
   * Announces what earlier answers for the same host and path said in Link (preload, preconnect, modulepreload).
   * Answers that are `private` or `no-store`, that set cookies, that vary by them, or that were asked for with
   * Authorization are not learned from. Default false.
   */
  readonly learn?: boolean;
  /** Also over HTTP/1.1, where some old clients take any 103 for the answer. Default false. */
  readonly http1?: boolean;
}

/** Sends 103 (Early Hints) to browsers that open a page. */
export function earlyHints(options: EarlyHintsOptions): FilterDescription<"earlyHints", EarlyHintsOptions> {
  return { role: "filter", kind: "earlyHints", options };
}

export const earlyHintsKind: FilterKind<EarlyHintsOptions> = {
  kind: "earlyHints",
  schema: z
    .strictObject({
      links: z
        .array(
          fieldValueSchema.refine(
            (link) => hintLinks(link).length > 0,
            'needs a link with rel=preload, modulepreload, preconnect or dns-prefetch, such as "</app.css>; rel=preload; as=style"',
          ),
        )
        .min(1)
        .optional(),
      learn: z.boolean().optional(),
      http1: z.boolean().optional(),
    })
    .refine(({ links, learn }) => links !== undefined || learn === true, "needs links, or learn: true"),
  merge: (outer, inner) => ({
    ...laidOver(outer, inner),
    ...((outer.links ?? inner.links) && {
      links: [...new Set([...(outer.links ?? []), ...(inner.links ?? [])])],
    }),
  }),
  compile,
};

function compile({ links = [], learn = false, http1 = false }: EarlyHintsOptions): Filter {
  const fixed = linkFields(links);
  const learned = learn ? new LearnedLinks(links) : undefined;
  return (next) => (request, exchange) => {
    if (!isNavigation(request)) {
      return next(request, exchange);
    }
    if (mayHint(exchange, http1)) {
      const hints = learned?.find(request) ?? fixed;
      if (hints.size > 0) {
        exchange.inform(103, hints);
      }
    }
    const answer = next(request, exchange);
    return learned === undefined ? answer : then(answer, learnFrom, learned, request);
  };
}

function mayHint({ protocol }: Exchange, http1: boolean): boolean {
  return protocol === "2" || protocol === "3" || (http1 && protocol === "1.1");
}

function learnFrom(response: HttpResponse, learned: LearnedLinks, request: HttpRequest): HttpResponse {
  learned.learn(request, response);
  return response;
}

function linkFields(links: readonly string[]): Fields {
  return Fields.of(...links.map((link) => ["link", link] as const));
}
