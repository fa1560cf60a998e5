/** What `split()` can be told, and its schema. */
import { z } from "zod";
import { type Duration, parseDuration } from "../../message/index.ts";
import type { Child, FilterDescription, HandlerDescription } from "../../pipeline/index.ts";

export interface SplitOptions {
  /** Tells splits apart that one client meets; letters, digits, "-" and "_". Default "split". */
  readonly name?: string;
  readonly choices: readonly SplitChoice[];
  /** How a client's choice is kept; `false`: it is not. Without it: by cookie, unless `by` is "client". */
  readonly cookie?: false | SplitCookie;
  /** Chooses by the client's address, always the same, instead of by chance. */
  readonly by?: "client";
}

export interface SplitChoice {
  /** Its share, in relation to the others'; 0 takes nobody new. */
  readonly weight: number;
  /** What the cookie says; its place in the list, from 1, unless told. */
  readonly name?: string;
  readonly filters?: readonly FilterDescription[];
  readonly handler: HandlerDescription;
}

export interface SplitCookie {
  /** Default: the split's name. */
  readonly name?: string;
  /** Default "30d". */
  readonly maxAge?: Duration;
  /** Default "/". */
  readonly path?: string;
  /** Shared with subdomains of this host, such as "example.com"; with this host only, unless told. */
  readonly domain?: string;
}

const word = z.string().regex(/^[\w-]{1,64}$/, 'needs 1 to 64 letters, digits, "-" or "_"');

const duration = z.string('needs a duration such as "30d"').superRefine((text, context) => {
  try {
    if (parseDuration(text as Duration) < 1_000) {
      context.addIssue({ code: "custom", message: "needs a second or more" });
    }
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

const cookie = z
  .strictObject({
    name: z
      .string()
      .regex(/^[\w!#$%&'*+.^`|~-]+$/, "needs a token: letters, digits and !#$%&'*+-.^_`|~")
      .optional(),
    maxAge: duration.optional(),
    path: z
      .string()
      .regex(/^\/[\x21-\x3a\x3c-\x7e]*$/, 'needs a path that begins with "/", without blanks or semicolons')
      .optional(),
    domain: z
      .string()
      .regex(/^[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+$/, 'needs a host such as "example.com"')
      .optional(),
  })
  .refine(
    ({ name = "", path = "/", domain }) => !/^__Host-/i.test(name) || (path === "/" && domain === undefined),
    {
      // RFC 6265bis §4.1.3.2: browsers throw others away.
      error: '"__Host-" in front needs the path "/" and no domain',
      path: ["name"],
    },
  );

export const splitSchema: z.ZodType = z.strictObject({
  name: word.optional(),
  choices: z
    .array(
      z.strictObject({
        weight: z.number().min(0).max(1e9),
        name: word.optional(),
        filters: z.array(z.unknown()).optional(),
        handler: z.unknown().optional(),
      }),
    )
    .min(1)
    .superRefine((choices, context) => {
      if (choices.every(({ weight }) => weight === 0)) {
        context.addIssue({ code: "custom", message: "needs a weight of more than 0 at one choice or more" });
      }
      const names = choices.map(nameOf);
      for (const [index, name] of names.entries()) {
        const first = names.indexOf(name);
        if (first < index) {
          context.addIssue({
            code: "custom",
            message: `${JSON.stringify(name)} is the name of choices[${first}] too`,
            path: [index, "name"],
          });
        }
      }
    }),
  cookie: z.union([z.literal(false), cookie]).optional(),
  by: z.literal("client").optional(),
});

/** What the cookie says for a choice. */
export function nameOf({ name }: { readonly name?: string | undefined }, index: number): string {
  return name ?? String(index + 1);
}

/** Handlers and filters within unchecked options. */
export function childrenOf(options: unknown): readonly Child[] {
  const choices = listAt(options, "choices");
  return choices.flatMap((choice, at): Child[] => [
    ...listAt(choice, "filters").map(
      (value, index): Child => ({ path: ["choices", at, "filters", index], role: "filter", value }),
    ),
    {
      path: ["choices", at, "handler"],
      role: "handler",
      value: (choice as Partial<SplitChoice> | null | undefined)?.handler,
    },
  ]);
}

function listAt(value: unknown, name: string): readonly unknown[] {
  const list = (value as Record<string, unknown> | null | undefined)?.[name];
  return Array.isArray(list) ? list : [];
}
