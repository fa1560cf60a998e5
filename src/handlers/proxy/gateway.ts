/** The handler's way out: what of a request goes to an upstream, and which requests do not go at all. */
import {
  type Content,
  type Fields,
  type HttpRequest,
  HttpResponse,
  type PulledContent,
} from "../../message/index.ts";
import type { Exchange } from "../../pipeline/index.ts";
import { maxForwards } from "../../semantics/index.ts";
import { errorPage } from "../pages/index.ts";
import type { Answers } from "./answers.ts";
import type { Buffering } from "./buffering.ts";
import { Forwarding, type Upstreams } from "./forwarding.ts";
import { Heads } from "./heads.ts";
import { HeldContent } from "./held-content.ts";
import type { Mirror } from "./mirror.ts";
import type { ProxySettings } from "./settings.ts";
import type { Sticky } from "./sticky.ts";
import { targetMaker } from "./targets.ts";
import { echo } from "./trace.ts";
import { handshakeFields, offeredUpgrade, tunnelHalf, webSocketKey } from "./tunnel.ts";

type Answer = HttpResponse | Promise<HttpResponse>;

/** What a proxy is made of besides its settings; undefined: not asked for. */
export interface GatewayParts {
  readonly upstreams: Upstreams;
  readonly answers: Answers;
  readonly sticky: Sticky | undefined;
  readonly buffering: Buffering | undefined;
  readonly mirror: Mirror | undefined;
  /** What a consistent hash is taken of. */
  readonly keyOf: ((request: HttpRequest, exchange: Exchange) => string | undefined) | undefined;
}

export class Gateway {
  readonly #parts: GatewayParts;
  readonly #settings: ProxySettings;
  readonly #heads: Heads;
  readonly #target: (request: HttpRequest) => string;

  constructor(parts: GatewayParts, settings: ProxySettings) {
    this.#parts = parts;
    this.#settings = settings;
    this.#heads = new Heads(settings.request);
    this.#target = targetMaker(settings.paths, settings.query);
  }

  /** Without options no promise is made but those of the upstream's answer and of ours. */
  handle(request: HttpRequest, exchange: Exchange): Answer {
    const { content } = request;
    const { buffering } = this.#parts;
    if (request.method === "CONNECT") {
      return this.#connect(request, exchange);
    }
    return buffering !== undefined && content.type === "pulled" && content.length !== 0
      ? this.#kept(request, exchange, buffering, content)
      : this.#forward(request, exchange, content, undefined);
  }

  async #kept(
    request: HttpRequest,
    exchange: Exchange,
    buffering: Buffering,
    content: PulledContent,
  ): Promise<HttpResponse> {
    const kept = await buffering.keep(content);
    let response: HttpResponse;
    try {
      response = await this.#forward(request, exchange, kept.content, kept.again);
    } catch (error) {
      kept.release();
      throw error;
    }
    if (kept.awaited && response.content.type === "pulled") {
      // A fallback's answer may be made of it as it leaves; and an upstream may answer before it reads.
      return response.with({ content: new HeldContent(response.content, () => kept.release()) });
    }
    kept.release();
    return response;
  }

  #forward(
    request: HttpRequest,
    exchange: Exchange,
    content: Content,
    again: (() => Content) | undefined,
  ): Answer {
    const { method, fields } = request;
    const head = this.#heads.of(request, exchange);
    if (head.looping) {
      return this.#parts.answers.looping(request, exchange);
    }
    const left = maxForwards(method, fields);
    if (left === "answer") {
      return method === "TRACE" ? echo(request) : HttpResponse.empty(204);
    }
    const copy = this.#parts.mirror?.copy(content, again);
    const forwarding = this.#forwarding(request, exchange, {
      method,
      fields: sentFields(head.fields, left, again !== undefined || content.length === 0),
      content: copy?.content ?? content,
      again,
      upgrade: fields.has("upgrade") ? offeredUpgrade(request, this.#settings.upgrades) : undefined,
      trailers: head.trailers,
    });
    copy?.send(forwarding);
    return this.#send(forwarding);
  }

  /** A tunnel to anywhere is nothing for a gateway; extended CONNECT is a WebSocket's handshake (RFC 8441 §4). */
  #connect(request: HttpRequest, exchange: Exchange): Answer {
    const { connectProtocol, fields } = request;
    if (connectProtocol !== "websocket" || !this.#settings.upgrades.includes(connectProtocol)) {
      const cause =
        connectProtocol === undefined ? "CONNECT is not offered here." : "This protocol is not offered here.";
      return errorPage(501, cause, fields.get("accept"));
    }
    const head = this.#heads.of(request, exchange);
    if (head.looping) {
      return this.#parts.answers.looping(request, exchange);
    }
    const key = webSocketKey();
    const forwarding = this.#forwarding(request, exchange, {
      method: "GET",
      fields: handshakeFields(sentFields(head.fields, undefined, true), key),
      content: tunnelHalf(request.content),
      again: undefined,
      upgrade: connectProtocol,
      trailers: false,
    });
    forwarding.webSocketKey = key;
    return this.#send(forwarding);
  }

  #forwarding(
    request: HttpRequest,
    exchange: Exchange,
    init: Pick<Forwarding, "method" | "fields" | "content" | "again" | "upgrade" | "trailers">,
  ): Forwarding {
    const { sticky, keyOf } = this.#parts;
    return new Forwarding(request, exchange, this.#settings.response, {
      method: init.method,
      authority: this.#authority(request),
      target: this.#target(request),
      fields: init.fields,
      content: init.content,
      again: init.again,
      upgrade: init.upgrade,
      trailers: init.trailers,
      key: keyOf?.(request, exchange),
      pinned: sticky?.pinned(request),
    });
  }

  #authority({ authority }: HttpRequest): string | undefined {
    const { host } = this.#settings;
    if (host === "keep") {
      return authority === "" ? undefined : authority;
    }
    return host === "upstream" ? undefined : host.name;
  }

  #send(forwarding: Forwarding): Promise<HttpResponse> {
    const dispatch = this.#parts.upstreams.send(forwarding, forwarding);
    forwarding.exchange.tie(dispatch);
    return this.#parts.answers.answer(dispatch, forwarding);
  }
}

/** @param isHere - The content is here or there is none, so that nobody waits to be told to send it (RFC 9110 §10.1.1). */
function sentFields(fields: Fields, maxForwards: number | undefined, isHere: boolean): Fields {
  const sent = isHere && fields.has("expect") ? fields.without("expect") : fields;
  return maxForwards === undefined ? sent : sent.with("max-forwards", String(maxForwards));
}
