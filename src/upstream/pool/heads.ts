/** A request's head as the machine of either version takes it. */
import type { OutgoingRequest } from "../../protocol/http1/index.ts";
import type { OutgoingHead } from "../../protocol/http2/index.ts";
import type { Outbound } from "../contract.ts";
import type { Http1Owner, Http2Owner } from "./owners.ts";

export function http1Head(outbound: Outbound, { authority, once }: Http1Owner): OutgoingRequest {
  const { method, target, fields, content, upgrade } = outbound;
  const host = outbound.authority ?? authority;
  return { method, target, host, fields, contentLength: content.length, close: once, upgrade };
}

export function http2Head(outbound: Outbound, { authority, scheme }: Http2Owner): OutgoingHead {
  const { method, target, fields, content, trailers } = outbound;
  return {
    method,
    scheme,
    authority: outbound.authority ?? authority,
    path: target,
    // Only who reads trailers may be sent them (RFC 9110 §10.1.4).
    fields: trailers && !fields.has("te") ? fields.with("te", "trailers") : fields,
    contentLength: content.length,
  };
}
