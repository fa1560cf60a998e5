/** The schema of everything in a configuration but the options of handlers and filters. */
import { type ZodType, z } from "zod";
import { type Duration, parseDuration, parseSize, type Size } from "../message/index.ts";
import { hostFault, patternFault } from "../routes/index.ts";
import { listenForms, parseListen } from "./listen.ts";

const name = z.string().min(1);

/** Timers of the platform hold 31 bits of milliseconds. */
const longestDuration = 2_147_483_647;

const duration = z.string('needs a duration such as "30s"').superRefine((text, context) => {
  const fault = durationFault(text);
  if (fault !== undefined) {
    context.addIssue({ code: "custom", message: fault });
  }
});

/** A duration that may not be nothing. */
const wait = duration.refine(
  (text) => durationFault(text) !== undefined || parseDuration(text as Duration) > 0,
  {
    error: "needs more than nothing",
  },
);

const size = z.union([z.number(), z.string()]).superRefine((value, context) => {
  try {
    parseSize(value as Size);
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message });
  }
});

/** A size or count that may not be nothing. */
const someSize = size.refine((value) => !/^0+(\.0+)?[a-zA-Z]*$/.test(String(value)), {
  error: "needs more than nothing",
});
const someCount = z.int().min(1);

const port = z.int().min(0).max(65_535);
const tcp = z.strictObject({ port, host: name.optional() });
const unix = z.strictObject({ path: name, mode: z.int().min(0).max(0o777).optional() });
const listenLine = z.string().refine((text) => parseListen(text) !== undefined, {
  error: `needs ${listenForms}`,
});
const listen = z.union([port, listenLine, tcp, unix]);

const format = z.enum(["dev", "combined", "common", "json"]);

const route = z.strictObject({
  match: z.string().superRefine((match, context) => complain(context, patternFault(match))),
  filters: z.array(z.unknown()).optional(),
  handler: z.unknown().optional(),
});

const site = z.strictObject({
  hosts: z.array(z.string().superRefine((host, context) => complain(context, hostFault(host)))).min(1),
  routes: z.array(route).min(1),
});

export const configSchema: ZodType = z.strictObject({
  listen: z.union([listen, z.array(listen).min(1)]).optional(),
  sites: z.array(site).min(1),
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
    })
    .optional(),
});

function complain(
  context: { addIssue(issue: { code: "custom"; message: string }): void },
  fault: string | undefined,
) {
  if (fault !== undefined) {
    context.addIssue({ code: "custom", message: `needs ${fault}` });
  }
}

function durationFault(text: string): string | undefined {
  try {
    return parseDuration(text as Duration) > longestDuration
      ? `${JSON.stringify(text)} is longer than 24 days`
      : undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
