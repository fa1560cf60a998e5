/** Checks what users write of their upstreams, with words for what is wrong. */
import { isIP } from "node:net";
import { z } from "zod";
import { type Duration, parseDuration } from "../../message/index.ts";
import { healthSchema } from "../probes/schema.ts";
import type { UpstreamEntry } from "./options.ts";
import { httpSchemes, readUpstreamUrl, type Scheme, streamSchemes } from "./upstream-url.ts";

/** Timers of the platform hold 31 bits of milliseconds. */
const longestDuration = 2_147_483_647;

/** The keys of `UpstreamOptions`, for kinds that take further ones beside them. */
export type UpstreamShape = Readonly<
  Record<
    | "upstreams"
    | "name"
    | "balance"
    | "health"
    | "ejection"
    | "breaker"
    | "failureStatuses"
    | "panic"
    | "slowStart"
    | "retries"
    | "hedge"
    | "timeouts"
    | "connections"
    | "tls"
    | "http2"
    | "proxyProtocol",
    z.ZodType
  >
>;

export const durationSchema: z.ZodType<string> = z
  .string('needs a duration such as "30s"')
  .superRefine((text, context) => {
    const fault = durationFault(text);
    if (fault !== undefined) {
      context.addIssue({ code: "custom", message: fault });
    }
  });

/** A duration that may not be nothing. */
export const waitSchema: z.ZodType<string> = durationSchema.refine(
  (text) => durationFault(text) !== undefined || parseDuration(text as Duration) > 0,
  { error: "needs more than nothing" },
);

const share = z.number().min(0).max(1);
/** Above 0. */
const rate = share.refine((value) => value > 0, { error: "needs more than nothing" });
const count = z.int().min(1).max(1e6);
const status = z.int().min(400, "needs a status from 400 to 599").max(599, "needs a status from 400 to 599");
const off = z.literal(false);

/** What both kinds of judges are told of failures. */
const failureShape = {
  failures: z.union([off, count]).optional(),
  rate: z.union([off, rate]).optional(),
  rateOf: count.optional(),
  window: waitSchema.optional(),
  time: waitSchema.optional(),
  longest: waitSchema.optional(),
};

const longestAfterTime = {
  error: "the longest must be as long as the first or longer",
  path: ["longest"],
};

