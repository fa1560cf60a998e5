/** Which site and which route answers: by host, then by path. */
export * from "./patterns.ts";
export * from "./reach.ts";
export * from "./table.ts";
