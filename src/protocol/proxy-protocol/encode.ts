/** Writing a PROXY header (the PROXY protocol's specification, §2.1 and §2.2). */
import { Buffer } from "node:buffer";
import ipaddr from "ipaddr.js";
import type { Endpoint } from "../../message/index.ts";
import { fixedOctets, signature } from "./signature.ts";

/**
 * The header that tells whom a connection is for.
 *
 * @param version - 1 is a line of text, 2 is octets.
 * @param source - Whom it is from; undefined, as for a connection of our own (a health probe), or where it has
 *   no address of the Internet: nothing is told.
 * @param destination - Where the client connected to.
 */
export function encodeProxyHeader(
  version: 1 | 2,
  source: Endpoint | undefined,
  destination: Endpoint,
): Uint8Array {
  const ends = source === undefined ? undefined : endsOf(source, destination);
  return version === 1 ? encodeLine(ends) : encodeOctets(source === undefined, ends);
}

interface Ends {
  readonly family: 4 | 6;
  readonly source: ipaddr.IPv4 | ipaddr.IPv6;
  readonly destination: ipaddr.IPv4 | ipaddr.IPv6;
  readonly ports: readonly [source: number, destination: number];
}

/** Both of one family: where they differ, the IPv4 one is written as a mapped IPv6 one (RFC 4291 §2.5.5.2). */
function endsOf(source: Endpoint, destination: Endpoint): Ends | undefined {
  const from = parsed(source);
  const to = parsed(destination);
  if (from === undefined || to === undefined) {
    return undefined;
  }
  const ports = [source.port, destination.port] as const;
  if (from.kind() === to.kind()) {
    return { family: from.kind() === "ipv6" ? 6 : 4, source: from, destination: to, ports };
  }
  return { family: 6, source: mapped(from), destination: mapped(to), ports };
}

function parsed({ address, family }: Endpoint): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  const bare = address.replace(/%.*$/, "");
  return (family === "ipv4" || family === "ipv6") && ipaddr.isValid(bare) ? ipaddr.process(bare) : undefined;
}

function mapped(address: ipaddr.IPv4 | ipaddr.IPv6): ipaddr.IPv6 {
  return address instanceof ipaddr.IPv4 ? address.toIPv4MappedAddress() : address;
}

function encodeLine(ends: Ends | undefined): Uint8Array {
  if (ends === undefined) {
    return Buffer.from("PROXY UNKNOWN\r\n", "latin1");
  }
  const { family, source, destination, ports } = ends;
  const line = `PROXY TCP${family} ${source} ${destination} ${ports[0]} ${ports[1]}\r\n`;
  return Buffer.from(line, "latin1");
}

/** @param ours - The connection is our own: command LOCAL, else PROXY. */
function encodeOctets(ours: boolean, ends: Ends | undefined): Uint8Array {
  const addresses =
    ends === undefined ? [] : [...ends.source.toByteArray(), ...ends.destination.toByteArray()];
  const length = addresses.length + (ends === undefined ? 0 : 4);
  const header = Buffer.alloc(fixedOctets + length);
  header.set(signature);
  header[12] = ours ? 0x20 : 0x21;
  header[13] = ends === undefined ? 0x00 : ends.family === 6 ? 0x21 : 0x11;
  header.writeUInt16BE(length, 14);
  header.set(addresses, fixedOctets);
  if (ends !== undefined) {
    header.writeUInt16BE(ends.ports[0], fixedOctets + addresses.length);
    header.writeUInt16BE(ends.ports[1], fixedOctets + addresses.length + 2);
  }
  return header;
}
