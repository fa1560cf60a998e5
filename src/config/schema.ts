/** The schema of everything in a configuration but the options of handlers and filters. */
import { type ZodType, z } from "zod";
import { hostFault, trustFault } from "../routes/index.ts";
import { http2LimitsSchema, http2TimeoutsShape } from "./http2.ts";
import { listenForms, parseListen } from "./listen.ts";
import { matchSchema } from "./match-schema.ts";
import { duration, size, socketMode, someCount, someSize, wait } from "./quantity-schemas.ts";
import { streamSchema } from "./streams-schema.ts";
import { siteTlsSchema, tlsSchema } from "./tls-schema.ts";

const name = z.string().min(1);

const port = z.int().min(0).max(65_535);
const tcp = z.strictObject({
  port,
  host: name.optional(),
  tls: z.boolean().optional(),
  http2: z.boolean().optional(),
  proxyProtocol: z.boolean().optional(),
});
const unix = z.strictObject({
  path: name,
  mode: socketMode,
  proxyProtocol: z.boolean().optional(),
});
const listenLine = z.string().refine((text) => parseListen(text) !== undefined, {
  error: `needs ${listenForms}`,
});
const listen = z.union([port, listenLine, tcp, unix]);

const format = z.enum(["dev", "combined", "common", "json"]);

/** What a handler and a filter may be is asked of their kinds (kinds.ts). */
const entry: ZodType = z.lazy(() =>
  z
    .strictObject({
      match: matchSchema.optional(),
      filters: z.array(z.unknown()).optional(),
      handler: z.unknown().optional(),
      routes: z.array(entry).min(1).optional(),
    })
    .refine(({ match, routes }) => match !== undefined || routes !== undefined, {
      path: ["match"],
      error: 'needs a path such as "/*", or conditions',
    })
    .refine(({ handler, routes }) => handler === undefined || routes === undefined, {
      path: ["routes"],
      error: "needs no handler beside it: a group's routes have one each",
    }),
);

const site = z.strictObject({
  hosts: z.array(z.string().superRefine((host, context) => complain(context, hostFault(host)))).min(1),
  tls: siteTlsSchema.optional(),
  filters: z.array(z.unknown()).optional(),
  routes: z.array(entry).min(1),
});

export const configSchema: ZodType = z
  .strictObject({
    listen: z.union([listen, z.array(listen).min(1)]).optional(),
    sites: z.array(site),
    tls: tlsSchema.optional(),
    trustedProxies: z
      .array(z.string().superRefine((line, context) => complain(context, trustFault(line))))
      .optional(),
    control: z
      .union([
        z.literal(false),
        name.refine((path) => !/^[a-z+]+:/i.test(path), {
          error: 'needs a path without anything in front, such as "/run/app/control.sock"',
        }),
      ])
      .optional(),
    streams: z.array(streamSchema).min(1).optional(),
    log: z.union([z.literal(false), format, z.strictObject({ format, file: name.optional() })]).optional(),
    limits: z
      .strictObject({
        requestLine: someSize.optional(),
        fieldLine: someSize.optional(),
        fieldSection: someSize.optional(),
        fieldCount: someCount.optional(),
        content: size.optional(),
        chunkExtension: size.optional(),
        trailerSection: size.optional(),
        pipelined: someCount.optional(),
        unreadContent: someSize.optional(),
        drainedContent: size.optional(),
        http2: http2LimitsSchema.optional(),
      })
      .optional(),
    timeouts: z
      .strictObject({
        firstByte: wait.optional(),
        fieldSection: wait.optional(),
        contentProgress: wait.optional(),
        keepAlive: wait.optional(),
        writeStall: wait.optional(),
        linger: duration.optional(),
        drain: duration.optional(),
        ...http2TimeoutsShape,
      })
      .optional(),
  })
  .refine(({ sites, streams }) => sites.length > 0 || streams !== undefined, {
    path: ["sites"],
    error: "needs 1 entry or more",
  })
  .refine(
    ({ sites, listen: place, streams }) => sites.length > 0 || place === undefined || streams === undefined,
    {
      path: ["listen"],
      error: "nothing would answer there: `sites` has no entry",
    },
  );

function complain(
  context: { addIssue(issue: { code: "custom"; message: string }): void },
  fault: string | undefined,
) {
  if (fault !== undefined) {
    context.addIssue({ code: "custom", message: `needs ${fault}` });
  }
}
