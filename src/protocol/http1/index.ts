/** HTTP/1.0 and HTTP/1.1 (RFC 9112): both sides of a connection, without sockets. */
export { Http1Client } from "./client.ts";
export type { OutgoingRequest } from "./client-stream.ts";
export {
  defaultHttp1ClientLimits,
  defaultHttp1Limits,
  type Http1ClientLimits,
  type Http1Limits,
} from "./limits.ts";
export { type Fate, Http1Server, type Http1ServerOptions } from "./server.ts";
