/** Checks what users write of probes. */
import { z } from "zod";
import { type Duration, parseDuration } from "../../message/index.ts";
import { readStatusRanges } from "./status-ranges.ts";

/** Probes closer together than this are load, not watching. */
const shortestInterval = 100;

const probeDuration = z.string('needs a duration such as "5s"').superRefine((text, context) => {
  try {
    const time = parseDuration(text as Duration);
    if (time < shortestInterval || time > 86_400_000) {
      context.addIssue({ code: "custom", message: "needs 100ms to 1d" });
    }
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

/** What probes of either kind have; those of streams only connect. */
export const streamHealthShape: Readonly<
  Record<"interval" | "timeout" | "jitter" | "rise" | "fall", z.ZodType>
> = {
  interval: probeDuration.optional(),
  timeout: probeDuration.optional(),
  jitter: z.number().min(0).max(0.5).optional(),
  rise: z.int().min(1).max(100).optional(),
  fall: z.int().min(1).max(100).optional(),
};

const oneStatus = z.union([z.int(), z.string()]);

export const healthSchema: z.ZodType = z
  .strictObject({
    path: z
      .string()
      .regex(/^\/[\x21-\x22\x24-\x7e]*$/, 'needs a path that begins with "/", without blanks or "#"')
      .optional(),
    method: z
      .string()
      .regex(/^[A-Z][A-Z-]{0,31}$/, 'needs a method such as "GET" or "HEAD"')
      .refine((method) => method !== "CONNECT", { error: "CONNECT asks for a tunnel, not for an answer" })
      .optional(),
    host: z
      .string()
      .regex(/^[A-Za-z0-9.:_[\]-]{1,255}$/, "needs a host, with a port or without")
      .optional(),
    tcp: z.boolean().optional(),
    ...streamHealthShape,
    status: z
      .union([oneStatus, z.array(oneStatus).min(1)])
      .superRefine((written, context) => {
        try {
          readStatusRanges(written);
        } catch (error) {
          context.addIssue({ code: "custom", message: (error as Error).message });
        }
      })
      .optional(),
    fields: z
      .record(z.string().regex(/^[\w!#$%&'*+.^`|~-]+$/, "a field name is needed"), z.string())
      .optional(),
    body: z.string().min(1).max(10_000).optional(),
  })
  .superRefine((options, context) => {
    const http = ["path", "method", "host", "status", "fields", "body"] as const;
    for (const key of options.tcp === true ? http : []) {
      if (options[key] !== undefined) {
        const message = "a probe with tcp only connects: it asks nothing, so there is nothing to expect";
        context.addIssue({ code: "custom", message, path: [key] });
      }
    }
    if (options.method === "HEAD" && options.body !== undefined) {
      context.addIssue({ code: "custom", message: "a response to HEAD has no content", path: ["body"] });
    }
  });
