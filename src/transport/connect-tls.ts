/** The client's end of a TLS connection: from a connected socket to a channel whose handshake is through. */
import type { Socket } from "node:net";
import type { Endpoint, TlsFacts } from "../message/index.ts";
import { type ClientTls, certificateFault, clientTlsFailure, type HandshakeError } from "../tls/index.ts";
import type { Channel } from "./channel.ts";
import { ConnectFailure } from "./connect-failure.ts";
import { anywhere } from "./endpoints.ts";
import type { Attempting } from "./happy-eyeballs.ts";
import { TlsChannel } from "./tls-channel.ts";
import { beginClientTlsSocket } from "./tls-client-socket.ts";
import type { ServerTlsSocket } from "./tls-socket.ts";

export interface TlsOpening {
  /** Connected, and nobody has read from it. */
  readonly socket: Socket;
  readonly remote: Endpoint;
  /** Address and port, or path, for words. */
  readonly place: string;
  readonly tls: ClientTls;
  /** Octets that go before the handshake. */
  readonly first: Uint8Array | undefined;
  readonly reading: "borrowed" | "plain";
}

/** @param done - Told once, after this has returned, unless cancelled before. */
export function beginClientTls(
  opening: TlsOpening,
  done: (result: Channel | ConnectFailure) => void,
): Attempting {
  const handshake = new Handshake(opening, done);
  handshake.begin();
  return handshake;
}

class Handshake implements Attempting {
  readonly #opening: TlsOpening;
  readonly #done: (result: Channel | ConnectFailure) => void;
  #socket: Socket;
  #over = false;

  constructor(opening: TlsOpening, done: (result: Channel | ConnectFailure) => void) {
    this.#opening = opening;
    this.#done = done;
    this.#socket = opening.socket;
  }

  begin(): void {
    const { socket, first } = this.#opening;
    if (first === undefined) {
      this.#handshake();
      return;
    }
    // The handle changes hands once these have left.
    socket.once("close", this.#closed);
    socket.write(first, (error) => {
      if (!error && !this.#over) {
        socket.off("close", this.#closed);
        this.#handshake();
      }
    });
  }

  cancel(): void {
    this.#over = true;
    this.#socket.destroy();
  }

  readonly #closed = (): void =>
    this.#fail("terminated", "the connection was closed before the TLS handshake");

  #handshake(): void {
    const { socket: connected, tls, reading, remote } = this.#opening;
    const { sessions, context, serverName } = tls;
    const offered = sessions.offered(Date.now());
    const options = {
      secureContext: context,
      ALPNProtocols: tls.alpn.length === 0 ? undefined : [...tls.alpn],
      session: offered,
    };
    let channel: TlsChannel | undefined;
    let newest: Buffer | undefined;
    const { socket, start } = beginClientTlsSocket(connected, reading, serverName, options, {
      session: (session) => {
        if (channel === undefined) {
          newest = session;
        } else {
          sessions.keep(session);
        }
      },
      through: (unverified) => {
        channel = this.#settled(socket, remote, unverified);
        if (channel !== undefined && newest !== undefined) {
          sessions.keep(newest);
        }
      },
    });
    this.#socket = socket;
    const failed = (error: HandshakeError): void => {
      const { kind, detail } = clientTlsFailure(error);
      if (channel === undefined) {
        if (offered !== undefined) {
          sessions.forget();
        }
        this.#fail(kind, detail);
      } else {
        channel.failed(kind === "terminated" ? error : this.#failure(kind, detail));
      }
    };
    socket.on("error", failed);
    // After the handshake Node tells TLS errors by this event, and closes nothing.
    socket.on("_tlsError", (error: Error) => channel && failed(error));
    socket.once("end", () => {
      if (channel === undefined) {
        this.#fail("terminated", "the upstream closed the connection during the TLS handshake");
      }
    });
    socket.on("close", () => {
      this.#fail("terminated", "the connection was closed during the TLS handshake");
      channel?.closed();
    });
    start();
  }

  /** The handshake is through. @param unverified - What OpenSSL says of the upstream's certificate. */
  #settled(
    socket: ServerTlsSocket,
    remote: Endpoint,
    unverified: string | undefined,
  ): TlsChannel | undefined {
    const { tls } = this.#opening;
    const resumed = socket.isSessionReused();
    // A resumed session was found good when it was made.
    const shown = resumed ? undefined : socket.getPeerX509Certificate();
    const fault = tls.verify && !resumed ? certificateFault(shown, unverified, tls.expects) : undefined;
    if (fault !== undefined) {
      this.#fail("tls-certificate", fault);
      return undefined;
    }
    if (shown !== undefined) {
      tls.sessions.found(shown);
    }
    const { alpnProtocol } = socket;
    const facts: TlsFacts = {
      version: socket.getProtocol() ?? "unknown",
      cipher: socket.getCipher().standardName,
      serverName: tls.serverName,
      alpn: typeof alpnProtocol === "string" ? alpnProtocol : undefined,
      resumed,
      clientCertificate: undefined,
    };
    socket._releaseControl?.();
    const channel = new TlsChannel(socket, remote.family === "unix" ? remote : anywhere, { remote }, facts);
    this.#answer(channel);
    return channel;
  }

  #fail(kind: ConnectFailure["kind"], detail: string): void {
    this.#socket.destroy();
    this.#answer(this.#failure(kind, detail));
  }

  #failure(kind: ConnectFailure["kind"], detail: string): ConnectFailure {
    return new ConnectFailure(kind, `${this.#opening.place}: ${detail}`);
  }

  #answer(result: Channel | ConnectFailure): void {
    if (!this.#over) {
      this.#over = true;
      this.#done(result);
    }
  }
}
