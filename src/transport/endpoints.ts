/** The two ends of a socket. */
import type { Socket } from "node:net";
import type { Endpoint } from "../message/index.ts";

/** In place of a listener, for connections that we open. */
export const anywhere: Endpoint = { address: "0.0.0.0", port: 0, family: "ipv4" };

/** Ends of a connection that are known otherwise than by asking the system. */
export interface Ends {
  readonly remote: Endpoint;
  readonly local?: Endpoint | undefined;
  /** The other end itself, where a proxy told the `remote`. */
  readonly peer?: Endpoint | undefined;
}

export function remoteOf(socket: Socket, listener: Endpoint): Endpoint {
  return listener.family === "unix"
    ? { address: listener.address, port: 0, family: "unix" }
    : endpointOf(socket.remoteAddress, socket.remotePort);
}

export function localOf(socket: Socket, listener: Endpoint): Endpoint {
  const everywhere = listener.address === "::" || listener.address === "0.0.0.0";
  return everywhere ? endpointOf(socket.localAddress, listener.port || socket.localPort) : listener;
}

function endpointOf(seen = "", port = 0): Endpoint {
  // A dual-stack listener sees IPv4 addresses as mapped ones (RFC 4291 §2.5.5.2).
  const address = seen.startsWith("::ffff:") && seen.includes(".") ? seen.slice(7) : seen;
  return { address, port, family: address.includes(":") ? "ipv6" : "ipv4" };
}
