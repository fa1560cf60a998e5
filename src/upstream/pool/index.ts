/** The connections to one member, over HTTP/1.1 and HTTP/2. */
export type { Connect, PoolOptions, PoolPlace } from "./options.ts";
export { createPool } from "./pool.ts";
