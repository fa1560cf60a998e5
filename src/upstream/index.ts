/** Upstreams: who they are, their connections, probes and retries. */
export * from "./contract.ts";
export { createHouse } from "./create-house.ts";
export { UpstreamGroup } from "./group/group.ts";
export { groupKey, UpstreamHouse } from "./group/house.ts";
export type { Held, Opened, Opening, OpeningOptions } from "./group/opening.ts";
export type {
  BalanceOptions,
  BreakerOptions,
  ConnectionOptions,
  EjectionOptions,
  HedgeOptions,
  RetryOptions,
  TimeoutOptions,
  UpstreamEntry,
  UpstreamOptions,
  UpstreamTlsOptions,
} from "./group/options.ts";
export type { GroupParts, Timers } from "./group/parts.ts";
export {
  idleOptions,
  streamOptionsShape,
  upstreamOptionsShape,
  waitSchema,
} from "./group/schema.ts";
export type { GroupStatus, MemberStatus } from "./group/status.ts";
export {
  httpSchemes,
  readUpstreamUrl,
  streamSchemes,
  type UpstreamUrl,
} from "./group/upstream-url.ts";
export type { PoolOptions, PoolPlace } from "./pool/options.ts";
export type { HealthOptions } from "./probes/options.ts";
export { streamHealthShape } from "./probes/schema.ts";
