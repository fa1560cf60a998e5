/**
 * A stream of datagrams: each client gets a socket of its own to one upstream, for as long as either of
 * them says something, and what comes back on it goes to that client.
 */
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import type { Endpoint } from "../../message/index.ts";
import type { ConnectionsOptions } from "./connections.ts";
import { words } from "./connections.ts";
import { DatagramSession } from "./datagram-session.ts";

export interface DatagramsOptions extends ConnectionsOptions {
  /** A client is forgotten after so many replies; undefined: after `idle` only. */
  readonly replies: number | undefined;
}

export class Datagrams {
  readonly #options: DatagramsOptions;
  /** By client; the one longest silent first. */
  readonly #sessions = new Map<string, DatagramSession>();
  #socket: Socket | undefined;
  #closing = false;
  total = 0;

  constructor(options: DatagramsOptions) {
    this.#options = options;
  }

  get active(): number {
    return this.#sessions.size;
  }

  /**
   * @param host - An address; undefined: every interface.
   * @returns Where it listens.
   * @throws Error with a `code` when the place cannot be had.
   */
  async open(host: string | undefined, port: number): Promise<Endpoint> {
    this.#socket = await bound(host, port);
    const { address, port: chosen, family } = this.#socket.address();
    this.#socket.on("message", (message, from) => this.received(message, from));
    this.#socket.on("error", (error) => this.#options.tell(`the socket failed: ${error.message}`));
    return { address, port: chosen, family: family === "IPv6" ? "ipv6" : "ipv4" };
  }

  /** Takes no further client; those stay whose last datagram has no reply yet. */
  shutdown(): void {
    this.#closing = true;
    for (const session of [...this.#sessions.values()]) {
      session.finish();
    }
    this.#maybeEmptied();
  }

  /** Forgets every client, and closes the socket. */
  cut(): void {
    for (const session of [...this.#sessions.values()]) {
      session.close();
    }
    this.#socket?.close();
    this.#socket = undefined;
  }

  /** @internal A datagram came in. */
  received(message: Buffer, from: Pick<RemoteInfo, "address" | "port">): void {
    if (from.port === 0) {
      // Nobody can be answered there (RFC 768): whoever sends so wants no reply, or invented it.
      return;
    }
    const key = `${from.address} ${from.port}`;
    const session = this.#sessions.get(key);
    if (session !== undefined) {
      this.#sessions.delete(key);
      this.#sessions.set(key, session);
      session.send(message);
    } else if (!this.#closing) {
      this.#begin(key, from).send(message);
    }
  }

  #begin(key: string, from: Pick<RemoteInfo, "address" | "port">): DatagramSession {
    const { most, tell, replies, outlet, clock, deadlines, idle } = this.#options;
    if (this.#sessions.size >= most) {
      const [oldest] = this.#sessions.values();
      oldest?.close();
      tell(`more than ${most} clients, which is the limit: who was silent longest is forgotten`);
    }
    this.total += 1;
    const session = new DatagramSession({
      clock,
      deadlines,
      idle,
      replies,
      opening: outlet.hold({ key: from.address }),
      reply: (bytes) => this.#socket?.send(bytes, from.port, from.address, () => undefined),
      lost: (why) => tell(`a datagram of ${from.address} was lost: ${why}`),
      over: (error) => {
        this.#sessions.delete(key);
        if (error !== undefined) {
          tell(`datagrams of ${from.address} were lost: ${words(error)}`);
        }
        this.#maybeEmptied();
      },
    });
    this.#sessions.set(key, session);
    return session;
  }

  #maybeEmptied(): void {
    if (this.#closing && this.#sessions.size === 0) {
      this.#options.emptied();
    }
  }
}

async function bound(host: string | undefined, port: number): Promise<Socket> {
  if (host !== undefined) {
    return bind(createSocket(host.includes(":") ? "udp6" : "udp4"), port, host);
  }
  try {
    return await bind(createSocket({ type: "udp6", ipv6Only: false }), port, "::");
  } catch (error) {
    // No IPv6 on this machine: every IPv4 interface then.
    if (!["EAFNOSUPPORT", "EADDRNOTAVAIL", "EINVAL"].includes((error as NodeJS.ErrnoException).code ?? "")) {
      throw error;
    }
    return bind(createSocket("udp4"), port, "0.0.0.0");
  }
}

async function bind(socket: Socket, port: number, address: string): Promise<Socket> {
  try {
    const listening = once(socket, "listening");
    // Exclusive: a worker of a cluster would otherwise share it with the others.
    socket.bind({ port, address, exclusive: true });
    await listening;
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}
