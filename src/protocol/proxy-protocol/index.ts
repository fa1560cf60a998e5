/** The PROXY protocol, versions 1 and 2: who a connection is really from, told by the proxy before it. */
export * from "./encode.ts";
export * from "./read.ts";
