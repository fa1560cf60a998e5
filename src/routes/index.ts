/** Which site and which route answers: by host, by path, and by whatever else a request says. */
export { type Contradiction, contradictions } from "./contradictions.ts";
export * from "./hosts.ts";
export * from "./match.ts";
export * from "./networks.ts";
export * from "./parameters.ts";
export * from "./patterns.ts";
export * from "./plain-path.ts";
export * from "./reach.ts";
export * from "./samples.ts";
export * from "./table.ts";
export * from "./trusted-peers.ts";
export { cookieValues } from "./values.ts";
