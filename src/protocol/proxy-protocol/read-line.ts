/**
 * Version 1, a line of text (the PROXY protocol's specification, §2.1):
 *
 *   "PROXY" SP ("TCP4" / "TCP6") SP source SP destination SP source-port SP destination-port CRLF
 *   "PROXY UNKNOWN" [anything] CRLF
 */
import ipaddr from "ipaddr.js";
import type { Endpoint, Octets } from "../../message/index.ts";
import { type ProxyReading, proxyFault, quoted } from "./reading.ts";

/** The longest line there is, its CRLF counted. */
const mostLineOctets: Octets = 107;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** @param bytes - Beginning with "PROXY ". */
export function readLine(bytes: Uint8Array): ProxyReading {
  const end = bytes.subarray(0, mostLineOctets).indexOf(lineFeed);
  if (end === -1) {
    return bytes.length < mostLineOctets
      ? { type: "incomplete" }
      : proxyFault(`the PROXY line does not end within ${mostLineOctets} octets`);
  }
  if (bytes[end - 1] !== carriageReturn) {
    return proxyFault("the PROXY line ends in a line feed alone, not in CRLF");
  }
  const line = String.fromCharCode(...bytes.subarray(0, end - 1));
  const [, protocol, source, destination, sourcePort, destinationPort, ...more] = line.split(" ");
  if (protocol === "UNKNOWN") {
    return { type: "header", version: 1, source: undefined, destination: undefined, octets: end + 1 };
  }
  const family = protocol === "TCP4" ? 4 : protocol === "TCP6" ? 6 : undefined;
  if (family === undefined || more.length > 0) {
    return proxyFault(
      `the PROXY line ${quoted(line)} is none: TCP4, TCP6 or UNKNOWN, two addresses, two ports`,
    );
  }
  const from = endpointOf(family, source, sourcePort);
  const to = endpointOf(family, destination, destinationPort);
  if (from === undefined || to === undefined) {
    return proxyFault(
      `the PROXY line ${quoted(line)} has no two addresses of ${protocol} and ports from 0 to 65535`,
    );
  }
  return { type: "header", version: 1, source: from, destination: to, octets: end + 1 };
}

/** Zeroes may not lead, neither in a port nor in an IPv4 address. */
function endpointOf(family: 4 | 6, address = "", port = ""): Endpoint | undefined {
  if (!isAddress(family, address) || !/^(?:0|[1-9]\d{0,4})$/.test(port)) {
    return undefined;
  }
  const number = Number(port);
  // An IPv4 address mapped into IPv6 is the client's IPv4 address (RFC 4291 §2.5.5.2).
  const plain = ipaddr.process(address);
  return number > 65_535
    ? undefined
    : { address: plain.toString(), port: number, family: plain.kind() === "ipv6" ? "ipv6" : "ipv4" };
}

function isAddress(family: 4 | 6, text: string): boolean {
  return family === 4
    ? ipaddr.IPv4.isValidFourPartDecimal(text)
    : ipaddr.IPv6.isValid(text) && !text.includes("%");
}
