/** For whom a trusted peer sends a request: its client's address and scheme, where the peer says so. */
import type { Endpoint, HttpRequest } from "../message/index.ts";
import { type TrustedPeers, trusts } from "../routes/index.ts";
import { clientOf } from "../semantics/index.ts";

/** Addresses whose trust is remembered: a proxy's clients are many, the proxies in front of it few. */
const remembered = 1_000;

export class Beliefs {
  readonly #peers: TrustedPeers;
  readonly #known = new Map<string, boolean>();
  readonly #none: boolean;

  constructor(peers: TrustedPeers) {
    this.#peers = peers;
    this.#none = peers.networks.length === 0 && !peers.unix;
  }

  /** Whether what this peer says of its clients is believed. */
  trusts(peer: Endpoint): boolean {
    return !this.#none && trusts(this.#peers, peer);
  }

  /** Whom a request of a trusted peer comes from, and the request with the scheme it was asked with there. */
  clientOf(
    request: HttpRequest,
    peer: Endpoint,
  ): { readonly client: Endpoint; readonly request: HttpRequest } {
    const { address, scheme } = clientOf(
      request.fields,
      peer.address,
      (each) => each === peer.address || this.#trustsAddress(each),
    );
    return {
      client: address === peer.address ? peer : { address, port: 0, family: familyOf(address) },
      request: scheme === undefined || scheme === request.scheme ? request : request.with({ scheme }),
    };
  }

  #trustsAddress(address: string): boolean {
    const known = this.#known.get(address);
    if (known !== undefined) {
      return known;
    }
    const trusted = trusts(this.#peers, { address, port: 0, family: familyOf(address) });
    if (this.#known.size < remembered) {
      this.#known.set(address, trusted);
    }
    return trusted;
  }
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return address.includes(":") ? "ipv6" : "ipv4";
}
