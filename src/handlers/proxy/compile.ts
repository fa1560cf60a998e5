/** From options to a handler: the parts that are asked for, made and joined. */
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { keyOf } from "../../balance/index.ts";
import { parseSize } from "../../message/index.ts";
import type { Handler, Resource, Runtime } from "../../pipeline/index.ts";
import type { UpstreamOptions } from "../../upstream/index.ts";
import { files } from "../files/index.ts";
import { Accel } from "./accel.ts";
import { Answers } from "./answers.ts";
import { Buffering } from "./buffering.ts";
import { FailureLines } from "./failure-lines.ts";
import type { Upstreams } from "./forwarding.ts";
import { Gateway } from "./gateway.ts";
import { Intercept } from "./intercept.ts";
import { Mirror } from "./mirror.ts";
import type { MirrorOptions, ProxyOptions } from "./options.ts";
import { proxySettings, stickySettings } from "./settings.ts";
import { type Members, Sticky } from "./sticky.ts";

/** The upstreams for options. */
export type Grouping = (options: UpstreamOptions) => Upstreams & Members;

/** @throws RangeError - Options that the schema would have refused. */
export function compileProxy(options: ProxyOptions, runtime: Runtime, grouping: Grouping): Handler {
  const settings = proxySettings(options);
  const group = grouping(options);
  const { intercept, fallback, mirror, balance } = options;
  const sticky = stickyOf(options, group, runtime);
  const answers = new Answers(
    {
      sticky,
      accel: accelOf(options, runtime),
      intercept:
        intercept === undefined
          ? undefined
          : new Intercept(intercept, (rule) => runtime.handler(rule.handler)),
      fallback: fallback === undefined ? undefined : runtime.handler(fallback),
      failures:
        group.ids.length === 1 ? new FailureLines(runtime.clock, (line) => runtime.warn(line)) : undefined,
    },
    settings,
  );
  const gateway = new Gateway(
    {
      upstreams: group,
      answers,
      sticky,
      buffering: settings.buffer === undefined ? undefined : new Buffering(settings.buffer),
      mirror: mirror === undefined ? undefined : mirrorOf(mirror, grouping),
      keyOf:
        typeof balance === "object"
          ? (request, exchange) => keyOf(balance, request, exchange.client)
          : undefined,
    },
    settings,
  );
  return (request, exchange) => gateway.handle(request, exchange);
}

function mirrorOf(options: MirrorOptions, grouping: Grouping): Mirror {
  const { share = 1, content = "64KiB", most = 32 } = options;
  return new Mirror(grouping(options), { share, content: parseSize(content), most }, Math.random);
}

function accelOf({ accel }: ProxyOptions, runtime: Runtime): Accel | undefined {
  if (accel === undefined) {
    return undefined;
  }
  if ("role" in accel) {
    return new Accel(runtime.handler(accel), undefined);
  }
  const root = resolve(runtime.base, accel.root);
  return new Accel(runtime.handler(files({ root, index: [], precompressed: [], dotFiles: "allow" })), root);
}

function stickyOf({ sticky = false }: ProxyOptions, group: Members, runtime: Runtime): Sticky | undefined {
  if (sticky === false) {
    return undefined;
  }
  const settings = stickySettings(sticky);
  if (settings.secrets.length > 0) {
    return new Sticky(group, settings, settings.secrets);
  }
  // A reload must not send every client elsewhere.
  const { value } = runtime.take("proxy sticky secret", (): Resource & { readonly value: string } => ({
    value: randomBytes(32).toString("base64url"),
    close: () => undefined,
  }));
  return new Sticky(group, settings, [value]);
}
