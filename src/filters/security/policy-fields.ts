/** From options to field lines: presets filled in, everything that does not depend on the request settled. */
import { type FieldLine, parseDuration } from "../../message/index.ts";
import { type CspDirectives, formatPolicy, type Policy, parsePolicy, withDirectives } from "./csp.ts";
import type { HstsOptions, PermissionList, SecurityOptions } from "./options.ts";

type Preset = Required<Omit<SecurityOptions, "preset" | "nonce">>;

/** What each preset says of each part. */
export const presets: Readonly<Record<"relaxed" | "strict", Preset>> = {
  relaxed: {
    hsts: { maxAge: "365d" },
    csp: false,
    cspReportOnly: false,
    nosniff: true,
    frame: "same-origin",
    referrer: "strict-origin-when-cross-origin",
    permissions: false,
    coop: false,
    coep: false,
    corp: false,
  },
  strict: {
    hsts: { maxAge: "730d", includeSubDomains: true },
    csp: {
      "default-src": "self",
      "base-uri": "self",
      "form-action": "self",
      "frame-ancestors": "none",
      "object-src": "none",
      "upgrade-insecure-requests": true,
    },
    cspReportOnly: false,
    nosniff: true,
    frame: "deny",
    referrer: "no-referrer",
    permissions: { camera: [], geolocation: [], microphone: [], payment: [], usb: [] },
    coop: "same-origin",
    coep: "require-corp",
    corp: "same-origin",
  },
};

/** The two policies of a response; undefined where there is none. */
export interface Policies {
  readonly enforced: Policy | undefined;
  readonly reported: Policy | undefined;
}

export function policiesOf(options: SecurityOptions): Policies {
  const preset = presets[options.preset ?? "relaxed"].csp;
  return {
    enforced: policyOf(options.csp ?? preset, preset),
    reported: policyOf(options.cspReportOnly, false),
  };
}

/** The lines of the policies, as far as they say anything. */
export function policyLines({ enforced, reported }: Policies, isSecure: boolean): FieldLine[] {
  const upgrade = "upgrade-insecure-requests";
  const without = (policy: Policy): Policy => withDirectives(policy, { [upgrade]: false });
  return [
    ...line("content-security-policy", enforced && formatPolicy(isSecure ? enforced : without(enforced))),
    // A policy that only reports upgrades nothing.
    ...line("content-security-policy-report-only", reported && formatPolicy(without(reported))),
  ];
}

/**
 * Every other line.
 *
 * @param pins - Whether the host may be told to be asked over TLS only: never in the clear (RFC 6797 §7.2).
 */
export function otherLines(options: SecurityOptions, pins: boolean): FieldLine[] {
  const given = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  const { hsts, nosniff, frame, referrer, permissions, coop, coep, corp }: Preset = {
    ...presets[options.preset ?? "relaxed"],
    ...given,
  };
  return [
    ...line("strict-transport-security", pins && hsts !== false ? formatHsts(hsts) : undefined),
    ...line("x-content-type-options", nosniff ? "nosniff" : undefined),
    ...line("x-frame-options", frame === false ? undefined : frame === "deny" ? "DENY" : "SAMEORIGIN"),
    ...line("referrer-policy", referrer),
    ...line(
      "permissions-policy",
      typeof permissions === "object" ? formatPermissions(permissions) : permissions,
    ),
    ...line("cross-origin-opener-policy", coop),
    ...line("cross-origin-embedder-policy", coep),
    ...line("cross-origin-resource-policy", corp),
  ];
}

/** Text replaces what the preset says; directives are laid over it. */
function policyOf(
  csp: false | string | CspDirectives | undefined,
  preset: false | string | CspDirectives,
): Policy | undefined {
  if (csp === undefined || csp === false) {
    return undefined;
  }
  if (typeof csp === "string") {
    return parsePolicy(csp);
  }
  return withDirectives(withDirectives(new Map(), typeof preset === "object" ? preset : {}), csp);
}

function line(name: string, value: string | false | undefined): FieldLine[] {
  return value === undefined || value === false || value === "" ? [] : [[name, value]];
}

/** @source RFC 6797 §6.1; preload is the browsers' own. */
function formatHsts({ maxAge = "365d", includeSubDomains = false, preload = false }: HstsOptions): string {
  const seconds = Math.floor(parseDuration(maxAge) / 1_000);
  return `max-age=${seconds}${includeSubDomains ? "; includeSubDomains" : ""}${preload ? "; preload" : ""}`;
}

/** @source W3C Permissions Policy §5.2: a structured dictionary (RFC 9651 §3.2). */
function formatPermissions(permissions: Readonly<Record<string, PermissionList>>): string {
  return Object.entries(permissions)
    .map(([feature, list]) => `${feature}=${list === "*" ? "*" : `(${list.map(formatAllowed).join(" ")})`}`)
    .join(", ");
}

function formatAllowed(origin: string): string {
  return origin === "self" || origin === "src" || origin === "*" ? origin : JSON.stringify(origin);
}
