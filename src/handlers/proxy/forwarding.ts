/** One request on its way to an upstream: what is sent and what it is sent by, in one object. */
import type { Content, Endpoint, Fields, HttpRequest, ProtocolVersion } from "../../message/index.ts";
import type { Exchange } from "../../pipeline/index.ts";
import { type ResponseFieldRules, responseFields } from "../../semantics/index.ts";
import type { Dispatch, Outbound, SendOptions } from "../../upstream/index.ts";

/** Where requests go. */
export interface Upstreams {
  send(outbound: Outbound, options: SendOptions): Dispatch;
}

export interface ForwardingInit {
  readonly method: string;
  readonly authority: string | undefined;
  readonly target: string;
  readonly fields: Fields;
  readonly content: Content;
  readonly again: (() => Content) | undefined;
  readonly upgrade: string | undefined;
  readonly trailers: boolean;
  readonly key: string | undefined;
  readonly pinned: string | undefined;
}

export class Forwarding implements Outbound, SendOptions {
  readonly method: string;
  readonly authority: string | undefined;
  readonly target: string;
  readonly fields: Fields;
  readonly content: Content;
  readonly again: (() => Content) | undefined;
  readonly upgrade: string | undefined;
  readonly trailers: boolean;
  readonly key: string | undefined;
  readonly pinned: string | undefined;
  readonly client: Endpoint;
  readonly local: Endpoint;
  /** As it came. */
  readonly request: HttpRequest;
  readonly exchange: Exchange;
  /** Of the handshake that we made out of an extended CONNECT; undefined: it is the client's own. */
  webSocketKey: string | undefined = undefined;
  readonly #rules: ResponseFieldRules;

  constructor(request: HttpRequest, exchange: Exchange, rules: ResponseFieldRules, init: ForwardingInit) {
    this.method = init.method;
    this.authority = init.authority;
    this.target = init.target;
    this.fields = init.fields;
    this.content = init.content;
    this.again = init.again;
    this.upgrade = init.upgrade;
    this.trailers = init.trailers;
    this.key = init.key;
    this.pinned = init.pinned;
    this.client = exchange.client;
    this.local = exchange.local;
    this.request = request;
    this.exchange = exchange;
    this.#rules = rules;
  }

  /**
   * Passes an interim response on (RFC 9110 §15.2). 100 is the server's own: it says it once somebody reads the
   * content, which the upstream's 100 makes the connection do. A client of HTTP/1.0 knows none.
   */
  informed(status: number, fields: Fields): void {
    if (status !== 100 && this.request.version !== "1.0") {
      this.exchange.inform(status, responseFields(fields, interim, this.#rules, this.request));
    }
  }
}

const interim = {
  version: "1.1" as ProtocolVersion,
  keepsUpgrade: false,
  keepsBuffering: false,
};
