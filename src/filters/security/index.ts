/** `security()`: the fields by which a site tells browsers what its pages may do and who may use them. */
import type { HttpResponse } from "../../message/index.ts";
import { type Filter, type FilterDescription, type FilterKind, then } from "../../pipeline/index.ts";
import { mergeSecurity } from "./merge.ts";
import { noncedFilter } from "./nonced.ts";
import { type SecurityOptions, securitySchema } from "./options.ts";
import { footingOf, type Patches, patchesOf } from "./patches.ts";
import { policiesOf } from "./policy-fields.ts";

export type { CspDirectives, CspSources } from "./csp.ts";
export { nonceOf } from "./nonce.ts";
export type {
  HstsOptions,
  NonceOptions,
  PermissionList,
  ReferrerPolicy,
  SecurityOptions,
} from "./options.ts";

/** Adds security fields to every response, each where the handler has not set it itself. */
export function security(options: SecurityOptions = {}): FilterDescription<"security", SecurityOptions> {
  return { role: "filter", kind: "security", options };
}

export const securityKind: FilterKind<SecurityOptions> = {
  kind: "security",
  schema: securitySchema,
  merge: mergeSecurity,
  compile,
};

function compile(options: SecurityOptions): Filter {
  const { nonce = false } = options;
  const policies = policiesOf(options);
  if (nonce !== false) {
    return noncedFilter(options, policies, typeof nonce === "object" ? nonce.placeholder : undefined);
  }
  const patches = patchesOf(options, policies);
  return (next) => (request, exchange) =>
    then(next(request, exchange), patched, patches, footingOf(request, exchange));
}

function patched(response: HttpResponse, patches: Patches, footing: keyof Patches): HttpResponse {
  return response.patched(patches[footing]);
}
