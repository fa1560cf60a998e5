/** Whether a request that got no answer may be sent again, and to whom (RFC 9110 §9.2.2, RFC 9112 §9.5). */
import { isIdempotent } from "../../semantics/index.ts";
import type { Outbound, UpstreamError } from "../contract.ts";

/** How an attempt failed. */
export interface Failed {
  readonly error: UpstreamError;
  /** Octets of the request's content were read. */
  readonly consumed: boolean;
}

/** Who may be asked after it: nobody, others, or also the same again where there is no other. */
export type Again = "nobody" | "others" | "anyone";

/**
 * An upstream may close an idle connection just when a request goes out on it (RFC 9112 §9.5): that, and a
 * request it says it did nothing with, tells nothing against asking the same upstream again.
 */
export function againAfter(outbound: Outbound, failed: Failed): Again {
  const { error } = failed;
  if (error.by === "client" || !mayResend(outbound, failed.consumed)) {
    return "nobody";
  }
  if (!error.unsent && !isIdempotent(outbound.method)) {
    return "nobody";
  }
  return isStale(error) || error.fault.unprocessed === true ? "anyone" : "others";
}

/** The content is there to be sent once more. */
export function mayResend(outbound: Outbound, consumed: boolean): boolean {
  return !consumed || outbound.again !== undefined || outbound.content.type !== "pulled";
}

/** The connection was closed while nobody used it, or as good as: the upstream is not to blame. */
export function isStale(error: UpstreamError): boolean {
  return error.reused && error.type === "connection_terminated";
}

/**
 * Whether a retry costs upstreams work, and so counts against the budget: not where nothing was sent, or
 * likely nothing arrived, since a restarted upstream breaks all its connections at once.
 */
export function costsWork(failed: Failed): boolean {
  return !failed.error.unsent && !isStale(failed.error);
}

/** What the client is told where the reason for not trying again matters to it. */
export function whyNotAgain(outbound: Outbound, failed: Failed): string {
  if (failed.error.unsent || failed.error.by === "client") {
    return "";
  }
  if (!isIdempotent(outbound.method)) {
    return `; ${outbound.method} is not sent again, since the upstream may have acted on it`;
  }
  return mayResend(outbound, failed.consumed)
    ? ""
    : "; its content was sent and not kept, so it is not sent again";
}

/** The request with its content from the beginning. */
export function anew(outbound: Outbound): Outbound {
  const { again } = outbound;
  if (again === undefined) {
    return outbound;
  }
  const { method, authority, target, fields, upgrade, trailers } = outbound;
  return { method, authority, target, fields, content: again(), again, upgrade, trailers };
}
