/** Rules: what HTTP means, whichever version carries it (RFC 9110). */
export * from "./methods.ts";
export * from "./multipart-ranges.ts";
export * from "./negotiation.ts";
export * from "./preconditions.ts";
export * from "./ranges.ts";
