/** From accepted sockets to channels whose handshake is through. */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { TLSSocketOptions } from "node:tls";
import type { Clock, Endpoint, Millis } from "../message/index.ts";
import type { Reporter } from "../observe/index.ts";
import {
  failureWords,
  type HandshakeError,
  HandshakeFailures,
  readClientHello,
  sentPlainHttp,
  settle,
  type TlsChoice,
  type TlsTermination,
} from "../tls/index.ts";
import type { Channel } from "./channel.ts";
import { type Ends, localOf, remoteOf } from "./endpoints.ts";
import { borrowingSocket } from "./handles.ts";
import { plainHttpRefusal, refusePlainHttp } from "./plain-http.ts";
import type { BegunSocket } from "./socket-channel.ts";
import { TlsChannel } from "./tls-channel.ts";
import {
  answerInClear,
  beginTls,
  feedTls,
  type ServerTlsSocket,
  tlsSocketOn,
  verifyFault,
} from "./tls-socket.ts";

export interface TlsListening {
  readonly termination: TlsTermination;
  /** Whether "h2" is offered beside "http/1.1" (RFC 7301, RFC 9113 §3.2). */
  readonly http2: boolean;
  /** What else is offered by ALPN, in place of HTTP's versions; []: nothing, whatever the client offers. */
  readonly protocols?: readonly string[];
  /** How long a handshake may take; 10 seconds unless told. */
  readonly handshake?: Millis;
  readonly clock: Clock;
  readonly reporter: Reporter;
}

export const defaultHandshake: Millis = 10_000;

/** A connection until its handshake is through. */
interface Arrival {
  readonly ends: Ends;
  readonly listener: Endpoint;
  readonly deadline: NodeJS.Timeout;
  /** The accepted one, then the one that speaks TLS. */
  socket: Socket;
  seen: Buffer | undefined;
  /** The handshake has begun, or something else became of it. */
  begun: boolean;
}

/** The door of one listener. */
export class TlsEntrance {
  readonly #tls: TlsListening;
  readonly #patience: Millis;
  readonly #reading: "borrowed" | "plain";
  readonly #accept: (channel: Channel) => void;
  readonly #failures: HandshakeFailures;
  readonly #protocols: string[];
  readonly #arriving = new Set<Arrival>();

  constructor(tls: TlsListening, reading: "borrowed" | "plain", accept: (channel: Channel) => void) {
    this.#tls = tls;
    this.#patience = tls.handshake ?? defaultHandshake;
    this.#reading = reading;
    this.#accept = accept;
    this.#failures = new HandshakeFailures(tls.clock, tls.reporter);
    // A client that offers only HTTP/1.0 would else be refused (RFC 7301 §3.2).
    this.#protocols = [...(tls.protocols ?? [...(tls.http2 ? ["h2"] : []), "http/1.1", "http/1.0"])];
  }

  /** @param accepted - With `pauseOnConnect` and `allowHalfOpen`. */
  enter(accepted: Socket, listener: Endpoint, ends?: Ends): void {
    const arrival = this.#arrive(accepted, listener, ends);
    const heard = (bytes: Buffer): void => {
      accepted.pause();
      if (this.#heard(arrival, bytes)) {
        accepted.resume();
      } else {
        accepted.off("data", heard);
      }
    };
    accepted.on("data", heard);
    accepted.resume();
  }

  /** The same for a connection of which there is no socket yet. */
  enterHandle(handle: object, listener: Endpoint): void {
    const { only } = this.#tls.termination;
    const direct = only === undefined ? undefined : tlsSocketOn(handle, this.#optionsFor(only));
    if (only === undefined || direct === undefined) {
      this.#listenFirst(handle, listener);
      return;
    }
    // Nothing depends on the client's first words, so that nobody needs to read them before.
    const arrival = this.#arrival(direct, listener, true);
    answerInClear(direct, (error) => {
      if (!sentPlainHttp(error)) {
        return undefined;
      }
      this.#failed(arrival, error);
      return plainHttpRefusal(localOf(direct, listener), undefined);
    });
    this.#follow(arrival, direct, only, () => direct.servername);
  }

  /** The same for a connection whose beginning was read already. */
  enterBegun(begun: BegunSocket, listener: Endpoint): void {
    const { socket, rest, ends } = begun;
    if (begun.reading === "plain") {
      if (rest.length > 0) {
        socket.unshift(rest);
      }
      this.enter(socket, listener, ends);
      return;
    }
    const arrival = this.#arrive(socket, listener, ends);
    const heard = (bytes: Uint8Array): void => {
      if (!arrival.begun) {
        this.#heard(arrival, bytes);
      }
    };
    begun.deliverTo(heard);
    socket.resume();
    if (rest.length > 0) {
      heard(rest);
    }
  }

  #listenFirst(handle: object, listener: Endpoint): void {
    const socket = borrowingSocket(handle, (bytes) => {
      if (!arrival.begun) {
        this.#heard(arrival, bytes);
      }
    });
    const arrival = this.#arrive(socket, listener);
    socket.resume();
  }

