/** One request and its response on a client's connection. */
import type { Fields, Octets, StreamId } from "../../message/index.ts";
import { encodeRequestHead } from "./encode.ts";

export interface OutgoingRequest {
  readonly method: string;
  /** As it goes on the request line: origin-, absolute-, authority- or asterisk-form. */
  readonly target: string;
  /** With Host; without Content-Length, Transfer-Encoding and Connection, which the machine writes. */
  readonly fields: Fields;
  /** 0: none follows; undefined: of unknown length, sent chunked. */
  readonly contentLength: Octets | undefined;
  /** Connection: close instead of keeping it. */
  readonly close?: boolean;
  /** Offers this protocol by Upgrade (RFC 9110 §7.8). */
  readonly upgrade?: string;
}

export interface ClientStream {
  readonly id: StreamId;
  readonly method: string;
  readonly chunked: boolean;
  /** Offered Upgrade: only then may 101 answer it. */
  readonly upgrades: boolean;
  left: Octets;
  sent: boolean;
  interim: number;
  unread: Octets;
}

export function openStream(id: StreamId, { method, contentLength, upgrade }: OutgoingRequest): ClientStream {
  return {
    id,
    method,
    chunked: contentLength === undefined,
    upgrades: upgrade !== undefined,
    left: contentLength ?? 0,
    sent: contentLength === 0,
    interim: 0,
    unread: 0,
  };
}

/**
 * The request's head as latin1 text.
 *
 * @throws MisuseError when it cannot be written.
 */
export function encodeRequest(request: OutgoingRequest): string {
  const { method, target, fields, contentLength, upgrade } = request;
  const chunked = contentLength === undefined;
  // A length of 0 is said where the method expects content (RFC 9110 §8.6).
  const says = contentLength !== 0 || method === "POST" || method === "PUT" || method === "PATCH";
  const connection = upgrade !== undefined ? "upgrade" : request.close === true ? "close" : undefined;
  const lines = upgrade === undefined ? fields : fields.with("upgrade", upgrade);
  return encodeRequestHead(method, target, lines, {
    length: says ? contentLength : undefined,
    chunked,
    connection,
  });
}