const fieldName = z
  .string()
  .regex(/^[\w!#$%&'*+.^`|~-]+$/, "a field name is needed: letters, digits and !#$%&'*+-.^_`|~");

const balance = z.union([
  z.enum(["round-robin", "least-requests", "two-choices", "latency", "random"]),
  z.strictObject({
    hash: z.union([
      z.enum(["client", "path", "url"]),
      z.strictObject({ field: fieldName }),
      z.strictObject({ cookie: fieldName }),
    ]),
    bound: z.number().min(1).max(1e6).optional(),
  }),
]);

const retries = z.strictObject({
  attempts: z.int().min(0).max(100).optional(),
  budget: share.optional(),
  statuses: z.array(status).optional(),
});

const tls = z
  .strictObject({
    ca: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
    cert: z.string().min(1).optional(),
    key: z.string().min(1).optional(),
    serverName: z
      .string()
      .regex(/^[\w.:-]{1,253}$/, 'needs a name such as "app.example.com"')
      .optional(),
    verify: z.boolean().optional(),
  })
  .refine(({ cert, key }) => (cert === undefined) === (key === undefined), {
    error: "a certificate and its key go together: needs both cert and key, or none",
    path: ["key"],
  });

/** For proxies: `http://`, `https://`, `h2c://` and `unix:` upstreams. */
export const upstreamOptionsShape: UpstreamShape = shapeFor(httpSchemes);

/** For streams: `tcp://`, `tls://`, `udp://` and `unix:` upstreams. */
export const streamOptionsShape: UpstreamShape = shapeFor(streamSchemes);

function shapeFor(schemes: readonly Scheme[]): UpstreamShape {
  return {
    upstreams: upstreamsFor(schemes),
    name: z
      .string()
      .regex(/^[\x21-\x7e]{1,100}$/, "needs 1 to 100 printable characters without blanks")
      .optional(),
    balance: balance.optional(),
    health: z.union([off, healthSchema]).optional(),
    ejection: z
      .union([
        off,
        z
          .strictObject({
            ...failureShape,
            latency: z.union([off, z.number().gt(1, "needs more than 1").max(1e6)]).optional(),
            share: share.optional(),
          })
          .refine(({ time, longest }) => inOrder(time ?? "10s", longest ?? "5m"), longestAfterTime),
      ])
      .optional(),
    breaker: z
      .union([
        off,
        z
          .strictObject({
            ...failureShape,
            slow: z.union([off, waitSchema]).optional(),
            trials: count.optional(),
            successes: count.optional(),
          })
          .refine(({ time, longest }) => inOrder(time ?? "10s", longest ?? "60s"), longestAfterTime),
      ])
      .optional(),
    failureStatuses: z.array(status).optional(),
    panic: share.optional(),
    slowStart: durationSchema.optional(),
    retries: z.union([off, retries]).optional(),
    hedge: z.union([off, z.strictObject({ after: waitSchema, share: rate.optional() })]).optional(),
    timeouts: z
      .strictObject({
        connect: waitSchema.optional(),
        response: waitSchema.optional(),
        progress: waitSchema.optional(),
        total: z.union([off, waitSchema]).optional(),
        queue: waitSchema.optional(),
      })
      .optional(),
    connections: z
      .strictObject({
        most: count.optional(),
        idle: z.int().min(0).max(1e6).optional(),
        keepAlive: durationSchema.optional(),
        queue: z.int().min(0).max(1e6).optional(),
      })
      .optional(),
    tls: tls.optional(),
    http2: z.boolean().optional(),
    proxyProtocol: z.union([off, z.literal(1), z.literal(2)]).optional(),
  };
}

function upstreamsFor(schemes: readonly Scheme[]): z.ZodType {
  const plain = z.string().superRefine((text, context) => {
    complain(context, [], () => readUpstreamUrl(text, schemes));
  });
  const entry = z
    .strictObject({
      url: z.string(),
      weight: z.number().min(0).max(1e6).optional(),
      tier: z.int().min(0).max(1e3).optional(),
      each: z.boolean().optional(),
      srv: z.boolean().optional(),
      connections: count.optional(),
    })
    .superRefine(({ url, srv, each }, context) => {
      complain(context, ["url"], () => {
        const { host, scheme } = readUpstreamUrl(url, schemes, srv);
        if (srv === true && isIP(host) !== 0) {
          throw new RangeError(
            `${JSON.stringify(url)} is an address, which has no service records: leave srv out`,
          );
        }
        if (each === true && scheme === "unix") {
          throw new RangeError(
            `${JSON.stringify(url)} is one upstream and no name of several: leave each out`,
          );
        }
      });
      if (srv === true && each === true) {
        const message = "service records name every upstream already: leave each out";
        context.addIssue({ code: "custom", message, path: ["each"] });
      }
    });
  const list = z.array(z.union([plain, entry])).min(1, "needs an upstream");
  return z.union([
    plain,
    list.superRefine((entries, context) => {
      noTwice(entries, schemes, context);
      if (entries.length > 0 && entries.every((one) => typeof one === "object" && one.weight === 0)) {
        const message = "a list of weights that are all 0: nobody would get a request";
        context.addIssue({ code: "custom", message });
      }
    }),
  ]);
}

/** What must not stand beside each other, as it would do nothing. @returns Where, and what is wrong. */
export function idleOptions(options: {
  readonly upstreams: string | readonly (string | { readonly url: string })[];
  readonly tls?: unknown;
}): readonly (readonly [path: string, message: string])[] {
  const entries = typeof options.upstreams === "string" ? [options.upstreams] : options.upstreams;
  const urls = entries.map((one) => (typeof one === "string" ? one : one.url));
  return options.tls === undefined || urls.some((url) => /^(?:https|tls):/i.test(url))
    ? []
    : [["tls", "no upstream has TLS: https:// (in streams tls://) is needed"]];
}

function noTwice(
  entries: readonly (string | (Pick<UpstreamEntry, "url"> & { readonly srv?: boolean | undefined }))[],
  schemes: readonly Scheme[],
  context: z.core.$RefinementCtx,
): void {
  const seen = new Map<string, number>();
  for (const [at, entry] of entries.entries()) {
    const { url, srv } = typeof entry === "string" ? { url: entry, srv: false } : entry;
    const id = idOf(url, schemes, srv);
    const first = id === undefined ? undefined : seen.get(id);
    if (first !== undefined) {
      const message = `${id} is upstreams[${first}] already: a weight gives it more requests`;
      context.addIssue({ code: "custom", message, path: typeof entry === "string" ? [at] : [at, "url"] });
    } else if (id !== undefined) {
      seen.set(id, at);
    }
  }
}

function idOf(url: string, schemes: readonly Scheme[], srv: boolean | undefined): string | undefined {
  try {
    return readUpstreamUrl(url, schemes, srv).id;
  } catch {
    return undefined;
  }
}

function complain(context: z.core.$RefinementCtx, path: (string | number)[], read: () => unknown): void {
  try {
    read();
  } catch (error) {
    context.addIssue({ code: "custom", message: (error as Error).message, path });
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

function inOrder(time: string, longest: string): boolean {
  const bad = durationFault(time) !== undefined || durationFault(longest) !== undefined;
  return bad || parseDuration(time as Duration) <= parseDuration(longest as Duration);
}
