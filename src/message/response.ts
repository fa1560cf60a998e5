/** A response as every protocol version means it (RFC 9110 §6, §15). */
import { type Content, emptyContent, textContent } from "./content.ts";
import { Fields, type FieldsPatch } from "./fields.ts";

export interface ResponseInit {
  /** Final status code, 200–599; or 101 together with `tunnel`. */
  readonly status: number;
  /**
   * Fields without Content-Length, Transfer-Encoding, Connection and Date:
   * the machine writes those from `content`. A Date that is here is kept (a gateway's).
   */
  readonly fields: Fields;
  readonly content: Content;
  /** The connection (or stream) becomes a tunnel: RFC 9110 §7.8, §9.3.6. */
  readonly tunnel?: boolean;
}

/**
 * Immutable. A response whose content is empty or bytes may be answered many times;
 * such a one keeps its encoded heads (`kept`), so that encoding is paid once.
 */
export class HttpResponse {
  readonly status: number;
  readonly fields: Fields;
  readonly content: Content;
  readonly tunnel: boolean;
  /** Slots for machines to keep an encoded head in; undefined for a response used once. */
  readonly kept: KeptHeads | undefined;
  #patched: { readonly patch: FieldsPatch; readonly response: HttpResponse } | undefined;

  constructor(init: ResponseInit, kept?: KeptHeads) {
    this.status = init.status;
    this.fields = init.fields;
    this.content = init.content;
    this.tunnel = init.tunnel ?? false;
    this.kept = kept;
  }

  /** A response that will answer many requests: its heads are encoded once and kept. */
  static lasting(init: ResponseInit): HttpResponse {
    return new HttpResponse(init, new KeptHeads());
  }

  with(change: Partial<ResponseInit>): HttpResponse {
    return new HttpResponse({ ...(this as ResponseInit), ...change });
  }

  /** With its fields changed; a lasting response keeps the result for the same patch object. */
  patched(patch: FieldsPatch): HttpResponse {
    if (this.kept === undefined) {
      const { status, content, tunnel } = this;
      return new HttpResponse({ status, fields: this.fields.patchedAgain(patch), content, tunnel });
    }
    if (this.#patched?.patch !== patch) {
      const init = { ...(this as ResponseInit), fields: this.fields.patched(patch) };
      this.#patched = { patch, response: HttpResponse.lasting(init) };
    }
    return this.#patched.response;
  }

  static text(status: number, text: string, fields: Fields = Fields.empty): HttpResponse {
    return new HttpResponse({
      status,
      fields: fields.with("content-type", "text/plain; charset=utf-8"),
      content: textContent(text),
    });
  }

  static empty(status: number, fields: Fields = Fields.empty): HttpResponse {
    return new HttpResponse({ status, fields, content: emptyContent });
  }
}

/** What machines keep beside a lasting response: one slot a protocol, owned by it. */
export class KeptHeads {
  http1: unknown = undefined;
  http2: unknown = undefined;
  http3: unknown = undefined;
}
