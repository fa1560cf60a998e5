/** What goes wrong between a request that was sent and the end of its response, in words and types (RFC 9209 §2.3). */
import { errorOf, type HttpError, type Millis } from "../../message/index.ts";
import type { ProxyErrorType, UpstreamError } from "../contract.ts";
import { failure, shownTime } from "./failures.ts";
import type { Passage } from "./passage.ts";

/** What a failure's words and verdicts go by. */
export interface FailureFacts {
  /** The upstream's address and port. */
  readonly name: string;
  readonly unsent: boolean;
  /** The connection had carried requests before. */
  readonly reused: boolean;
}

export interface Patience {
  readonly responseHead: Millis;
  readonly contentProgress: Millis;
}

/** What the machines' faults mean, by where they are written. */
const typeOfFault: Readonly<Record<string, ProxyErrorType>> = {
  "RFC 6585 §5": "http_response_header_section_size",
  "RFC 9110 §15.5.14": "http_response_body_size",
  "RFC 9112 §6.1": "http_response_transfer_coding",
  "RFC 9112 §7.1": "http_response_transfer_coding",
  "RFC 9112 §7.1.1": "http_response_transfer_coding",
  "RFC 9112 §8": "http_response_incomplete",
  "RFC 9113 §8.1": "http_response_incomplete",
  "RFC 9113 §6.4": "http_response_incomplete",
  "RFC 9113 §6.8": "connection_terminated",
  "RFC 9113 §8.7": "connection_limit_reached",
};

/** @param headed - The response's head had come. */
export function faultType(error: HttpError, headed: boolean): ProxyErrorType {
  if (error.fault.status === 504) {
    return headed ? "connection_read_timeout" : "http_response_timeout";
  }
  const type = typeOfFault[error.fault.source] ?? "http_protocol_error";
  if (headed && type === "http_response_header_section_size") {
    return "http_response_trailer_section_size";
  }
  return type;
}

/** How the machines, which know no names, begin. */
const originServer = "the origin server ";

/** The machine found fault with the response. */
export function responseFailure(
  passage: Passage,
  error: HttpError,
  patience: Patience,
  facts: FailureFacts,
): UpstreamError {
  const headed = passage.head !== undefined;
  const type = faultType(error, headed);
  const { name } = facts;
  const { fault, detail } = error;
  if (fault.status === 504 && passage.pump !== undefined) {
    return writeStall(patience.contentProgress, facts);
  }
  if (fault.source === "RFC 9113 §6.5.3") {
    return failure("connection_read_timeout", `${name}: ${detail}`, facts);
  }
  if (type === "http_response_timeout") {
    return failure(type, `${name} did not answer within ${shownTime(patience.responseHead)}`, facts);
  }
  if (type === "connection_read_timeout") {
    const time = shownTime(patience.contentProgress);
    return failure(type, `${name} sent nothing for ${time} in the middle of its response`, facts);
  }
  if (fault.source === "RFC 9112 §8" || fault.source === "RFC 9113 §8.1") {
    return brokenOff(passage, "closed", facts);
  }
  if (detail.startsWith(originServer)) {
    const unprocessed = fault.unprocessed === true;
    return failure(type, `${name} ${detail.slice(originServer.length)}`, { ...facts, unprocessed });
  }
  return failure(type, `${name} sent a response that cannot be used: ${detail}`, facts);
}

/** The connection is gone before the response was whole. */
export function brokenOff(passage: Passage, how: "closed" | "reset", facts: FailureFacts): UpstreamError {
  const { head, received, tunnel } = passage;
  const { name } = facts;
  if (tunnel) {
    return failure("connection_terminated", `${name} ${how} the tunnel`, facts);
  }
  if (head === undefined) {
    return failure("connection_terminated", `${name} ${how} the connection before it answered`, facts);
  }
  const of = head.contentLength === undefined ? "" : ` of ${head.contentLength}`;
  const detail = `${name} ${how} the connection after ${received}${of} octets of content`;
  return failure("http_response_incomplete", detail, facts);
}

/** The upstream does not read what we send. */
export function writeStall(time: Millis, facts: FailureFacts): UpstreamError {
  const detail = `${facts.name} took nothing of the request for ${shownTime(time)}`;
  return failure("connection_write_timeout", detail, facts);
}

/** Our client left, or its content is not what was announced: nothing the upstream could be blamed for. */
export function requestBroken(error: Error, facts: FailureFacts): UpstreamError {
  const detail = `the request's content broke off: ${error.message}`;
  return failure("connection_terminated", detail, { ...facts, by: "client" });
}

/** The request cannot be written: a bug of whoever made it. */
export function unwritable(thrown: unknown): UpstreamError {
  return failure("proxy_internal_error", errorOf(thrown).message, { unsent: true, by: "sluice" });
}
