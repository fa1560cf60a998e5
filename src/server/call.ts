/** One exchange on a connection: what handlers see of it, and what the session keeps of it. */

import { mayCarryContent } from "../fields/index.ts";
import {
  type Clock,
  chunkedContent,
  type Endpoint,
  emptyContent,
  type Fields,
  HttpRequest,
  type HttpResponse,
  type Millis,
  MisuseError,
  type Octets,
  type ProtocolVersion,
  type RequestHead,
  type StreamId,
} from "../message/index.ts";
import type { Exchange } from "../pipeline/index.ts";
import { type Found, restOf } from "../routes/index.ts";
import type { InboundContent } from "./inbound-content.ts";

/** What a call needs of the connection it came in on. */
export interface CallOwner {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly clock: Clock;
  inform(stream: StreamId, status: number, fields: Fields): void;
  waitUntil(promise: Promise<unknown>): void;
}

export class Call implements Exchange {
  readonly stream: StreamId;
  readonly request: HttpRequest;
  readonly started: Millis;
  /** The request's content while it can still come; undefined when there was none. */
  readonly inbound: InboundContent | undefined;
  /** The route that answers. */
  found: Found<unknown> | undefined = undefined;
  response: HttpResponse | undefined = undefined;
  /** Octets of content sent. */
  octets: Octets = 0;
  /** Why it failed, in words. */
  cause: string | undefined = undefined;
  over = false;
  /** Our half of its tunnel is through. */
  halfOver = false;
  readonly #owner: CallOwner;
  #abort: AbortController | undefined;
  #aborted: Error | undefined;

  constructor(
    owner: CallOwner,
    stream: StreamId,
    request: HttpRequest,
    inbound: InboundContent | undefined,
    started: Millis,
  ) {
    this.#owner = owner;
    this.stream = stream;
    this.request = request;
    this.inbound = inbound;
    this.started = started;
  }

  get client(): Endpoint {
    return this.#owner.remote;
  }

  get local(): Endpoint {
    return this.#owner.local;
  }

  get protocol(): ProtocolVersion {
    return this.request.version;
  }

  get parameters(): Readonly<Record<string, string>> {
    return this.found === undefined ? noParameters : { "*": restOf(this.found, this.request.path) };
  }

  get clock(): Clock {
    return this.#owner.clock;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#aborted !== undefined) {
        this.#abort.abort(this.#aborted);
      }
    }
    return this.#abort.signal;
  }

  /** Whether the response's content goes out: not to HEAD, nor with a status that has none. */
  get sendsContent(): boolean {
    const { response } = this;
    if (response === undefined) {
      return false;
    }
    return response.tunnel || (this.request.method !== "HEAD" && mayCarryContent(response.status));
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#owner.waitUntil(promise);
  }

  inform(status: number, fields: Fields): void {
    if (status < 100 || status > 199 || status === 101) {
      throw new MisuseError(`interim status ${status}, wanted 100 or 102 to 199`);
    }
    if (!this.over) {
      this.#owner.inform(this.stream, status, fields);
    }
  }

  abort(reason: Error): void {
    this.#aborted = reason;
    this.#abort?.abort(reason);
  }
}

const noParameters: Readonly<Record<string, string>> = Object.freeze({});

/** A connection's exchanges under way, oldest first. */
export class CallList {
  readonly #calls: Call[] = [];

  get length(): number {
    return this.#calls.length;
  }

  get front(): Call | undefined {
    return this.#calls[0];
  }

  add(call: Call): void {
    this.#calls.push(call);
  }

  find(stream: StreamId): Call | undefined {
    const front = this.#calls[0];
    return front?.stream === stream ? front : this.#calls.find((call) => call.stream === stream);
  }

  remove(call: Call): void {
    if (this.#calls.length === 1 && this.#calls[0] === call) {
      this.#calls.pop();
      return;
    }
    const at = this.#calls.indexOf(call);
    if (at >= 0) {
      this.#calls.splice(at, 1);
    }
  }

  takeAll(): Call[] {
    return this.#calls.splice(0);
  }
}

/** The request of a head; over plain connections for now. */
export function requestOf(head: RequestHead, inbound: InboundContent | undefined): HttpRequest {
  return new HttpRequest({
    method: head.method,
    scheme: "http",
    authority: head.authority,
    host: head.host,
    target: head.target,
    rawTarget: head.rawTarget,
    version: head.version,
    fields: head.fields,
    content: inbound ?? emptyContent,
  });
}

/** A tunnel's outbound half ends by itself, which only pulled content can. */
export function withPulledContent(response: HttpResponse): HttpResponse {
  const { content } = response;
  return content.type === "pulled"
    ? response
    : response.with({ content: chunkedContent(content.type === "empty" ? [] : [content.bytes]) });
}
