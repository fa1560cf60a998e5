/**
 * Request fields as they go on, kept for each connection: a client repeats its fields, and then the server
 * hands over the same object, and so do we.
 */
import type { Fields, HttpRequest, ProtocolVersion } from "../../message/index.ts";
import type { Exchange } from "../../pipeline/index.ts";
import {
  gatewayLines,
  isLooping,
  type RequestFieldRules,
  readsTrailers,
  requestFields,
} from "../../semantics/index.ts";

export interface ForwardedHead {
  readonly fields: Fields;
  readonly trailers: boolean;
  readonly looping: boolean;
}

interface Kept {
  readonly version: ProtocolVersion;
  readonly scheme: string;
  readonly authority: string;
  readonly client: string;
  readonly trusted: boolean;
  received: Fields;
  /** What we write ourselves. */
  own: readonly string[];
  head: ForwardedHead;
}

export class Heads {
  readonly #rules: RequestFieldRules;
  readonly #kept = new WeakMap<object, Kept>();

  constructor(rules: RequestFieldRules) {
    this.#rules = rules;
  }

  of(request: HttpRequest, exchange: Exchange): ForwardedHead {
    const { fields, version, scheme, authority } = request;
    const client = exchange.client.address;
    const trusted = exchange.trustsPeer;
    const kept = this.#kept.get(exchange.connection);
    const isSame =
      kept !== undefined &&
      kept.authority === authority &&
      kept.client === client &&
      kept.trusted === trusted &&
      kept.scheme === scheme &&
      kept.version === version;
    if (isSame && kept.received === fields) {
      return kept.head;
    }
    // Of an untrusted peer what we write ourselves does not depend on the fields.
    const own = isSame && !trusted ? kept.own : this.#own(request, exchange);
    const head: ForwardedHead = {
      fields: requestFields(fields, version, own, this.#rules),
      trailers: readsTrailers(fields),
      looping: isLooping(fields, this.#rules.via),
    };
    if (isSame) {
      kept.received = fields;
      kept.own = own;
      kept.head = head;
    } else {
      this.#kept.set(exchange.connection, {
        received: fields,
        version,
        scheme,
        authority,
        client,
        trusted,
        own,
        head,
      });
    }
    return head;
  }

  #own(
    { fields, version, scheme, authority }: HttpRequest,
    { peer, client, trustsPeer, tls }: Exchange,
  ): readonly string[] {
    const peerScheme = tls === undefined ? "http" : "https";
    const hop = { peer, client, trustsPeer, scheme, peerScheme, authority } as const;
    return gatewayLines(fields, version, hop, this.#rules);
  }
}
