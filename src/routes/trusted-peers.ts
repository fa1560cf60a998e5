/**
 * Whose word is believed about those they forward for: the peers that `trustedProxies` names.
 *
 * Nothing in a request proves where it came from but the connection's other end; whatever a peer says
 * beyond that (PROXY protocol, `Forwarded`) anybody could say (RFC 7239 §8.1).
 */
import type { Endpoint } from "../message/index.ts";
import { addressBits, type Network, networkFault, networkHas, parseNetwork } from "./networks.ts";

export interface TrustedPeers {
  readonly networks: readonly Network[];
  /** Whoever may open our Unix sockets. */
  readonly unix: boolean;
}

/** What "private" stands for: addresses that no router of the Internet forwards. */
const privateNetworks: readonly string[] = [
  "10.0.0.0/8", // RFC 1918 §3
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7", // RFC 4193 §3.1
  "127.0.0.0/8", // RFC 1122 §3.2.1.3
  "::1", // RFC 4291 §2.5.3
  "169.254.0.0/16", // RFC 3927 §2.1
  "fe80::/10", // RFC 4291 §2.5.6
];

/**
 * What is wrong with one entry of `trustedProxies`.
 *
 * @returns What is allowed instead, or undefined for a good one.
 */
export function trustFault(text: string): string | undefined {
  if (text === "private" || text === "unix") {
    return undefined;
  }
  const fault = networkFault(text);
  return fault?.startsWith("an address") ? `${fault}, "private" or "unix"` : fault;
}

/** @param lines - In each of which `trustFault` found nothing wrong. */
export function trustedPeers(lines: readonly string[]): TrustedPeers {
  const networks = lines.flatMap((line) => (line === "private" ? privateNetworks : [line]));
  return {
    networks: networks.filter((line) => line !== "unix").map(parseNetwork),
    unix: lines.includes("unix"),
  };
}

/** Whether this peer is trusted. The answer holds as long as its connection: ask once. */
export function trusts(peers: TrustedPeers, peer: Endpoint): boolean {
  if (peer.family === "unix") {
    return peers.unix;
  }
  const bits = peers.networks.length === 0 ? undefined : addressBits(peer.address);
  return bits !== undefined && peers.networks.some((network) => networkHas(network, bits));
}
