/** Facts become lines: the access log, and words to the operator. */
export * from "./access-log.ts";
export * from "./colour.ts";
export * from "./facts.ts";
export * from "./reporter.ts";
