/** `redirects()`: many redirects from one map, for what within the route has moved (RFC 9110 §15.4). */
import { z } from "zod";
import type { Destination, Filter, FilterDescription, FilterKind } from "../../pipeline/index.ts";
import { type RedirectStatus, redirectStatuses } from "../../semantics/index.ts";
import { entryFault, fromFault } from "./entry.ts";
import { type RedirectTo, readSources } from "./sources.ts";
import { locationFor, redirectBy, redirectTable } from "./table.ts";

export type { RedirectTo } from "./sources.ts";

export interface RedirectsOptions {
  /** `{ "/old": "/new", "/blog/*": "https://blog.example/*", "/a": { to: "/b", status: 302 } }`. */
  readonly map?: Readonly<Record<string, RedirectTo>>;
  /** A `.csv` or `.json` file with further entries, relative to the config file. */
  readonly file?: string;
  /** Of entries that name none. Default 308. */
  readonly status?: RedirectStatus;
  /** Whether the request's query goes along. Default true. */
  readonly query?: boolean;
}

/** Redirects the paths that a map names; every other request goes on to the handler. */
export function redirects(options: RedirectsOptions): FilterDescription<"redirects", RedirectsOptions> {
  return { role: "filter", kind: "redirects", options };
}

const status = z.literal(redirectStatuses);

export const redirectsKind: FilterKind<RedirectsOptions> = {
  kind: "redirects",
  schema: z
    .strictObject({
      map: z
        .record(
          z.string().superRefine((from, context) => {
            const fault = fromFault(from);
            if (fault !== undefined) {
              context.addIssue({ code: "custom", message: `needs ${fault}` });
            }
          }),
          z.union([z.string(), z.strictObject({ to: z.string(), status: status.optional() })]),
        )
        .superRefine((map, context) => {
          for (const [from, value] of Object.entries(map)) {
            const entry = typeof value === "string" ? { to: value, status: undefined } : value;
            const fault = entryFault({ from, to: entry.to, status: entry.status });
            // A key that is none has been told of.
            if (fault !== undefined && fault.part !== "from") {
              const path = typeof value === "string" ? [from] : [from, fault.part];
              context.addIssue({ code: "custom", message: fault.message, path });
            }
          }
        })
        .optional(),
      file: z
        .string()
        .regex(/\.(?:csv|json)$/i, "needs a file whose name ends in .csv or .json")
        .optional(),
      status: status.optional(),
      query: z.boolean().optional(),
    })
    .refine(({ map, file }) => map !== undefined || file !== undefined, "needs map or file, or both"),
  inspect: (options, base) => readSources(options, base).complaints,
  destination,
  origins,
  compile: (options, { base }) => filterBy(options, base),
};

function destination(
  { query = true, status = 308, ...sources }: RedirectsOptions,
  base: string,
): Destination {
  const table = redirectTable(readSources(sources, base).entries, query, status);
  return (request) => locationFor(table, request);
}

/** A prefix is tried with something behind it. */
function origins(options: RedirectsOptions, base: string): readonly string[] {
  return readSources(options, base).entries.map(({ from }) => from.replace(/\*$/, "any"));
}

function filterBy({ query = true, status = 308, ...sources }: RedirectsOptions, base: string): Filter {
  const { entries, complaints } = readSources(sources, base);
  const [complaint] = complaints;
  if (complaint !== undefined) {
    throw new Error(`redirects: ${complaint.message}`);
  }
  const table = redirectTable(entries, query, status);
  return (next) => (request, exchange) => redirectBy(table, request) ?? next(request, exchange);
}
