/** The schema of `streams`. */
import { type ZodType, z } from "zod";
import { idleOptions, streamHealthShape, streamOptionsShape } from "../upstream/index.ts";
import { duration, socketMode, someCount, wait } from "./quantity-schemas.ts";
import { parseStreamListen, type StreamConfig, streamListenForms, streamPlace } from "./streams.ts";
import { siteTlsSchema } from "./tls-schema.ts";

const name = z.string().min(1);
const proxyProtocol = z.boolean().optional();
const listen = z.union([
  z.int().min(0).max(65_535),
  z.string().refine((text) => parseStreamListen(text) !== undefined, { error: `needs ${streamListenForms}` }),
  z
    .strictObject({
      port: z.int().min(0).max(65_535),
      host: name.optional(),
      protocol: z.enum(["tcp", "udp"]).optional(),
      tls: z.union([z.boolean(), siteTlsSchema]).optional(),
      proxyProtocol,
    })
    .refine(({ protocol, tls }) => protocol !== "udp" || tls === undefined || tls === false, {
      path: ["tls"],
      error: "needs TCP: TLS over datagrams (DTLS) is not spoken here",
    })
    .refine((place) => place.protocol !== "udp" || place.proxyProtocol !== true, {
      path: ["proxyProtocol"],
      error: "needs TCP",
    }),
  z.strictObject({ path: name, mode: socketMode, proxyProtocol }),
]);

const shape = streamOptionsShape;

export const streamSchema: ZodType = z
  .strictObject({
    listen,
    upstreams: shape.upstreams,
    name: shape.name,
    balance: z
      .union([
        z.enum(["round-robin", "least-requests", "two-choices", "latency", "random"]),
        z.strictObject({ hash: z.literal("client"), bound: z.number().min(1).max(1e6).optional() }),
      ])
      .optional(),
    health: z.union([z.literal(false), z.strictObject(streamHealthShape)]).optional(),
    ejection: shape.ejection,
    breaker: shape.breaker,
    panic: shape.panic,
    slowStart: duration.optional(),
    retries: z.int().min(0).max(100).optional(),
    timeouts: z
      .strictObject({ connect: wait.optional(), queue: wait.optional(), idle: wait.optional() })
      .optional(),
    connections: z
      .strictObject({ most: someCount.optional(), queue: z.int().min(0).max(1e6).optional() })
      .optional(),
    limits: z.strictObject({ connections: someCount.optional() }).optional(),
    tls: shape.tls,
    proxyProtocol: shape.proxyProtocol,
    replies: someCount.optional(),
  })
  .superRefine((stream, context) => {
    const { listen: place, upstreams, replies, proxyProtocol: sent } = stream as StreamConfig;
    const complain = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: "custom", path, message });
    const datagrams = takesDatagrams(place);
    for (const [path, url] of urlsOf(upstreams)) {
      const fits = (schemeOf(url) === "udp") === datagrams;
      if (!fits) {
        complain(path, datagrams ? "needs udp://, as is listened for" : "needs tcp://, tls:// or unix:");
      }
    }
    for (const [option, message] of idleOptions(stream as StreamConfig)) {
      complain([option], message);
    }
    if (replies !== undefined && !datagrams) {
      complain(["replies"], "needs datagrams: `listen` has to be udp");
    }
    if (datagrams && (sent === 1 || sent === 2)) {
      complain(["proxyProtocol"], "needs TCP");
    }
  });

function takesDatagrams(listen: StreamConfig["listen"]): boolean {
  const place = streamPlace(listen);
  return place !== undefined && "port" in place && place.protocol === "udp";
}

/** Every URL and where it stands. */
function urlsOf(upstreams: StreamConfig["upstreams"]): (readonly [path: (string | number)[], url: string])[] {
  return typeof upstreams === "string"
    ? [[["upstreams"], upstreams]]
    : upstreams.map((entry, at) =>
        typeof entry === "string" ? [["upstreams", at], entry] : [["upstreams", at, "url"], entry.url],
      );
}

function schemeOf(url: string): string | undefined {
  return /^([a-z]+):/i.exec(url)?.[1]?.toLowerCase();
}
