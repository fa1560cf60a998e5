/** Content-Security-Policy: directives as data, and as the field writes them (CSP Level 3 §2.2). */
import { z } from "zod";

/** One or more sources: `["self", "https://cdn.example"]` or `"self https://cdn.example"`; false for none of it. */
export type CspSources = string | readonly string[] | false;

/** Keywords (`self`, `none`, `unsafe-inline` …), hashes and nonces are quoted for you. */
export interface CspDirectives {
  readonly "default-src"?: CspSources;
  readonly "script-src"?: CspSources;
  readonly "script-src-elem"?: CspSources;
  readonly "script-src-attr"?: CspSources;
  readonly "style-src"?: CspSources;
  readonly "style-src-elem"?: CspSources;
  readonly "style-src-attr"?: CspSources;
  readonly "img-src"?: CspSources;
  readonly "font-src"?: CspSources;
  readonly "connect-src"?: CspSources;
  readonly "media-src"?: CspSources;
  readonly "object-src"?: CspSources;
  readonly "frame-src"?: CspSources;
  readonly "child-src"?: CspSources;
  readonly "worker-src"?: CspSources;
  readonly "manifest-src"?: CspSources;
  readonly "base-uri"?: CspSources;
  readonly "form-action"?: CspSources;
  readonly "frame-ancestors"?: CspSources;
  readonly "report-uri"?: CspSources;
  readonly "report-to"?: CspSources;
  readonly "require-trusted-types-for"?: CspSources;
  readonly "trusted-types"?: CspSources;
  /** `true` allows nothing; tokens such as "allow-scripts" allow more. */
  readonly sandbox?: boolean | CspSources;
  /** Sent over TLS only, so that a site in the clear keeps working. */
  readonly "upgrade-insecure-requests"?: boolean;
}

type DirectiveName = keyof CspDirectives;

/** Sources by directive, as the field writes them; [] for a directive without sources. */
export type Policy = ReadonlyMap<string, readonly string[]>;

const listNames = [
  "default-src",
  "script-src",
  "script-src-elem",
  "script-src-attr",
  "style-src",
  "style-src-elem",
  "style-src-attr",
  "img-src",
  "font-src",
  "connect-src",
  "media-src",
  "object-src",
  "frame-src",
  "child-src",
  "worker-src",
  "manifest-src",
  "base-uri",
  "form-action",
  "frame-ancestors",
  "report-uri",
  "report-to",
  "require-trusted-types-for",
  "trusted-types",
] as const satisfies readonly DirectiveName[];

const known: ReadonlySet<string> = new Set([...listNames, "sandbox", "upgrade-insecure-requests"]);

const keywords: ReadonlySet<string> = new Set([
  "none",
  "self",
  "unsafe-inline",
  "unsafe-eval",
  "unsafe-hashes",
  "strict-dynamic",
  "report-sample",
  "wasm-unsafe-eval",
  "inline-speculation-rules",
  "trusted-types-eval",
]);

/** `serialized-source = 1*( %x21-2B / %x2D-3A / %x3C-7E )`: no blank, comma or semicolon. */
const source = z
  .string()
  .regex(/^[\x21-\x2b\x2d-\x3a\x3c-\x7e]+$/, "needs one source, without blanks, commas or semicolons");
const sources = z
  .union([
    z.literal(false),
    z
      .string()
      .regex(
        /^[\x20-\x2b\x2d-\x3a\x3c-\x7e]*[\x21-\x2b\x2d-\x3a\x3c-\x7e]$/,
        "needs sources separated by blanks",
      ),
    z.array(source).min(1),
  ])
  .refine((value) => value === false || !mixesNone(value), '"none" stands alone: no source beside it');

const lists: readonly (readonly [string, z.ZodType])[] = listNames.map((name) => [name, sources.optional()]);
const directives = z.strictObject({
  ...Object.fromEntries(lists),
  sandbox: z.union([z.boolean(), sources]).optional(),
  "upgrade-insecure-requests": z.boolean().optional(),
});

const text = z
  .string()
  .regex(
    /^[\x20-\x2b\x2d-\x7e]*[\x21-\x2b\x2d-\x7e]$/,
    "needs directives separated by semicolons, without commas",
  )
  .superRefine((value, context) => {
    const odd = [...parsePolicy(value).keys()].find((name) => !known.has(name));
    if (odd !== undefined) {
      context.addIssue({
        code: "custom",
        message: `${JSON.stringify(odd)} is no directive: needs some of ${[...known].join(", ")}`,
      });
    }
  });

/** `false`, the field's text, or an object of directives. */
export const cspSchema: z.ZodType = z.union([z.literal(false), text, directives]);

/** The directives of a policy written as text; of two with one name the first counts (CSP3 §2.2.1). */
export function parsePolicy(policy: string): Policy {
  const parsed = new Map<string, readonly string[]>();
  for (const directive of policy.split(";")) {
    const [name = "", ...values] = directive.trim().split(/\s+/);
    if (name !== "" && !parsed.has(name.toLowerCase())) {
      parsed.set(name.toLowerCase(), values);
    }
  }
  return parsed;
}

/** `changes` over a policy: a directive replaces that of its name, `false` takes it away. */
export function withDirectives(policy: Policy, changes: CspDirectives): Policy {
  const result = new Map(policy);
  for (const [name, value] of Object.entries(changes) as [string, boolean | CspSources | undefined][]) {
    if (value === false) {
      result.delete(name);
    } else if (value !== undefined) {
      result.set(name, value === true ? [] : sourcesOf(value).map((one) => quoted(one, name)));
    }
  }
  return result;
}

/** The field's value; "" for a policy that says nothing. */
export function formatPolicy(policy: Policy): string {
  return [...policy].map(([name, values]) => [name, ...values].join(" ")).join("; ");
}

/**
 * The policy with a nonce for scripts, and for styles as far as it restricts them (CSP3 §2.3.1, §6.7).
 */
export function withNonce(policy: Policy, nonce: string): Policy {
  const result = new Map(policy);
  const fallback = policy.get("default-src");
  const add = (name: string, from: readonly string[] | undefined): void => {
    const others = (from ?? []).filter((one) => one !== "'none'");
    result.set(name, [...others, `'nonce-${nonce}'`]);
  };
  add("script-src", policy.get("script-src") ?? fallback);
  if (policy.has("style-src") || fallback !== undefined) {
    add("style-src", policy.get("style-src") ?? fallback);
  }
  for (const name of ["script-src-elem", "style-src-elem"]) {
    if (policy.has(name)) {
      add(name, policy.get(name));
    }
  }
  return result;
}

function sourcesOf(value: string | readonly string[]): readonly string[] {
  return typeof value === "string" ? value.trim().split(/\s+/) : value;
}

function mixesNone(value: string | readonly string[]): boolean {
  const list = sourcesOf(value);
  return list.length > 1 && list.some((one) => /^'?none'?$/i.test(one));
}

function quoted(value: string, directive: string): string {
  if (directive === "sandbox" || directive === "report-to" || directive === "report-uri") {
    return value;
  }
  const isKeyword =
    keywords.has(value.toLowerCase()) ||
    /^(?:nonce|sha256|sha384|sha512)-/i.test(value) ||
    (directive === "require-trusted-types-for" && value === "script") ||
    (directive === "trusted-types" && value === "allow-duplicates");
  return isKeyword ? `'${value}'` : value;
}
