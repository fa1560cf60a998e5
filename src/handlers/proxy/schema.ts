/** The schema of `proxy()`'s options, and the descriptions within them. */
import { z } from "zod";
import { parseSize, type Size } from "../../message/index.ts";
import { type Child, fieldNameSchema, fieldValueSchema } from "../../pipeline/index.ts";
import { idleOptions, type UpstreamOptions, upstreamOptionsShape, waitSchema } from "../../upstream/index.ts";

const segments = /^(?:\/(?:[\w\-.~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})+)+\/?$/;
const prefix = z
  .string()
  .regex(segments, 'needs whole segments as requests carry them, such as "/api"')
  .refine((path) => !path.split("/").some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment)), {
    error: 'needs segments other than "." and ".."',
  });

const host = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9._~-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/,
    'needs "keep", "upstream" or a host such as "api.example.com"',
  )
  .refine((text) => Number(/:(\d+)$/.exec(text)?.[1] ?? 0) <= 65_535, {
    error: "needs a port of 65535 or less",
  });

const token = z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, "needs a token: letters, digits and !#$%&'*+-.^_`|~");

const size = z.custom<Size>().superRefine((value, context) => {
  try {
    if (typeof value !== "string" && typeof value !== "number") {
      throw new RangeError('needs a size such as "1MB"');
    }
    parseSize(value);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

/** What of a request the proxy settles itself: Host by `host`, what tells of the client by `forwarded`. */
const requestName = fieldNameSchema.refine((name) => !/^(?:host|expect)$/i.test(name), {
  error: ({ input }) =>
    /^host$/i.test(String(input)) ? "host is an option of its own" : `${String(input)} belongs to the server`,
});

/** Protocols that would carry requests past every rule made for them here (RFC 9113 §3.1), and TLS (RFC 2817). */
const upgradeName = token.refine((name) => !/^(?:h2c|http|tls)$/i.test(name), {
  error: ({ input }) => `${String(input)} would go past everything configured here`,
});

const statusPattern = z.union([
  z.int().min(200, "needs a status from 200 to 599").max(599, "needs a status from 200 to 599"),
  z.enum(["2xx", "3xx", "4xx", "5xx"]),
]);

const sticky = z.strictObject({
  cookie: token.optional(),
  secret: z
    .union([
      z.string().min(16, "needs 16 characters or more"),
      z.array(z.string().min(16, "needs 16 characters or more")).min(1),
    ])
    .optional(),
  maxAge: waitSchema.optional(),
  sameSite: z.enum(["strict", "lax", "none"]).optional(),
});

/** A description, which is checked by itself. */
const description = z.unknown().optional();

const mirror = z
  .strictObject({
    ...upstreamOptionsShape,
    share: z.number().min(0).max(1).optional(),
    content: size.optional(),
    most: z.int().min(1).max(10_000).optional(),
  })
  .superRefine(idle);

const intercept = z.strictObject({
  status: z.union([statusPattern, z.array(statusPattern).min(1)]),
  handler: description,
  path: z
    .string()
    .regex(
      /^\/(?:[\w\-.~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2}|\{status\})*$/,
      'needs a path such as "/{status}.html"',
    )
    .optional(),
  answer: z.enum(["keep", "handler"]).optional(),
});

export const proxySchema: z.ZodType = z
  .strictObject(
    {
      ...upstreamOptionsShape,
      host: host.optional(),
      stripPrefix: prefix.optional(),
      base: prefix.optional(),
      query: z
        .strictObject({
          set: z.record(z.string().min(1), z.string()).optional(),
          remove: z.array(z.string().min(1)).optional(),
        })
        .optional(),
      mapBack: z.boolean().optional(),
      fields: z
        .strictObject({
          request: z
            .strictObject({
              set: z.record(requestName, fieldValueSchema).optional(),
              remove: z.array(requestName).optional(),
            })
            .optional(),
          response: z.strictObject({ remove: z.array(fieldNameSchema).optional() }).optional(),
        })
        .optional(),
      forwarded: z.union([z.literal(false), z.enum(["both", "x-forwarded", "forwarded"])]).optional(),
      via: z.union([z.literal(false), token]).optional(),
      upgrade: z.union([z.literal(false), z.array(upgradeName)]).optional(),
      sticky: z.union([z.boolean(), sticky]).optional(),
      buffer: z
        .union([z.boolean(), z.strictObject({ memory: size.optional(), disk: size.optional() })])
        .optional(),
      mirror: mirror.optional(),
      intercept: z.array(intercept).optional(),
      fallback: description,
      accel: z
        .custom<unknown>((value) => isDescription(value) || accelRoot.safeParse(value).success, {
          error: 'needs { root: "directory" } or a handler',
        })
        .optional(),
      proxyStatus: z.union([z.literal(false), z.enum(["errors", "always"])]).optional(),
    },
    {
      error: ({ code }) =>
        code === "invalid_type"
          ? 'needs an upstream such as "http://localhost:3000", a list of them or an object'
          : undefined,
    },
  )
  .superRefine(idle);

const accelRoot = z.strictObject({ root: z.string().min(1) });

function idle(options: unknown, context: z.core.$RefinementCtx): void {
  for (const [option, message] of idleOptions(options as UpstreamOptions)) {
    context.addIssue({ code: "custom", message, path: [option] });
  }
}

/** Those of the options that make the group of upstreams. */
export function upstreamPart(options: UpstreamOptions): UpstreamOptions {
  const part: UpstreamOptions = { ...options };
  for (const name of Object.keys(part)) {
    if (!Object.hasOwn(upstreamOptionsShape, name)) {
      Reflect.deleteProperty(part, name);
    }
  }
  return part;
}

/** Handlers within unchecked options. */
export function childrenOf(options: unknown): readonly Child[] {
  const { intercept, fallback, accel } = (options ?? {}) as Readonly<Record<string, unknown>>;
  const children: Child[] = (Array.isArray(intercept) ? intercept : []).map(
    (rule: { readonly handler?: unknown } | null | undefined, index): Child => ({
      path: ["intercept", index, "handler"],
      role: "handler",
      value: rule?.handler,
    }),
  );
  if (fallback !== undefined) {
    children.push({ path: ["fallback"], role: "handler", value: fallback });
  }
  if (isDescription(accel)) {
    children.push({ path: ["accel"], role: "handler", value: accel });
  }
  return children;
}

function isDescription(value: unknown): boolean {
  return typeof value === "object" && value !== null && "role" in value;
}
