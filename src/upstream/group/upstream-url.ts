/** Where an upstream is, as people write it: `http://host:port`, `https://…`, `h2c://…`, `unix:/path`. */

import { isIPv4 } from "node:net";

/** What proxies speak with; streams have their own. */
export type HttpScheme = "http" | "https" | "h2c" | "unix";
export type StreamScheme = "tcp" | "tls" | "udp" | "unix";
export type Scheme = HttpScheme | StreamScheme;

export interface UpstreamUrl {
  readonly scheme: Scheme;
  /** Lower case, an IPv6 address without brackets; "" for a Unix socket. */
  readonly host: string;
  /** Given or the scheme's; 0 for a Unix socket, and where a service record will tell. */
  readonly port: number;
  /** Of a Unix socket, absolute; "" for all others. */
  readonly path: string;
  /** What Host says: the host, and the port unless it is the scheme's own. */
  readonly authority: string;
  /** Normalised: names the upstream in words and on the command line. */
  readonly id: string;
}

export const httpSchemes: readonly Scheme[] = ["http", "https", "h2c", "unix"];
export const streamSchemes: readonly Scheme[] = ["tcp", "tls", "udp", "unix"];

/** Ports where none is written; a scheme without one needs it written. */
const usualPorts: Readonly<Partial<Record<Scheme, number>>> = { http: 80, https: 443, h2c: 80 };

/** Longest path that a socket address of the system holds (sun_path, less its final zero). */
const longestPath = 107;

/**
 * @param schemes - Those allowed.
 * @param service - The host is the name of service records (RFC 2782), which tell the port.
 * @throws RangeError - It is none; the message says what was seen and what is needed.
 */
export function readUpstreamUrl(text: string, schemes: readonly Scheme[], service = false): UpstreamUrl {
  const refuse = (why: string): never => {
    throw new RangeError(`${JSON.stringify(text)} ${why}`);
  };
  const [, written] = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text) ?? [];
  const scheme = schemes.find((one) => one === written?.toLowerCase());
  if (scheme === undefined) {
    return refuse(`is no upstream: ${formsOf(schemes)} is needed`);
  }
  const rest = text.slice(scheme.length + 1);
  if (scheme === "unix") {
    return service ? refuse("is a Unix socket, which has no service records") : unixUrl(rest, refuse);
  }
  if (!rest.startsWith("//")) {
    return refuse(`is no upstream: write "${scheme}://" in front of the host`);
  }
  return networkUrl(scheme, rest, service, refuse);
}

/** An address and port as the text of an upstream, such as "http://[::1]:3000". */
export function urlOf(scheme: Scheme, host: string, port: number): UpstreamUrl {
  const shown = host.includes(":") ? `[${host}]` : host;
  const authority = port === usualPorts[scheme] || port === 0 ? shown : `${shown}:${port}`;
  return { scheme, host, port, path: "", authority, id: `${scheme}://${authority}` };
}

function unixUrl(rest: string, refuse: (why: string) => never): UpstreamUrl {
  const path = rest.replace(/^\/\/(?=\/)/, "");
  if (!path.startsWith("/") || path.startsWith("//") || path.includes("\0")) {
    return refuse('needs an absolute path, such as "unix:/run/app.sock"');
  }
  if (Buffer.byteLength(path) > longestPath) {
    return refuse(`is ${Buffer.byteLength(path)} octets long, ${longestPath} are the most for a socket`);
  }
  return { scheme: "unix", host: "", port: 0, path, authority: "localhost", id: `unix:${path}` };
}

function networkUrl(
  scheme: Scheme,
  rest: string,
  service: boolean,
  refuse: (why: string) => never,
): UpstreamUrl {
  let url: URL;
  try {
    // The other schemes are none that the URL standard reads a host in.
    url = new URL(`http:${rest}`);
  } catch {
    return refuse(`is no upstream: a host${service ? "" : " and a port"} must follow "${scheme}://"`);
  }
  if (url.username !== "" || url.password !== "") {
    return refuse("holds a user name or password: set an Authorization field instead");
  }
  if (/[/?#\\]/.test(rest.slice(2).replace(/\/$/, ""))) {
    return refuse('holds a path or query: an upstream is a server; put the path into "base"');
  }
  if (isIPv4(url.hostname) && rest.slice(2).replace(/(?::\d*)?\/?$/, "") !== url.hostname) {
    // The URL standard reads "3000" as 0.0.11.184, and "010" as 8.
    const instead =
      'four decimal numbers are an address, and a port goes behind a host, as in "localhost:3000"';
    return refuse(`would mean the address ${url.hostname}: ${instead}`);
  }
  // The parser drops port 80, which is not the usual one of every scheme.
  const [, written] = /:(\d+)\/?$/.exec(rest) ?? [];
  if (service && written !== undefined) {
    return refuse("holds a port: with srv the service records tell it");
  }
  const port = written === undefined ? usualPorts[scheme] : Number(written);
  if (!service && (port === undefined || port === 0)) {
    return refuse(`needs a port from 1 to 65535, such as "${scheme}://${url.hostname}:5432"`);
  }
  return urlOf(scheme, url.hostname.replace(/^\[|\]$/g, ""), service ? 0 : (port ?? 0));
}

function formsOf(schemes: readonly Scheme[]): string {
  const forms = schemes.map((scheme) => (scheme === "unix" ? "unix:/path" : `${scheme}://`));
  return `${forms.slice(0, -1).join(", ")} or ${forms.at(-1)}`;
}
