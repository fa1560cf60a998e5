/** What a client is told where no upstream answered it: why, but nothing of who the upstreams are. */
import { formatProxyStatus } from "../../fields/index.ts";
import type { FieldLine, HttpRequest, HttpResponse } from "../../message/index.ts";
import type { ProxyErrorType, UpstreamError } from "../../upstream/index.ts";
import { errorPage } from "../pages/index.ts";

/** One sentence for each error type of RFC 9209; others are told by their status. */
const causes: Readonly<Partial<Record<ProxyErrorType, string>>> = {
  dns_timeout: "The name of the server behind this one could not be looked up in time.",
  dns_error: "The name of the server behind this one could not be looked up.",
  destination_not_found: "The server behind this one is not known.",
  destination_unavailable: "No server behind this one takes requests at the moment.",
  destination_ip_unroutable: "The server behind this one cannot be reached.",
  connection_refused: "The server behind this one refused the connection.",
  connection_terminated: "The server behind this one closed the connection before it answered.",
  connection_timeout: "The server behind this one could not be reached in time.",
  connection_read_timeout: "The server behind this one did not answer in time.",
  connection_write_timeout: "The server behind this one did not take the request in time.",
  connection_limit_reached: "All servers behind this one are busy.",
  tls_protocol_error: "No secure connection to the server behind this one could be made.",
  tls_certificate_error: "The certificate of the server behind this one cannot be trusted.",
  tls_alert_received: "The server behind this one refused a secure connection.",
  http_response_timeout: "The server behind this one did not answer in time.",
  http_upgrade_failed: "The server behind this one did not change to the protocol that was asked for.",
  http_protocol_error: "The server behind this one sent a response that cannot be understood.",
  http_response_incomplete: "The server behind this one broke off its response.",
  proxy_internal_error: "The request could not be forwarded.",
  proxy_loop_detected: "The request came back here again and again: a server behind this one forwards to it.",
};

export interface Refusal {
  readonly status: number;
  readonly type: ProxyErrorType;
  /** Seconds. */
  readonly retryAfter: number | undefined;
}

/** @param error - Why nobody answered. */
export function refusalOf({ fault, type, retryAfter }: UpstreamError): Refusal {
  return {
    status: fault.status,
    type,
    retryAfter: retryAfter === undefined ? undefined : Math.max(1, Math.ceil(retryAfter / 1_000)),
  };
}

/** @param by - Our name in Proxy-Status; undefined: the field is left out. */
export function refusalPage(refusal: Refusal, request: HttpRequest, by: string | undefined): HttpResponse {
  const { status, type } = refusal;
  const cause = causes[type] ?? "The server behind this one did not answer as it should.";
  return errorPage(status, cause, request.fields.get("accept"), refusalLines(refusal, by));
}

/** Retry-After (RFC 9110 §10.2.3) and Proxy-Status. */
export function refusalLines(
  { status, type, retryAfter }: Refusal,
  by: string | undefined,
): readonly FieldLine[] {
  const lines: FieldLine[] = [];
  if (status === 503 && retryAfter !== undefined) {
    lines.push(["retry-after", String(retryAfter)]);
  }
  if (by !== undefined) {
    lines.push(["proxy-status", formatProxyStatus({ by, error: type })]);
  }
  return lines;
}
