/** How what went wrong with a connection is told: its RFC 9209 type, its status, and words for the operator. */
import { type Endpoint, errorOf, type Fault, type HttpError } from "../../message/index.ts";
import { ConnectFailure, type ConnectFailureKind } from "../../transport/index.ts";
import { type ProxyErrorType, UpstreamError } from "../contract.ts";

/** Types of 504; the others are 502 (RFC 9110 §15.6.3, §15.6.5). */
const late: ReadonlySet<ProxyErrorType> = new Set([
  "dns_timeout",
  "connection_timeout",
  "connection_read_timeout",
  "connection_write_timeout",
  "http_response_timeout",
]);

const badGateway: Fault = { status: 502, scope: "stream", source: "RFC 9110 §15.6.3" };
const gatewayTimeout: Fault = { status: 504, scope: "stream", source: "RFC 9110 §15.6.5" };
const nothingDone: Fault = { ...badGateway, unprocessed: true };

const unavailable: Fault = { status: 503, scope: "stream", source: "RFC 9110 §15.6.4" };

export interface FailureTraits {
  readonly unsent: boolean;
  /** The connection had answered requests before: it may have been closed at the moment we used it. */
  readonly reused?: boolean;
  readonly by?: HttpError["by"];
  /** The upstream did nothing with what was sent. */
  readonly unprocessed?: boolean;
}

export function failure(type: ProxyErrorType, detail: string, traits: FailureTraits): UpstreamError {
  const fault = late.has(type) ? gatewayTimeout : traits.unprocessed === true ? nothingDone : badGateway;
  const { unsent, reused = false, by, unprocessed = false } = traits;
  return new UpstreamError(fault, detail, {
    type,
    unsent: unsent || unprocessed,
    reused,
    ...(by === undefined ? {} : { by }),
  });
}

const typeOfConnecting: Readonly<Record<ConnectFailureKind, ProxyErrorType>> = {
  refused: "connection_refused",
  timeout: "connection_timeout",
  unreachable: "destination_ip_unroutable",
  terminated: "connection_terminated",
  "tls-protocol": "tls_protocol_error",
  "tls-certificate": "tls_certificate_error",
  "tls-alert": "tls_alert_received",
  failed: "proxy_internal_error",
};

/** No connection came about. */
export function connectFailure(thrown: unknown): UpstreamError {
  if (thrown instanceof UpstreamError) {
    return thrown;
  }
  if (thrown instanceof ConnectFailure) {
    return failure(typeOfConnecting[thrown.kind], thrown.detail, { unsent: true });
  }
  // What is left is that the name could not be looked up.
  const error = errorOf(thrown) as Error & { readonly kind?: unknown };
  return failure(error.kind === "timeout" ? "dns_timeout" : "dns_error", error.message, { unsent: true });
}

/** All connections that a member may have are taken, and stayed so: no fault of its. */
export function limitReached(id: string, most: number): UpstreamError {
  return new UpstreamError(unavailable, `all ${most} connections to ${id} are taken`, {
    type: "connection_limit_reached",
    unsent: true,
    by: "sluice",
  });
}

/** Address and port, or the socket's path. */
export function shownEndpoint({ address, family, port }: Endpoint): string {
  if (family === "unix" || family === "memory") {
    return address;
  }
  return family === "ipv6" ? `[${address}]:${port}` : `${address}:${port}`;
}

/** A time as people say it. */
export function shownTime(millis: number): string {
  return millis < 1_000 ? `${Math.round(millis)} ms` : `${Math.round(millis / 100) / 10} s`;
}
