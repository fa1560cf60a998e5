/** What handlers and streams ask of upstreams, and what pools and groups ask of each other. */
import type { Member } from "../balance/index.ts";
import {
  type Content,
  type Endpoint,
  type Fault,
  type Fields,
  HttpError,
  type HttpResponse,
  type Millis,
  type ResponseHead,
} from "../message/index.ts";

/** A request as it goes to an upstream, before it is known to which and over which version. */
export interface Outbound {
  readonly method: string;
  /** What Host or :authority says; undefined: the upstream's own. */
  readonly authority: string | undefined;
  /** Path and query, or "*". */
  readonly target: string;
  /** End-to-end fields: without Host, Content-Length, Connection and whatever else belongs to one connection. */
  readonly fields: Fields;
  /** In a tunnel, our client's half, once the upstream answered 101. */
  readonly content: Content;
  /** The content anew from its beginning, where it was kept; undefined: once read it is gone. */
  readonly again?: (() => Content) | undefined;
  /** Offered by Upgrade, such as "websocket": goes over HTTP/1.1. */
  readonly upgrade: string | undefined;
  /** The client reads trailers: HTTP/2 tells the upstream by TE (RFC 9110 §10.1.4). */
  readonly trailers: boolean;
}

/** What sending goes by besides the message. */
export interface SendOptions {
  /** What a consistent hash is taken of. */
  readonly key: string | undefined;
  /** Id of the member that must answer if it takes requests (sticky sessions). */
  readonly pinned: string | undefined;
  /** For PROXY protocol. */
  readonly client: Endpoint;
  readonly local: Endpoint;
  /** Told of interim responses (1xx other than 101), also 100. */
  readonly informed: ((status: number, fields: Fields) => void) | undefined;
}

/** A request on its way: at most one member answers it, after others may have failed. */
export interface Dispatch {
  /**
   * Settles once a response's head is there, with this dispatch itself.
   *
   * @throws UpstreamError - No upstream answered, or the dispatch was cancelled.
   */
  readonly answered: Promise<Dispatch>;
  /**
   * The response as it came, with every field it had. Content is bytes where all of it came along with the
   * head, otherwise pulled; a tunnel's is the upstream's half. Content of a response to HEAD is only announced.
   *
   * @throws MisuseError before `answered` has settled.
   */
  readonly response: HttpResponse;
  /** Who answered. */
  readonly member: Member;
  /** Version of the response. */
  readonly version: ResponseHead["version"];
  /** Attempts made, the successful one among them. */
  readonly attempts: number;
  /** Nobody waits for the answer any more: the request is taken back, whatever it was doing. */
  cancel(reason: Error): void;
}

/** Error types of RFC 9209 §2.3, as far as an upstream can cause them. */
export type ProxyErrorType =
  | "dns_timeout"
  | "dns_error"
  | "destination_not_found"
  | "destination_unavailable"
  | "destination_ip_unroutable"
  | "connection_refused"
  | "connection_terminated"
  | "connection_timeout"
  | "connection_read_timeout"
  | "connection_write_timeout"
  | "connection_limit_reached"
  | "tls_protocol_error"
  | "tls_certificate_error"
  | "tls_alert_received"
  | "http_response_incomplete"
  | "http_response_header_section_size"
  | "http_response_header_size"
  | "http_response_body_size"
  | "http_response_trailer_section_size"
  | "http_response_transfer_coding"
  | "http_response_content_coding"
  | "http_response_timeout"
  | "http_upgrade_failed"
  | "http_protocol_error"
  | "proxy_internal_response"
  | "proxy_internal_error"
  | "proxy_configuration_error"
  | "proxy_loop_detected";

/** Why one attempt, or all of a dispatch, failed. `fault.status` is 502, 503 or 504. */
export class UpstreamError extends HttpError {
  readonly type: ProxyErrorType;
  /** Nothing of the request was sent, or the upstream said that it did nothing with it. */
  readonly unsent: boolean;
  /** The connection had carried requests before: it may have been closed at the moment it was used again. */
  readonly reused: boolean;
  /** Members asked, and how each failed; or, where none takes requests, why each does not. */
  readonly reasons: readonly { readonly member: string; readonly detail: string }[];
  /** After how long asking again makes sense; undefined: not known. */
  readonly retryAfter: Millis | undefined;

  constructor(
    fault: Fault,
    detail: string,
    more: {
      readonly type: ProxyErrorType;
      readonly unsent: boolean;
      readonly reused?: boolean;
      readonly reasons?: UpstreamError["reasons"];
      readonly retryAfter?: Millis | undefined;
      readonly by?: HttpError["by"];
    },
  ) {
    super(fault, more.by ?? "origin", detail);
    this.type = more.type;
    this.unsent = more.unsent;
    this.reused = more.reused ?? false;
    this.reasons = more.reasons ?? [];
    this.retryAfter = more.retryAfter;
  }
}

/** One try of a request at one member. A pool carries it; who made it is told how that goes. */
export interface Attempt {
  readonly outbound: Outbound;
  readonly options: SendOptions;
  /** Set by the pool while it carries the attempt. */
  carrier: Carrier | undefined;
  /** Octets of the request's content were read: it cannot be sent again unless it was kept. Set by the pool. */
  consumed: boolean;
  /**
   * The upstream answered and wants no more of the request's content, of which nothing was read: whoever takes
   * the response cancels it, or sends it elsewhere. Set by the pool, before `responded`.
   */
  unwanted: boolean;
  /** An interim response. */
  informed(status: number, fields: Fields): void;
  /** The final response's head; `content` may still be on its way. Called at most once, and not after `failed`. */
  responded(head: ResponseHead, content: Content, tunnel: boolean): void;
  /** No response's head came. Called at most once, and not after `responded`. */
  failed(error: UpstreamError): void;
  /**
   * After `responded`: the exchange with the upstream is over, and the member free for the next;
   * `error` where the response broke off, undefined where it is whole or nobody wanted the rest.
   */
  finished(error: Error | undefined): void;
}

/** What has an attempt in hand: a connection, or a pool that waits for one. */
export interface Carrier {
  /** Takes the attempt back; neither `failed` nor `finished` is called. After `responded`, content is cancelled instead. */
  cancel(attempt: Attempt, reason: Error): void;
}

/** The connections to one member. */
export interface ConnectionPool {
  /** Carries an attempt: at once on an idle connection, else on a new one. */
  carry(attempt: Attempt): void;
  /** Requests that it would take at once altogether. */
  readonly capacity: number;
  readonly idle: number;
  readonly open: number;
  /** Closes idle connections now, others when they are through. */
  close(): void;
}
