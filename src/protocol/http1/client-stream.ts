/** One request and its response on a client's connection. */
import { Buffer } from "node:buffer";
import { type Fields, HttpError, MisuseError, type Octets, type StreamId } from "../../message/index.ts";
import { encodeRequestHead, linesOf } from "./encode.ts";
import { faults } from "./faults.ts";
import type { Http1ClientLimits } from "./limits.ts";

export interface OutgoingRequest {
  readonly method: string;
  /** As it goes on the request line: origin-, absolute-, authority- or asterisk-form. */
  readonly target: string;
  /** Goes out as Host, before `fields`; undefined where they have it. */
  readonly host?: string | undefined;
  /** With Host unless `host` says it; without Content-Length, Transfer-Encoding and Connection, which the machine writes. */
  readonly fields: Fields;
  /** 0: none follows; undefined: of unknown length, sent chunked. */
  readonly contentLength: Octets | undefined;
  /** Connection: close instead of keeping it. */
  readonly close?: boolean | undefined;
  /** Offers this protocol by Upgrade (RFC 9110 §7.8). */
  readonly upgrade?: string | undefined;
}

export interface ClientStream {
  readonly id: StreamId;
  readonly method: string;
  readonly chunked: boolean;
  /** Offered Upgrade: only then may 101 answer it. */
  readonly upgrades: boolean;
  left: Octets;
  sent: boolean;
  /** No more of its content will be sent, whole or not: only the response is waited for. */
  halted: boolean;
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
    halted: false,
    interim: 0,
    unread: 0,
  };
}

/** Content goes out. @throws MisuseError when it is longer than announced. */
export function spend(stream: ClientStream, octets: Octets): void {
  if (octets > stream.left) {
    const excess = octets - stream.left;
    throw new MisuseError(`content of stream ${stream.id} is ${excess} octets longer than announced`);
  }
  stream.left -= octets;
}

/**
 * Whether a head of this status may come now; counts interim ones.
 *
 * @throws HttpError
 */
export function judgeHead(stream: ClientStream, status: number, limits: Http1ClientLimits): void {
  if (status >= 200) {
    return;
  }
  if (status !== 101) {
    stream.interim += 1;
    const { interimResponses } = limits;
    if (stream.interim > interimResponses) {
      throw new HttpError(faults.tooManyInterim, "origin", `more than ${interimResponses} interim responses`);
    }
  } else if (!stream.upgrades) {
    throw new HttpError(faults.unsolicited, "origin", "101 came for a request that offered no Upgrade");
  } else if (!stream.sent) {
    // What is left of the content could not be told from what goes through the tunnel.
    throw new HttpError(faults.unsolicited, "origin", "101 came before the request was whole");
  }
}

/**
 * A request's head; the same octets again where the same fields go out again, to the same target.
 *
 * @returns Octets that never change.
 * @throws MisuseError when the head cannot be written.
 */
export function requestHead(request: OutgoingRequest): Buffer {
  const lines = linesOf(request.fields);
  const kept = lines.request;
  if (kept !== undefined && isLike(kept.request, request)) {
    return kept.bytes;
  }
  const bytes = Buffer.from(encodeRequest(request), "latin1");
  lines.request = { request, bytes };
  return bytes;
}

function isLike(one: OutgoingRequest, other: OutgoingRequest): boolean {
  return (
    one.target === other.target &&
    one.method === other.method &&
    one.host === other.host &&
    one.contentLength === other.contentLength &&
    one.upgrade === other.upgrade &&
    one.close === other.close
  );
}

/**
 * The request's head as latin1 text.
 *
 * @throws MisuseError when it cannot be written.
 */
function encodeRequest(request: OutgoingRequest): string {
  const { method, target, host, fields, contentLength, upgrade } = request;
  const chunked = contentLength === undefined;
  // A length of 0 is said where the method expects content (RFC 9110 §8.6).
  const says = contentLength !== 0 || method === "POST" || method === "PUT" || method === "PATCH";
  const connection = upgrade !== undefined ? "upgrade" : request.close === true ? "close" : undefined;
  const lines = upgrade === undefined ? fields : fields.with("upgrade", upgrade);
  const framing = { length: says ? contentLength : undefined, chunked, connection };
  return encodeRequestHead(method, target, lines, framing, host);
}
