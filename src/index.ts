/**
 * The public face of Sluice.
 *
 * ```ts
 * import { createServer, files } from "sluice";
 *
 * await using server = createServer({ listen: 8080, sites: [{ hosts: ["*"], routes: [
 *   { match: "/*", handler: files({ root: "public" }) },
 * ] }] });
 * await server.listen();
 * ```
 */
export {
  type CertificateConfig,
  type ClientsConfig,
  type Config,
  ConfigError,
  type ConfigInput,
  defineConfig,
  type RouteConfig,
  type RouteEntry,
  type RouteGroup,
  type SiteConfig,
  type SiteTlsConfig,
  type StreamConfig,
  type StreamHealth,
  type StreamListenConfig,
  type StreamTimeouts,
  type TicketsConfig,
  type TlsConfig,
} from "./config/index.ts";
export {
  type CanonicalOptions,
  type CspDirectives,
  type CspSources,
  canonical,
  type EarlyHintsOptions,
  earlyHints,
  type FieldChanges,
  type FieldsOptions,
  fields,
  type HstsOptions,
  type NonceOptions,
  nonceOf,
  type PermissionList,
  type PushOptions,
  push,
  type QueryOptions,
  type RedirectsOptions,
  type RedirectTo,
  type ReferrerPolicy,
  type Replacement,
  type RewriteOptions,
  redirects,
  rewrite,
  type SecurityOptions,
  security,
} from "./filters/index.ts";
export {
  type AccelOptions,
  type BufferOptions,
  type CacheRule,
  type FilesOptions,
  files,
  handle,
  type InterceptRule,
  type LanguagesOptions,
  type MemoryOptions,
  type MirrorOptions,
  type PrecompressedCoding,
  type ProxyFieldOptions,
  type ProxyOptions,
  type ProxyQueryOptions,
  proxy,
  type RedirectOptions,
  type RespondOptions,
  redirect,
  respond,
  type SplitChoice,
  type SplitCookie,
  type SplitOptions,
  type StatusPattern,
  type StickyOptions,
  split,
} from "./handlers/index.ts";
export {
  bytesContent,
  type ClientCertificate,
  type Content,
  chunkedContent,
  collect,
  emptyContent,
  type FieldLine,
  Fields,
  HttpError,
  HttpRequest,
  HttpResponse,
  type PulledContent,
  type TlsFacts,
  textContent,
} from "./message/index.ts";
export type { Endpoint, Exchange, Filter, Handler } from "./pipeline/index.ts";
export type { Match, MatchConditions } from "./routes/index.ts";
export type { RedirectStatus } from "./semantics/index.ts";
export {
  createServer,
  type FetchFacts,
  type Server,
  type ServerAddress,
  type ServerOptions,
} from "./server/index.ts";
export type {
  BalanceOptions,
  BreakerOptions,
  ConnectionOptions,
  EjectionOptions,
  HealthOptions,
  HedgeOptions,
  RetryOptions,
  TimeoutOptions,
  UpstreamEntry,
  UpstreamOptions,
  UpstreamTlsOptions,
} from "./upstream/index.ts";
