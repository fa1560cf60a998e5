/** Security fields of a group and of what is within it, as one. */
import { laidOver } from "../../pipeline/index.ts";
import { type CspDirectives, formatPolicy, parsePolicy, withDirectives } from "./csp.ts";
import type { SecurityOptions } from "./options.ts";

/** What `inner` says counts; directives, features and HSTS settings that only `outer` names stay. */
export function mergeSecurity(outer: SecurityOptions, inner: SecurityOptions): SecurityOptions {
  return {
    ...laidOver(outer, inner),
    ...both("csp", mergeCsp(outer.csp, inner.csp)),
    ...both("cspReportOnly", mergeCsp(outer.cspReportOnly, inner.cspReportOnly)),
    ...both("hsts", mergeParts(outer.hsts, inner.hsts)),
    ...both("permissions", mergeParts(outer.permissions, inner.permissions)),
  };
}

type Csp = SecurityOptions["csp"];

function mergeCsp(outer: Csp, inner: Csp): Csp {
  if (typeof outer === "string" && typeof inner === "object") {
    return formatPolicy(withDirectives(parsePolicy(outer), inner));
  }
  return mergeParts<string | CspDirectives | false>(outer, inner);
}

function mergeParts<T>(outer: T | undefined, inner: T | undefined): T | undefined {
  if (isSet(outer) && isSet(inner)) {
    return laidOver(outer, inner);
  }
  return inner === undefined ? outer : inner;
}

function isSet<T>(value: T): value is T & object {
  return typeof value === "object" && value !== null;
}

function both<Name extends string, T>(name: Name, value: T | undefined): { readonly [N in Name]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [N in Name]: T });
}
