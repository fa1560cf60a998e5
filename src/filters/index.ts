/** Filters wrap a handler. The list is what config knows: nothing registers itself. */
import type { FilterKind } from "../pipeline/index.ts";
import { canonicalKind } from "./canonical/index.ts";
import { earlyHintsKind } from "./early-hints/index.ts";
import { fieldsKind } from "./fields/index.ts";
import { pushKind } from "./push/index.ts";
import { redirectsKind } from "./redirects/index.ts";
import { rewriteKind } from "./rewrite/index.ts";
import { securityKind } from "./security/index.ts";

export { type CanonicalOptions, canonical } from "./canonical/index.ts";
export { type EarlyHintsOptions, earlyHints } from "./early-hints/index.ts";
export { type FieldChanges, type FieldsOptions, fields } from "./fields/index.ts";
export { type PushOptions, push } from "./push/index.ts";
export { type RedirectsOptions, type RedirectTo, redirects } from "./redirects/index.ts";
export { type QueryOptions, type Replacement, type RewriteOptions, rewrite } from "./rewrite/index.ts";
export {
  type CspDirectives,
  type CspSources,
  type HstsOptions,
  type NonceOptions,
  nonceOf,
  type PermissionList,
  type ReferrerPolicy,
  type SecurityOptions,
  security,
} from "./security/index.ts";

export const filterKinds: readonly FilterKind[] = [
  canonicalKind,
  earlyHintsKind,
  fieldsKind,
  pushKind,
  redirectsKind,
  rewriteKind,
  securityKind,
];
