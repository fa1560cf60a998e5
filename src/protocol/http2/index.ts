/** HTTP/2 (RFC 9113): both sides of a connection, without sockets. */
export { Http2Client } from "./client.ts";
export { defaultHttp2ClientLimits, type Http2ClientLimits } from "./client-limits.ts";
export { clientPreface } from "./frames.ts";
export type { OutgoingHead } from "./head-encoder.ts";
export { defaultHttp2Limits, type Http2Limits } from "./limits.ts";
export type {
  Http2Fate,
  Http2ServerOptions,
  Http2ServerSink,
} from "./machine.ts";
export { Http2Server } from "./server.ts";
