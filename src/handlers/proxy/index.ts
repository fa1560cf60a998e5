/** `proxy()`: forwards requests to upstreams (RFC 9110 §3.7: a gateway). */
import { accessSync, constants, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Complaint, Handler, HandlerDescription, HandlerKind, Runtime } from "../../pipeline/index.ts";
import { isInline } from "../../tls/index.ts";
import { groupKey, type UpstreamOptions } from "../../upstream/index.ts";
import { compileProxy } from "./compile.ts";
import type { ProxyOptions } from "./options.ts";
import { childrenOf, proxySchema, upstreamPart } from "./schema.ts";

export type {
  AccelOptions,
  BufferOptions,
  InterceptRule,
  MirrorOptions,
  ProxyFieldOptions,
  ProxyOptions,
  ProxyQueryOptions,
  StatusPattern,
  StickyOptions,
} from "./options.ts";

/**
 * Forwards requests to upstreams.
 *
 * @param options - One upstream such as "http://127.0.0.1:3000", several, or every option (see `ProxyOptions`).
 */
export function proxy(
  options: ProxyOptions | string | readonly string[],
): HandlerDescription<"proxy", ProxyOptions> {
  const isList = typeof options === "string" || Array.isArray(options);
  return {
    role: "handler",
    kind: "proxy",
    options: isList ? { upstreams: options } : (options as ProxyOptions),
  };
}

export const proxyKind: HandlerKind<ProxyOptions> = {
  kind: "proxy",
  schema: proxySchema,
  inspect,
  children: childrenOf,
  compile,
};

function compile(options: ProxyOptions, runtime: Runtime): Handler {
  // Proxies with the same upstreams share them, and a reload carries them over.
  return compileProxy(options, runtime, (one) => {
    const part = upstreamPart(one);
    return runtime.take(groupKey(part), () => runtime.upstreams.group(part));
  });
}

/** Complaints about the disk: files and directories that are not there, or not for us to read. */
function inspect(options: ProxyOptions, base: string): readonly Complaint[] {
  return [
    ...tlsComplaints(options, [], base),
    ...mirrorComplaints(options, base),
    ...accelComplaints(options, base),
  ];
}

function mirrorComplaints({ mirror }: ProxyOptions, base: string): readonly Complaint[] {
  return mirror === undefined ? [] : tlsComplaints(mirror, ["mirror"], base);
}

function tlsComplaints(
  { tls = {} }: UpstreamOptions,
  at: readonly string[],
  base: string,
): readonly Complaint[] {
  const { ca = [], cert, key } = tls;
  const list = typeof ca === "string" ? [ca] : ca;
  const named: (readonly [readonly (string | number)[], string | undefined])[] = [
    ...list.map((file, index) => [typeof ca === "string" ? ["ca"] : ["ca", index], file] as const),
    [["cert"], cert],
    [["key"], key],
  ];
  return named.flatMap(([path, file]) => {
    const fault = file === undefined || isInline(file) ? undefined : unreadable(resolve(base, file));
    return fault === undefined ? [] : [{ path: [...at, "tls", ...path], message: fault }];
  });
}

function accelComplaints({ accel }: ProxyOptions, base: string): readonly Complaint[] {
  if (accel === undefined || "role" in accel) {
    return [];
  }
  const root = resolve(base, accel.root);
  const isDirectory = statSync(root, { throwIfNoEntry: false })?.isDirectory() === true;
  return isDirectory ? [] : [{ path: ["accel", "root"], message: `a directory is needed at ${root}` }];
}

function unreadable(file: string): string | undefined {
  try {
    accessSync(file, constants.R_OK);
    return undefined;
  } catch (error) {
    const { code = "" } = error as NodeJS.ErrnoException;
    return `a file that can be read is needed at ${file} (${code})`;
  }
}
