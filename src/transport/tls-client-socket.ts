/**
 * The client's end of a TLS connection as Node has it.
 *
 * For borrowed reading a socket stands straight on the connected handle, as on the server's side; Node
 * begins such a socket's handshake, and verifies, only in `tls.connect`, so that both are done here. Where
 * Node is not as expected, or "plain" reading is wanted, `tls.connect` does it; both pass the same suite.
 */
import type { Socket } from "node:net";
import { connect, type SecureContext, TLSSocket } from "node:tls";
import { beginTls, type ServerTlsSocket, verifyFault } from "./tls-socket.ts";

interface Offer {
  readonly secureContext: SecureContext;
  readonly ALPNProtocols: string[] | undefined;
  readonly session: Buffer | undefined;
}

/** How a handshake goes on. */
interface Progress {
  /** The server offers a session to take up again; before or after the handshake is through. */
  session(session: Buffer): void;
  /** @param unverified - Why its certificate is not good, such as "CERT_HAS_EXPIRED"; undefined where it is. */
  through(unverified: string | undefined): void;
}

/** A socket whose handshake begins by `start`, when whoever wants to be told of its end listens. */
export interface ClientTlsSocket {
  readonly socket: ServerTlsSocket;
  start(): void;
}

/** Sends a client's first words. */
const start: unknown = Reflect.get(TLSSocket.prototype, "_start");

/** @param connected - Nobody has read from it. */
export function beginClientTlsSocket(
  connected: Socket,
  reading: "borrowed" | "plain",
  serverName: string | undefined,
  offer: Offer,
  progress: Progress,
): ClientTlsSocket {
  if (reading === "borrowed" && typeof start === "function") {
    const socket = beginTls(connected, reading, { ...offer, isServer: false });
    if (serverName !== undefined) {
      socket.setServername(serverName);
    }
    hearSessions(socket, progress);
    socket.on("secure", () => progress.through(verifyFault(socket)));
    return { socket, start: () => Reflect.apply(start, socket, []) };
  }
  // What it thinks of the certificate is looked at afterwards: the words are ours.
  const socket = connect({
    ...offer,
    socket: connected,
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
    ...(serverName === undefined ? {} : { servername: serverName }),
  });
  socket.on("session", (session: Buffer) => progress.session(session));
  socket.on("secureConnect", () => {
    const error: unknown = socket.authorizationError;
    progress.through(typeof error === "string" ? error : socket.authorized ? undefined : "UNVERIFIED");
  });
  return { socket: socket as ServerTlsSocket, start: () => undefined };
}

/** Node's own event waits for Node's own verification. Where there is no other way, handshakes are whole ones. */
function hearSessions(socket: ServerTlsSocket, progress: Progress): void {
  const handle = socket._handle;
  if (typeof handle?.onnewsession === "function" && typeof handle.enableSessionCallbacks === "function") {
    handle.onnewsession = (_id: unknown, session: unknown) => {
      if (session instanceof Buffer) {
        progress.session(session);
      }
    };
    handle.enableSessionCallbacks();
  }
}
