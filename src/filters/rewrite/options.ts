/** What `rewrite()` can be told, and its schema. */
import { z } from "zod";
import { expressionFault } from "../../routes/index.ts";
import { templateFault } from "../../semantics/index.ts";

/** What to look for in the path, and what to put in its place (`$1`, `$<name>`; a "?" begins the query). */
export type Replacement = readonly [pattern: RegExp | string, replacement: string];

export interface RewriteOptions {
  /** Taken off the front where the path begins with these segments, such as "/api". */
  readonly stripPrefix?: string;
  /** Looked for in the path; of several the first that is found is replaced. */
  readonly regexp?: Replacement | readonly Replacement[];
  /** Put before the path, such as "/v2". */
  readonly addPrefix?: string;
  /** The path in place of the one asked for: "/index.php" or "/users/{id}". Not together with those above. */
  readonly path?: string;
  readonly query?: QueryOptions;
}

export interface QueryOptions {
  /** Takes the place of all pairs of the name; values may have places such as {id}. */
  readonly set?: Readonly<Record<string, string>>;
  /** Put behind what is there. */
  readonly add?: Readonly<Record<string, string>>;
  readonly remove?: readonly string[];
}

const segments = /^(?:\/(?:[\w\-.~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+)+\/?$/;
const prefix = z
  .string()
  .regex(segments, 'needs whole segments as requests carry them, such as "/api"')
  .refine(hasNoDots, 'needs segments other than "." and ".."')
  .optional();

const pattern = z.union([z.instanceof(RegExp), z.string()]).superRefine((value, context) => {
  const message = patternFault(value);
  if (message !== undefined) {
    context.addIssue({ code: "custom", message });
  }
});
const replacement = z.tuple([pattern, z.string()]);

const values = z
  .record(
    z.string().min(1),
    z.string().superRefine((value, context) => {
      const fault = value.includes("{query}")
        ? "a value without {query}: what is in the query stays there"
        : templateFault(valueTemplate(value));
      if (fault !== undefined) {
        context.addIssue({ code: "custom", message: `needs ${fault}` });
      }
    }),
  )
  .optional();

export const rewriteSchema: z.ZodType = z
  .strictObject({
    stripPrefix: prefix,
    addPrefix: prefix,
    regexp: z.union([replacement, z.array(replacement).min(1)]).optional(),
    path: z
      .string()
      .superRefine((path, context) => {
        const fault = /^(?:\/|\{path\})/.test(path) ? templateFault(path) : 'a path that starts with "/"';
        const message =
          fault ?? (/[?#]|\{query\}/.test(path) ? "a path alone; `query` changes the query" : undefined);
        if (message !== undefined) {
          context.addIssue({ code: "custom", message: `needs ${message}` });
        }
      })
      .refine(hasNoDots, 'needs segments other than "." and ".."')
      .optional(),
    query: z
      .strictObject({ set: values, add: values, remove: z.array(z.string().min(1)).optional() })
      .optional(),
  })
  .refine(
    ({ path, stripPrefix, addPrefix, regexp }) =>
      path === undefined || [stripPrefix, addPrefix, regexp].every((one) => one === undefined),
    { message: "replaces the whole path: leave stripPrefix, regexp and addPrefix out", path: ["path"] },
  );

/** A value behind "/?": places in it are encoded as parts of a query, and all between them here. */
export function valueTemplate(value: string): string {
  const text = value.replace(/[^{}]+|\{[^{}]*\}/g, (part) =>
    part.startsWith("{") ? part : encodeURIComponent(part),
  );
  return `/?${text}`;
}

function hasNoDots(path: string): boolean {
  return !path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
}

function patternFault(value: RegExp | string): string | undefined {
  if (value instanceof RegExp && value.sticky) {
    return 'needs a regular expression without the flag "y"';
  }
  try {
    const fault = expressionFault(new RegExp(value));
    return fault === undefined ? undefined : `needs ${fault}`;
  } catch (error) {
    return `needs a regular expression: ${(error as Error).message}`;
  }
}
