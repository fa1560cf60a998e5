/** One exchange on a connection: what handlers see of it, and what the session keeps of it. */

import { mayCarryContent } from "../fields/index.ts";
import {
  type Clock,
  chunkedContent,
  type Endpoint,
  emptyContent,
  type FedContent,
  type Fields,
  HttpRequest,
  type HttpResponse,
  type Millis,
  MisuseError,
  type Octets,
  type ProtocolVersion,
  type RequestHead,
  type StreamId,
  type TlsFacts,
} from "../message/index.ts";
import type { Exchange, Tied } from "../pipeline/index.ts";
import { type Found, parametersOf } from "../routes/index.ts";

/** What a call needs of the connection it came in on. */
export interface CallOwner {
  readonly remote: Endpoint;
  readonly local: Endpoint;
  readonly clock: Clock;
  readonly tls: TlsFacts | undefined;
  push(stream: StreamId, target: string, fields: Fields): boolean;
  inform(stream: StreamId, status: number, fields: Fields): void;
  waitUntil(promise: Promise<unknown>): void;
}

export class Call implements Exchange {
  readonly stream: StreamId;
  readonly request: HttpRequest;
  readonly started: Millis;
  /** The request's content while it can still come; undefined when there was none. */
  readonly inbound: FedContent | undefined;
  /** The route that answers. */
  found: Found<unknown> | undefined = undefined;
  response: HttpResponse | undefined = undefined;
  /** Octets of content sent. */
  octets: Octets = 0;
  /** Why it failed, in words. */
  cause: string | undefined = undefined;
  over = false;
  /** Among its connection's exchanges under way. */
  listed = false;
  /** Our half of its tunnel is through. */
  halfOver = false;
  readonly #owner: CallOwner;
  #abort: AbortController | undefined;
  #aborted: Error | undefined;
  #tied: Tied[] | undefined;
  /** Whom a trusted peer sends the request for. */
  readonly #client: Endpoint | undefined;

  constructor(
    owner: CallOwner,
    stream: StreamId,
    request: HttpRequest,
    inbound: FedContent | undefined,
    started: Millis,
    client?: Endpoint,
  ) {
    this.#client = client;
    this.#owner = owner;
    this.stream = stream;
    this.request = request;
    this.inbound = inbound;
    this.started = started;
  }

  get connection(): object {
    return this.#owner;
  }

  get client(): Endpoint {
    return this.#client ?? this.#owner.remote;
  }

  get peer(): Endpoint {
    return this.#owner.remote;
  }

  get trustsPeer(): boolean {
    return this.#client !== undefined;
  }

  get local(): Endpoint {
    return this.#owner.local;
  }

  get protocol(): ProtocolVersion {
    return this.request.version;
  }

  get tls(): TlsFacts | undefined {
    return this.#owner.tls;
  }

  get parameters(): Readonly<Record<string, string>> {
    return this.found === undefined ? noParameters : parametersOf(this.found, this.request);
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

  /** Work elsewhere depends on it, and no response's head came of that yet. */
  get tied(): boolean {
    return this.#tied !== undefined && this.response === undefined;
  }

  tie(work: Tied): void {
    if (this.#aborted !== undefined) {
      work.cancel(this.#aborted);
    } else if (this.#tied === undefined) {
      this.#tied = [work];
    } else {
      this.#tied.push(work);
    }
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

  push(target: string, fields: Fields): boolean {
    return !this.over && this.#owner.push(this.stream, target, fields);
  }

  /** The first reason is the one that counts. */
  failedBy(cause: string): void {
    this.cause ??= cause;
  }

  abort(reason: Error): void {
    if (this.#aborted !== undefined) {
      return;
    }
    this.#aborted = reason;
    for (const work of this.#tied?.splice(0) ?? []) {
      work.cancel(reason);
    }
    this.#abort?.abort(reason);
  }
}

const noParameters: Readonly<Record<string, string>> = Object.freeze({});

/** A connection's exchanges under way. */
export interface Calls {
  /** The oldest. */
  readonly front: Call | undefined;
  add(call: Call): void;
  find(stream: StreamId): Call | undefined;
  remove(call: Call): void;
  takeAll(): Call[];
}

/** Few exchanges, answered in order. */
export class CallList implements Calls {
  readonly #calls: Call[] = [];

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

/** Many exchanges, answered in any order. */
export class CallMap implements Calls {
  readonly #calls = new Map<StreamId, Call>();

  get front(): Call | undefined {
    return this.#calls.values().next().value;
  }

  add(call: Call): void {
    this.#calls.set(call.stream, call);
  }

  find(stream: StreamId): Call | undefined {
    return this.#calls.get(stream);
  }

  remove(call: Call): void {
    this.#calls.delete(call.stream);
  }

  takeAll(): Call[] {
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    return calls;
  }
}

/** The request of a head. Its scheme is the connection's: what a client writes there proves nothing. */
export function requestOf(head: RequestHead, inbound: FedContent | undefined, secure: boolean): HttpRequest {
  return new HttpRequest({
    method: head.method,
    scheme: secure ? "https" : "http",
    authority: head.authority,
    host: head.host,
    target: head.target,
    rawTarget: head.rawTarget,
    version: head.version,
    fields: head.fields,
    content: inbound ?? emptyContent,
    connectProtocol: head.connectProtocol,
  });
}

/** A tunnel's outbound half ends by itself, which only pulled content can. */
export function withPulledContent(response: HttpResponse): HttpResponse {
  const { content } = response;
  return content.type === "pulled"
    ? response
    : response.with({ content: chunkedContent(content.type === "empty" ? [] : [content.bytes]) });
}
