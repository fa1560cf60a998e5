/** The two ends of a socket. */
import type { Socket } from "node:net";
import type { Endpoint } from "../message/index.ts";

export function remoteOf(socket: Socket, listener: Endpoint): Endpoint {
  return listener.family === "unix"
    ? { address: listener.address, port: 0, family: "unix" }
    : endpointOf(socket.remoteAddress, socket.remotePort);
}

export function localOf(socket: Socket, listener: Endpoint): Endpoint {
  const everywhere = listener.address === "::" || listener.address === "0.0.0.0";
  return everywhere ? endpointOf(socket.localAddress, listener.port) : listener;
}

function endpointOf(seen = "", port = 0): Endpoint {
  // A dual-stack listener sees IPv4 addresses as mapped ones (RFC 4291 §2.5.5.2).
  const address = seen.startsWith("::ffff:") && seen.includes(".") ? seen.slice(7) : seen;
  return { address, port, family: address.includes(":") ? "ipv6" : "ipv4" };
}
