/** `handle()`: code as a handler, for embedders and tests. */
import { z } from "zod";
import type { Handler, HandlerDescription, HandlerKind } from "../../pipeline/index.ts";

/**
 * Answers with what `fn` answers. What it throws is answered 500, or as its `HttpError` says.
 *
 * @param fn - Called for each request; must not change what it is given.
 */
export function handle(fn: Handler): HandlerDescription<"handle", Handler> {
  return { role: "handler", kind: "handle", options: fn };
}

export const handleKind: HandlerKind<Handler> = {
  kind: "handle",
  schema: z.custom<Handler>(
    (value) => typeof value === "function",
    "a function (request, exchange) => response is needed",
  ),
  compile: (fn) => fn,
};
