/**
 * Networks by CIDR (RFC 4632, RFC 4291 §2.3), and whether an address lies within.
 *
 * Addresses are compared as 128 bits in four numbers; IPv4 stands among them where IPv4-mapped IPv6
 * puts it (RFC 4291 §2.5.5.2), so that a client of a socket for both is found under its IPv4 address.
 */
import ipaddr from "ipaddr.js";

export interface Network {
  readonly bits: Uint32Array;
  /** Of 128 bits, how many count. */
  readonly length: number;
}

/** @param text - One in which `networkFault` found nothing wrong. */
export function parseNetwork(text: string): Network {
  const [address = "", length] = text.split("/");
  const bits = addressBits(address) ?? new Uint32Array(4);
  const shift = address.includes(":") ? 0 : 96;
  return { bits, length: length === undefined ? 128 : Number(length) + shift };
}

/**
 * What is wrong with a network.
 *
 * @returns What is allowed instead, or undefined for a good one.
 */
export function networkFault(text: string): string | undefined {
  const [, address = "", length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const v6 = address.includes(":");
  if (addressBits(address) === undefined || Number(length ?? 0) > (v6 ? 128 : 32)) {
    return 'an address or network such as "127.0.0.1", "10.0.0.0/8" or "2001:db8::/32"';
  }
  const network = parseNetwork(text);
  // A typing error more often than a wish: 10.1.2.3/8 is 10.0.0.0/8.
  if (network.bits.some((word, index) => (word & ~maskOf(network.length, index)) !== 0)) {
    return `a network without bits beyond its length: ${JSON.stringify(`${baseOf(text)}/${length}`)}`;
  }
  return undefined;
}

function baseOf(text: string): string {
  const { IPv4, IPv6 } = ipaddr;
  return (text.includes(":") ? IPv6 : IPv4).networkAddressFromCIDR(text).toString();
}

/**
 * The 128 bits of an address.
 *
 * @param text - IPv4 in four decimal parts, or IPv6 without brackets; a zone (`%eth0`) is left out.
 * @returns undefined for what is no address.
 */
export function addressBits(text: string): Uint32Array | undefined {
  const zone = text.indexOf("%");
  const address = zone < 0 ? text : text.slice(0, zone);
  if (!address.includes(":")) {
    return ipaddr.IPv4.isValidFourPartDecimal(address)
      ? wordsOf(ipaddr.IPv4.parse(address).toIPv4MappedAddress())
      : undefined;
  }
  return ipaddr.IPv6.isValid(address) ? wordsOf(ipaddr.IPv6.parse(address)) : undefined;
}

function wordsOf({ parts }: ipaddr.IPv6): Uint32Array {
  const pair = (high: number): number => ((parts[high] ?? 0) << 16) | (parts[high + 1] ?? 0);
  return Uint32Array.of(pair(0), pair(2), pair(4), pair(6));
}

export function networkHas({ bits, length }: Network, address: Uint32Array): boolean {
  for (let word = 0; word < 4; word += 1) {
    if ((((bits[word] ?? 0) ^ (address[word] ?? 0)) & maskOf(length, word)) !== 0) {
      return false;
    }
  }
  return true;
}

export function networkCovers(outer: Network, inner: Network): boolean {
  return outer.length <= inner.length && networkHas(outer, inner.bits);
}

/** Of the `word`th 32 bits those among the first `length` of 128. */
function maskOf(length: number, word: number): number {
  const count = Math.min(Math.max(length - word * 32, 0), 32);
  return count === 0 ? 0 : -1 << (32 - count);
}
