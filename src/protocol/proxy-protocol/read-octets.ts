/**
 * Version 2, octets (the PROXY protocol's specification, §2.2): signature (12), version and command (1),
 * family and transport (1), length of the rest (2), addresses, then further facts as type, length, value.
 */
import ipaddr from "ipaddr.js";
import type { Endpoint, Octets } from "../../message/index.ts";
import { crc32c } from "./crc32c.ts";
import { type ProxyReading, proxyFault } from "./reading.ts";
import { fixedOctets, unixOctets } from "./signature.ts";

const local = 0;
const proxied = 1;

/** By family, the upper half of its octet: octets of one address. */
const addressOctets: readonly Octets[] = [0, 4, 16, unixOctets];
const unix = 3;
/** Lower half: unspecified, stream, datagram. */
const mostTransport = 2;
const stream = 1;

/** PP2_TYPE_CRC32C. */
const checksum = 0x03;

/** @param bytes - Beginning with the signature. */
export function readOctets(bytes: Uint8Array, most: Octets): ProxyReading {
  if (bytes.length < fixedOctets) {
    return earlyFault(bytes) ?? { type: "incomplete" };
  }
  const fault = earlyFault(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const octets = fixedOctets + view.getUint16(14);
  if (fault !== undefined) {
    return fault;
  }
  if (octets > most) {
    return proxyFault(`the PROXY header has ${octets} octets, ${most} are allowed`);
  }
  if (bytes.length < octets) {
    return { type: "incomplete" };
  }
  if (((bytes[12] as number) & 0x0f) === local) {
    // The proxy's own connection: the rest of the header is skipped, whatever it says.
    return { type: "header", version: 2, source: undefined, destination: undefined, octets };
  }
  const header = bytes.subarray(0, octets);
  const family = (bytes[13] as number) >> 4;
  const transport = (bytes[13] as number) & 0x0f;
  const address = addressOctets[family] as Octets;
  const ports = family === 0 || family === unix ? 0 : 4;
  const facts = fixedOctets + 2 * address + ports;
  if (facts > octets) {
    return proxyFault(`the PROXY header has ${octets} octets, its addresses alone need ${facts}`);
  }
  const wrong = factsFault(header, facts);
  if (wrong !== undefined) {
    return wrong;
  }
  const told = transport === stream && family !== 0;
  return {
    type: "header",
    version: 2,
    source: told ? endpointAt(header, family, 0) : undefined,
    destination: told ? endpointAt(header, family, 1) : undefined,
    octets,
  };
}

/** "Receivers must drop connections presenting unexpected values." As far as they have come. */
function earlyFault(bytes: Uint8Array): ProxyReading | undefined {
  const [command = 0x20, family = 0] = bytes.subarray(12, 14);
  if (command >> 4 !== 2) {
    return proxyFault(`the PROXY header is of version ${command >> 4}, not 1 or 2`);
  }
  if ((command & 0x0f) !== local && (command & 0x0f) !== proxied) {
    return proxyFault(`the PROXY header has command ${command & 0x0f}, neither LOCAL (0) nor PROXY (1)`);
  }
  if (
    (command & 0x0f) === proxied &&
    (family >> 4 >= addressOctets.length || (family & 0x0f) > mostTransport)
  ) {
    return proxyFault(`the PROXY header is of an unknown family or transport (0x${family.toString(16)})`);
  }
  return undefined;
}

/** Whether the facts after the addresses fill the rest exactly, and the checksum is right where there is one. */
function factsFault(header: Uint8Array, from: Octets): ProxyReading | undefined {
  let at = from;
  while (at < header.length) {
    const length = ((header[at + 1] ?? 0) << 8) | (header[at + 2] ?? 0);
    const end = at + 3 + length;
    if (at + 3 > header.length || end > header.length) {
      return proxyFault("a fact in the PROXY header is longer than the header");
    }
    if (header[at] === checksum) {
      if (length !== 4) {
        return proxyFault(`the PROXY header's checksum has ${length} octets, not 4`);
      }
      // Counted over the header with zeroes in its place (§2.2.3).
      const copy = Uint8Array.from(header);
      copy.fill(0, at + 3, end);
      const told = new DataView(header.buffer, header.byteOffset + at + 3, 4).getUint32(0);
      if (crc32c(copy) !== told) {
        return proxyFault("the PROXY header's checksum is wrong");
      }
    }
    at = end;
  }
  return undefined;
}

/** @param end - 0: the source, 1: the destination. */
function endpointAt(header: Uint8Array, family: number, end: 0 | 1): Endpoint {
  const length = addressOctets[family] as Octets;
  const from = fixedOctets + end * length;
  const octets = header.subarray(from, from + length);
  if (family === unix) {
    const nul = octets.indexOf(0);
    const path = String.fromCharCode(...(nul === -1 ? octets : octets.subarray(0, nul)));
    return { address: path, port: 0, family: "unix" };
  }
  const port = new DataView(header.buffer, header.byteOffset + fixedOctets + 2 * length + end * 2, 2);
  const text = ipaddr.fromByteArray([...octets]).toString();
  const plain = ipaddr.process(text);
  return {
    address: plain.toString(),
    port: port.getUint16(0),
    family: plain.kind() === "ipv6" ? "ipv6" : "ipv4",
  };
}
