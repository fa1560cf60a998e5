/** Words: what single fields say, one file a field or value. */
export * from "./accept.ts";
export * from "./cookie.ts";
export * from "./entity-tag.ts";
export * from "./forwarded.ts";
export * from "./host.ts";
export * from "./http-date.ts";
export * from "./ip-address.ts";
export * from "./media-type.ts";
export * from "./priority.ts";
export * from "./proxy-status.ts";
export * from "./range.ts";
export * from "./set-cookie.ts";
export * from "./status.ts";
export * from "./syntax.ts";
export * from "./token-list.ts";
export * from "./trailer.ts";
export * from "./via.ts";
