/**
 * Connections that we open: TCP by Happy Eyeballs (RFC 8305), Unix sockets, with TLS or without.
 *
 * What comes of it is a channel like an accepted one: it reads into the buffer of all connections and
 * writes past the stream. Whatever happens, one answer is given, and no socket stays behind.
 */
import { type Endpoint, errorOf, type Millis } from "../message/index.ts";
import type { ClientTls } from "../tls/index.ts";
import type { Channel } from "./channel.ts";
import { ConnectFailure, joinedFailure, systemFailure } from "./connect-failure.ts";
import { beginClientTls } from "./connect-tls.ts";
import {
  type Address,
  type AttemptError,
  type Attempting,
  type AttemptTold,
  interleaved,
  Race,
} from "./happy-eyeballs.ts";
import { type OpeningSocket, openingSocket } from "./socket-channel.ts";

export interface ConnectOptions {
  /** Where to: addresses are tried as RFC 8305 says (families take turns, the next after 250 ms), or a Unix socket. */
  readonly to: ConnectPlace;
  /** Connecting and the handshake together. */
  readonly timeout: Millis;
  /** Made once per upstream; undefined: in the clear. */
  readonly tls: ClientTls | undefined;
  /** Octets that go first, before TLS (PROXY protocol). */
  readonly first: Uint8Array | undefined;
  /** How the socket is read; "borrowed" unless a test wants the fallback. */
  readonly reading?: "borrowed" | "plain";
}

export type ConnectPlace =
  | { readonly type: "tcp"; readonly addresses: readonly Address[]; readonly port: number }
  | { readonly type: "unix"; readonly path: string };

export interface Connecting {
  /** Gives up, at whatever stage: nothing is told any more. After the answer it does nothing. */
  cancel(): void;
}

/**
 * Opens a connection.
 *
 * @param done - Told once, after this has returned: a channel nobody reads yet, whose owner
 *   attaches to it or destroys it; or why there is none.
 * @throws Never.
 */
export function connect(
  options: ConnectOptions,
  done: (result: Channel | ConnectFailure) => void,
): Connecting {
  return new Opening(options, done);
}

class Opening implements Connecting {
  readonly #options: ConnectOptions;
  readonly #done: (result: Channel | ConnectFailure) => void;
  readonly #timer: NodeJS.Timeout;
  #stage: Attempting | undefined;
  /** Where it has got to, for words. */
  #waitsFor: () => string;
  #over = false;

  constructor(options: ConnectOptions, done: (result: Channel | ConnectFailure) => void) {
    this.#options = options;
    this.#done = done;
    this.#timer = setTimeout(() => this.#late(), options.timeout);
    const { to } = options;
    if (to.type === "unix") {
      this.#waitsFor = () => `${to.path}: not connected`;
      this.#stage = attempt({ path: to.path }, options, {
        won: (opened) => this.#connected(opened, { address: to.path, port: 0, family: "unix" }),
        failed: (error) => this.#answer(systemFailure(to.path, error)),
      });
      return;
    }
    const { port } = to;
    const addresses = interleaved(to.addresses);
    if (addresses.length === 0) {
      this.#waitsFor = () => "no address to connect to";
      queueMicrotask(() => this.#answer(new ConnectFailure("unreachable", "no address to connect to")));
      return;
    }
    const failures = (errors: readonly AttemptError[]): ConnectFailure[] =>
      errors.map(({ address, error }) => systemFailure(shownPlace(address, port), error));
    const race = new Race<OpeningSocket>(
      addresses,
      (address, told) => attempt({ host: address.address, port }, options, told),
      (opened, { address, family }) =>
        this.#connected(opened, { address, port, family: family === 6 ? "ipv6" : "ipv4" }),
      (errors) => this.#answer(joinedFailure(failures(errors))),
    );
    this.#stage = race;
    this.#waitsFor = () => {
      const { errors } = race;
      const waiting = addresses.filter((one) => errors.every(({ address }) => address !== one));
      const places = waiting.map((address) => shownPlace(address, port)).join(", ");
      return [...failures(errors).map(({ detail }) => detail), `${places}: not connected`].join("; ");
    };
  }

  cancel(): void {
    if (!this.#over) {
      this.#over = true;
      clearTimeout(this.#timer);
      this.#stage?.cancel();
    }
  }

  #connected(opened: OpeningSocket, remote: Endpoint): void {
    const { tls, first, reading = "borrowed" } = this.#options;
    const place = remote.family === "unix" ? remote.address : shownEndpoint(remote);
    if (tls === undefined) {
      const channel = opened.channel(remote);
      if (first !== undefined) {
        channel.write([first]);
      }
      this.#answer(channel);
      return;
    }
    this.#waitsFor = () => `${place}: the TLS handshake was not through`;
    this.#stage = beginClientTls({ socket: opened.socket, remote, place, tls, first, reading }, (result) =>
      this.#answer(result),
    );
  }

  #late(): void {
    const detail = `${this.#waitsFor()} within ${this.#options.timeout / 1000} s`;
    this.#stage?.cancel();
    this.#answer(new ConnectFailure("timeout", detail));
  }

  #answer(result: Channel | ConnectFailure): void {
    if (!this.#over) {
      this.#over = true;
      clearTimeout(this.#timer);
      this.#done(result);
    }
  }
}

/** One attempt at one place. */
function attempt(
  to: { readonly path: string } | { readonly host: string; readonly port: number },
  { tls, reading = "borrowed" }: ConnectOptions,
  told: AttemptTold<OpeningSocket>,
): Attempting {
  // Below TLS another socket takes the handle over, which reads.
  const opening = openingSocket(tls === undefined ? reading : "plain");
  const { socket } = opening;
  let over = false;
  // Stays for the life of the socket: an error before anybody attaches must not end the process.
  socket.on("error", (error) => {
    if (!over) {
      over = true;
      told.failed(error);
    }
  });
  socket.once("connect", () => {
    over = true;
    if ("port" in to && socket.localPort === to.port && socket.localAddress === to.host) {
      // Nobody listens there, and the system gave us that very port: we met ourselves (RFC 9293 §3.5).
      socket.resetAndDestroy();
      told.failed(Object.assign(new Error("nobody listens there"), { code: "ECONNREFUSED" }));
    } else {
      told.won(opening);
    }
  });
  try {
    socket.connect({ ...to, autoSelectFamily: false });
  } catch (error) {
    // Such as a port that is none.
    socket.destroy(errorOf(error));
  }
  return { cancel: () => socket.destroy() };
}

function shownPlace({ address, family }: Address, port: number): string {
  return family === 6 ? `[${address}]:${port}` : `${address}:${port}`;
}

function shownEndpoint({ address, family, port }: Endpoint): string {
  return shownPlace({ address, family: family === "ipv6" ? 6 : 4 }, port);
}
