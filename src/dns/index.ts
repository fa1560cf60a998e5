/** Names: which addresses they have, and for how long. */
export { DnsError } from "./error.ts";
export { createResolver, type Resolved, type Resolver, type ResolverOptions } from "./resolver.ts";