  #arrival(socket: Socket, listener: Endpoint, begun: boolean, ends?: Ends): Arrival {
    const arrival: Arrival = {
      listener,
      ends: ends ?? { remote: remoteOf(socket, listener) },
      deadline: setTimeout(() => this.#late(arrival), this.#patience),
      socket,
      seen: undefined,
      begun,
    };
    this.#arriving.add(arrival);
    return arrival;
  }

  #arrive(socket: Socket, listener: Endpoint, ends?: Ends): Arrival {
    const arrival = this.#arrival(socket, listener, false, ends);
    const gone = (): void => {
      if (!arrival.begun) {
        this.#through(arrival);
        socket.destroy();
      }
    };
    socket.on("error", gone);
    socket.on("end", gone);
    socket.on("close", gone);
    return arrival;
  }

  /** Cuts handshakes under way; connections live on. */
  close(): void {
    for (const { socket } of this.#arriving) {
      socket.destroy();
    }
    this.#failures.close();
  }

  /** The client's first words say which site it wants. @returns Whether more of them are needed. */
  #heard(arrival: Arrival, bytes: Uint8Array): boolean {
    const { socket, listener, ends, seen: before } = arrival;
    const seen = before === undefined ? bytes : Buffer.concat([before, bytes]);
    const hello = readClientHello(seen);
    if (hello.type === "partial") {
      arrival.seen = before === undefined ? Buffer.from(bytes) : Buffer.from(seen);
      return true;
    }
    if (hello.type === "http") {
      arrival.begun = true;
      this.#through(arrival);
      this.#failures.tell(ends.remote.address, "the client sent plain HTTP to the TLS port");
      refusePlainHttp(socket, localOf(socket, listener), hello.host);
      return false;
    }
    const serverName = hello.type === "hello" ? hello.serverName : undefined;
    const work = this.#tls.termination.prepare(serverName);
    if (work === undefined) {
      this.#begin(arrival, seen, serverName);
    } else {
      const kept = Buffer.from(seen);
      socket.pause();
      work.then(() => {
        if (!socket.destroyed) {
          this.#begin(arrival, kept, serverName);
        }
      });
    }
    return false;
  }

  #begin(arrival: Arrival, seen: Uint8Array, serverName: string | undefined): void {
    arrival.begun = true;
    const choice = this.#tls.termination.choose(serverName);
    const socket = beginTls(arrival.socket, this.#reading, this.#optionsFor(choice));
    arrival.socket = socket;
    arrival.seen = undefined;
    this.#follow(arrival, socket, choice, () => serverName);
    feedTls(socket, seen);
  }

  #optionsFor({ context, clients }: TlsChoice): TLSSocketOptions {
    return {
      isServer: true,
      secureContext: context,
      ALPNProtocols: this.#protocols,
      requestCert: clients !== undefined,
      rejectUnauthorized: clients?.mode === "required",
    };
  }

  /** @param asked - What the client asked for, once the handshake is through. */
  #follow(arrival: Arrival, socket: ServerTlsSocket, choice: TlsChoice, asked: () => unknown): void {
    let channel: TlsChannel | undefined;
    socket.on("secure", () => {
      const name = asked();
      channel = this.#admit(
        arrival,
        socket,
        choice,
        typeof name === "string" ? name.toLowerCase() : undefined,
      );
    });
    socket.on("error", (error: HandshakeError) => {
      if (channel === undefined) {
        this.#failed(arrival, error);
      } else {
        channel.failed(error);
      }
    });
    socket.once("end", () => {
      if (channel === undefined) {
        // It just left; only our side of the connection would stay.
        socket.destroy();
      }
    });
    // After the handshake Node tells TLS errors by this event, and closes nothing.
    socket.on("_tlsError", (error: Error) => channel?.failed(error));
    socket.on("close", () => {
      this.#through(arrival);
      channel?.closed();
    });
  }

  #admit(
    arrival: Arrival,
    socket: ServerTlsSocket,
    choice: TlsChoice,
    serverName: string | undefined,
  ): TlsChannel | undefined {
    this.#through(arrival);
    const { ends, listener } = arrival;
    const { clients } = choice;
    const unverified = clients === undefined ? undefined : verifyFault(socket);
    const settled = settle(socket, clients, serverName, unverified, this.#tls.clock.wall());
    if (settled.type === "refused") {
      this.#failures.tell(ends.remote.address, settled.because);
      socket.destroy();
      return undefined;
    }
    socket._releaseControl?.();
    const channel = new TlsChannel(socket, listener, ends, settled.facts);
    this.#accept(channel);
    return channel;
  }

  #failed({ ends }: Arrival, error: HandshakeError): void {
    const because = failureWords(error);
    if (because !== undefined) {
      this.#failures.tell(ends.remote.address, because);
    }
  }

  #late({ ends, socket }: Arrival): void {
    this.#failures.tell(ends.remote.address, `it was not through after ${this.#patience / 1000} s`);
    socket.destroy();
  }

  #through(arrival: Arrival): void {
    clearTimeout(arrival.deadline);
    this.#arriving.delete(arrival);
  }
}
