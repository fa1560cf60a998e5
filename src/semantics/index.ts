/** Rules: what HTTP means, whichever version carries it (RFC 9110). */
export * from "./forwarding/index.ts";
export * from "./methods.ts";
export * from "./multipart-ranges.ts";
export * from "./negotiation.ts";
export * from "./preconditions.ts";
export * from "./private-response.ts";
export * from "./query-patch.ts";
export * from "./ranges.ts";
export * from "./redirection.ts";
export * from "./target-template.ts";
export * from "./uri-escape.ts";
