/** `push()`: sends with a page what the page will ask for (RFC 9113 §8.4). */
import { z } from "zod";
import { type FieldLine, Fields, type HttpRequest } from "../../message/index.ts";
import type { Filter, FilterDescription, FilterKind } from "../../pipeline/index.ts";
import { templateFault } from "../../semantics/index.ts";
import { isNavigation } from "../navigation.ts";

export interface PushOptions {
  /** Paths on the same host, such as "/app.css", with their query where they have one. */
  readonly paths: readonly string[];
}

/**
 * Pushes paths to clients that open a page over HTTP/2 and allow it, each once a connection.
 * Browsers have given push up: `earlyHints()` is what they understand.
 */
export function push(options: PushOptions): FilterDescription<"push", PushOptions> {
  return { role: "filter", kind: "push", options };
}

export const pushKind: FilterKind<PushOptions> = {
  kind: "push",
  schema: z.strictObject({
    paths: z
      .array(
        z.string().superRefine((path, context) => {
          const isPath = path.startsWith("/") && !/[#{}]/.test(path);
          const fault = isPath ? templateFault(path) : 'a path on the same host, such as "/app.css"';
          if (fault !== undefined) {
            context.addIssue({ code: "custom", message: `needs ${fault}` });
          }
        }),
      )
      .min(1),
  }),
  merge: (outer, inner) => ({ paths: [...new Set([...outer.paths, ...inner.paths])] }),
  compile,
};

/** Promises remembered of a connection: a client may name ever new hosts on one. */
const mostPromises = 1_000;

function compile({ paths }: PushOptions): Filter {
  /** What each connection was sent; full, it is sent no more. */
  const sent = new WeakMap<object, Set<string>>();
  return (next) => (request, exchange) => {
    if (exchange.protocol !== "2" || !isNavigation(request)) {
      return next(request, exchange);
    }
    let done = sent.get(exchange.connection);
    if (done === undefined) {
      done = new Set();
      sent.set(exchange.connection, done);
    }
    const fields = fieldsFor(request);
    for (const path of paths) {
      const key = `${request.authority} ${path}`;
      if (done.size < mostPromises && !done.has(key) && exchange.push(path, fields)) {
        done.add(key);
      }
    }
    return next(request, exchange);
  };
}

/** What the browser would have asked with: the same client, so its cookies too. */
const copied = ["accept-encoding", "accept-language", "authorization", "cookie", "user-agent"] as const;

function fieldsFor({ fields }: HttpRequest): Fields {
  const lines = copied.flatMap((name): FieldLine[] =>
    name === "cookie" ? cookieLine(fields) : lineOf(name, fields.get(name)),
  );
  return Fields.of(["accept", "*/*"], ...lines);
}

function lineOf(name: string, value: string | undefined): FieldLine[] {
  return value === undefined ? [] : [[name, value]];
}

/** Cut into lines by HTTP/2, its pairs belong to one again (RFC 9113 §8.2.3). */
function cookieLine(fields: Fields): FieldLine[] {
  return fields.has("cookie") ? [["cookie", fields.all("cookie").join("; ")]] : [];
}
