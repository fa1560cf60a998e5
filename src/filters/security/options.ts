/** What `security()` can be told, and its schema. */
import { z } from "zod";
import { type Duration, parseDuration } from "../../message/index.ts";
import { fieldValueSchema } from "../../pipeline/index.ts";
import { type CspDirectives, cspSchema } from "./csp.ts";

/** Each part is what the preset says unless it is set here; `false` leaves it out. */
export interface SecurityOptions {
  /** What parts that are not named are: "relaxed" (default) changes nothing a page could notice. */
  readonly preset?: "relaxed" | "strict";
  /** Strict-Transport-Security, over TLS only (RFC 6797). */
  readonly hsts?: false | HstsOptions;
  /** Content-Security-Policy: directives laid over those of the preset, or the whole as text. */
  readonly csp?: false | string | CspDirectives;
  /** Content-Security-Policy-Report-Only: only what is here. */
  readonly cspReportOnly?: false | string | CspDirectives;
  /** A fresh nonce in script-src and style-src of each page: for handlers, by `nonceOf`; or for a placeholder. */
  readonly nonce?: boolean | NonceOptions;
  /** X-Content-Type-Options: nosniff. */
  readonly nosniff?: boolean;
  /** X-Frame-Options. */
  readonly frame?: false | "deny" | "same-origin";
  /** Referrer-Policy. */
  readonly referrer?: false | ReferrerPolicy;
  /** Permissions-Policy: features with whom they are for, or the whole as text. */
  readonly permissions?: false | string | Readonly<Record<string, PermissionList>>;
  /** Cross-Origin-Opener-Policy. */
  readonly coop?:
    | false
    | "same-origin"
    | "same-origin-allow-popups"
    | "noopener-allow-popups"
    | "unsafe-none";
  /** Cross-Origin-Embedder-Policy. */
  readonly coep?: false | "require-corp" | "credentialless" | "unsafe-none";
  /** Cross-Origin-Resource-Policy. */
  readonly corp?: false | "same-origin" | "same-site" | "cross-origin";
}

export interface HstsOptions {
  /** Default "365d". */
  readonly maxAge?: Duration;
  /** Default false. */
  readonly includeSubDomains?: boolean;
  /** Asks browsers to build the host in: needs `includeSubDomains` and 365 days or more. Default false. */
  readonly preload?: boolean;
}

export interface NonceOptions {
  /** Text in HTML that each response replaces by its nonce. Nobody else may be able to put it into a page. */
  readonly placeholder: string;
}

/** `[]` for nobody, `"*"` for all, or origins, "self" among them. */
export type PermissionList = "*" | readonly string[];

export type ReferrerPolicy = (typeof referrerPolicies)[number];

const referrerPolicies = [
  "no-referrer",
  "no-referrer-when-downgrade",
  "origin",
  "origin-when-cross-origin",
  "same-origin",
  "strict-origin",
  "strict-origin-when-cross-origin",
  "unsafe-url",
] as const;

const year = parseDuration("365d");

const duration = z.string('needs a duration such as "365d"').superRefine((text, context) => {
  try {
    parseDuration(text as Duration);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

const hsts = z
  .strictObject({
    maxAge: duration.optional(),
    includeSubDomains: z.boolean().optional(),
    preload: z.boolean().optional(),
  })
  .superRefine(({ maxAge, includeSubDomains, preload }, context) => {
    if (preload === true && includeSubDomains !== true) {
      context.addIssue({
        code: "custom",
        message: "needs includeSubDomains: true, or the preload list refuses the host",
        path: ["preload"],
      });
    }
    if (preload === true && maxAge !== undefined && parseDuration(maxAge as Duration) < year) {
      context.addIssue({
        code: "custom",
        message: 'needs a maxAge of "365d" or more, or the preload list refuses the host',
        path: ["preload"],
      });
    }
  });

const feature = z.string().regex(/^[a-z][a-z0-9-]*$/, 'needs a feature such as "camera"');
const allowed = z
  .string()
  .regex(
    /^(?:self|src|https?:\/\/[\w\-.*:[\]]+|\*)$/,
    'needs "self" or an origin such as "https://example.com"',
  );
const off = z.literal(false);

export const securitySchema: z.ZodType = z.strictObject({
  preset: z.enum(["relaxed", "strict"]).optional(),
  hsts: z.union([off, hsts]).optional(),
  csp: cspSchema.optional(),
  cspReportOnly: cspSchema.optional(),
  nonce: z
    .union([
      z.boolean(),
      z.strictObject({
        placeholder: z
          .string()
          .regex(/^[\w{}$%@.:\-[\]]{4,100}$/, "needs 4 to 100 letters, digits or {}$%@.:-[]_"),
      }),
    ])
    .optional(),
  nosniff: z.boolean().optional(),
  frame: z.union([off, z.enum(["deny", "same-origin"])]).optional(),
  referrer: z.union([off, z.enum(referrerPolicies)]).optional(),
  permissions: z
    .union([off, fieldValueSchema, z.record(feature, z.union([z.literal("*"), z.array(allowed)]))])
    .optional(),
  coop: z
    .union([off, z.enum(["same-origin", "same-origin-allow-popups", "noopener-allow-popups", "unsafe-none"])])
    .optional(),
  coep: z.union([off, z.enum(["require-corp", "credentialless", "unsafe-none"])]).optional(),
  corp: z.union([off, z.enum(["same-origin", "same-site", "cross-origin"])]).optional(),
});
