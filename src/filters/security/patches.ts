/**
 * The fields as patches: one a footing, made once, so that a lasting response keeps its patched self,
 * encoded heads included.
 */
import type { FieldsPatch, HttpRequest } from "../../message/index.ts";
import type { Exchange } from "../../pipeline/index.ts";
import type { SecurityOptions } from "./options.ts";
import { otherLines, type Policies, policyLines } from "./policy-fields.ts";

/** In the clear; over TLS; over TLS to a host that must not be pinned to it. */
export type Footing = "clear" | "secure" | "local";

export const footings: readonly Footing[] = ["clear", "secure", "local"];

export type Patches = Readonly<Record<Footing, FieldsPatch>>;

/**
 * Hosts of one's own machine are shared by everything one develops on it, whatever the port; and
 * addresses cannot be pinned (RFC 6797 §8.1.1).
 */
export function footingOf(request: HttpRequest, { tls }: Exchange): Footing {
  if (tls === undefined) {
    return "clear";
  }
  // Browsers remember a name with a final dot as the name without it.
  const written = request.host.host;
  const host = written.endsWith(".") ? written.slice(0, -1) : written;
  const isLocal = host === "localhost" || host.endsWith(".localhost") || isAddress(host);
  return isLocal ? "local" : "secure";
}

/** Few names end in a digit, so that few are looked at as a whole. */
function isAddress(host: string): boolean {
  const last = host.charCodeAt(host.length - 1);
  return host.includes(":") || (last >= 0x30 && last <= 0x39 && /^[\d.]+$/.test(host));
}

/** What the handler has said stays. */
export function patchesOf(options: SecurityOptions, policies: Policies): Patches {
  const patch = (footing: Footing): FieldsPatch => ({
    remove: [],
    set: [],
    add: [],
    missing: [...otherLines(options, footing === "secure"), ...policyLines(policies, footing !== "clear")],
  });
  return { clear: patch("clear"), secure: patch("secure"), local: patch("local") };
}
