/** Words: what single fields say, one file a field or value. */
export * from "./accept.ts";
export * from "./entity-tag.ts";
export * from "./host.ts";
export * from "./http-date.ts";
export * from "./media-type.ts";
export * from "./priority.ts";
export * from "./range.ts";
export * from "./status.ts";
export * from "./syntax.ts";
export * from "./token-list.ts";
export * from "./trailer.ts";
