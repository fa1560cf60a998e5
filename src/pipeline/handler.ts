/** Handlers end an exchange, filters wrap handlers (DESIGN: contracts). */
import type {
  Clock,
  Endpoint,
  Fields,
  HttpRequest,
  HttpResponse,
  ProtocolVersion,
  TlsFacts,
} from "../message/index.ts";

export type { Clock, Endpoint } from "../message/index.ts";

/** A plain answer is allowed: a hot file must not wait for a microtask. */
export type Handler = (request: HttpRequest, exchange: Exchange) => HttpResponse | Promise<HttpResponse>;

/** Folded once, when the configuration is compiled. */
export type Filter = (next: Handler) => Handler;

/** What belongs to one request and is not message. */
export interface Exchange {
  /** One and the same for every exchange of a connection: for what is done once on each, under a weak key. */
  readonly connection: object;
  /** Who sent the request: the peer, or whom a trusted proxy names in its place. */
  readonly client: Endpoint;
  /** The other end of the connection. */
  readonly peer: Endpoint;
  /** The peer is among `trustedProxies`: what it says of whom it forwards for is believed. */
  readonly trustsPeer: boolean;
  /** The address and port the request came in on. */
  readonly local: Endpoint;
  readonly protocol: ProtocolVersion;
  /** What the TLS handshake settled; undefined on a connection in the clear. */
  readonly tls: TlsFacts | undefined;
  readonly clock: Clock;
  /** Aborted when the client leaves or the server gives up on the exchange. Made on first access. */
  readonly signal: AbortSignal;
  /** What the route's pattern captured; "*" is the part a trailing wildcard matched. */
  readonly parameters: Readonly<Record<string, string>>;
  /**
   * Ties work to the exchange: it is cancelled when the client leaves, or the server gives up, before the
   * response is whole. Costs nothing otherwise, unlike `signal`.
   */
  tie(work: Tied): void;
  /** Why the answer is none of the application's, for the access log; of several reasons the first counts. */
  failedBy(cause: string): void;
  /** The server's close waits for this (bounded by its deadline). */
  waitUntil(promise: Promise<unknown>): void;
  /** Sends an interim response (100, 103) before the final one. */
  inform(status: number, fields: Fields): void;
  /**
   * Promises the client the answer to a GET of `target` (RFC 9113 §8.4), which the whole pipeline then answers.
   *
   * @param target - Path and query on the authority of this request.
   * @param fields - Request fields that the answer may depend on, such as Accept.
   * @returns Whether it was promised: only over HTTP/2, to a client that allows it, while its streams suffice.
   */
  push(target: string, fields: Fields): boolean;
}

/** Work that is pointless once nobody waits for its result. */
export interface Tied {
  cancel(reason: Error): void;
}

/** Applies `f` to an answer that may be plain or promised, keeping plain answers synchronous. */
export function then<A extends unknown[]>(
  answer: HttpResponse | Promise<HttpResponse>,
  f: (response: HttpResponse, ...rest: A) => HttpResponse | Promise<HttpResponse>,
  ...rest: A
): HttpResponse | Promise<HttpResponse> {
  return answer instanceof Promise ? answer.then((response) => f(response, ...rest)) : f(answer, ...rest);
}

/** The handler seen through `filters`, the first outermost. */
export function compose(filters: readonly Filter[], handler: Handler): Handler {
  return filters.reduceRight((next, filter) => filter(next), handler);
}
