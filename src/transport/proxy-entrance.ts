/**
 * Listeners behind a proxy that tells whom it speaks for by a PROXY header, before anything else.
 *
 * From a trusted peer the header is required, for a connection with and one without would mean different
 * clients; anybody else is turned away, for a header would let him choose who he is
 * (the PROXY protocol's specification, §2 and §5).
 */
import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Endpoint, Millis } from "../message/index.ts";
import { readProxyHeader } from "../protocol/proxy-protocol/index.ts";
import type { Channel } from "./channel.ts";
import { type Ends, localOf, remoteOf } from "./endpoints.ts";
import { borrowingSocket } from "./handles.ts";
import { begunChannel } from "./socket-channel.ts";
import { defaultHandshake, type TlsEntrance } from "./tls-listener.ts";

export interface ProxyListening {
  /** Whether this peer may tell whom it speaks for. */
  trusts(peer: Endpoint): boolean;
  /** How long the header may take; 10 seconds unless told. */
  readonly patience?: Millis;
  /** Told of connections turned away, once for each peer and reason; without it, that is an error of the listener. */
  turnedAway?(line: string): void;
}

export interface ProxyDoor extends ProxyListening {
  readonly reading: "borrowed" | "plain";
  /** Where connections go on whose header was read; undefined: to `accept`. */
  readonly tls: TlsEntrance | undefined;
  accept(channel: Channel): void;
  onError(error: Error): void;
}

/** Peers remembered as told of; then telling begins anew. */
const mostTold = 1_000;

export class ProxyEntrance {
  readonly #door: ProxyDoor;
  readonly #arriving = new Set<Arrival>();
  readonly #told = new Set<string>();

  constructor(door: ProxyDoor) {
    this.#door = door;
  }

  /** @param accepted - With `pauseOnConnect` and `allowHalfOpen`. */
  enter(accepted: Socket, listener: Endpoint): void {
    const arrival = this.#arrive(accepted, "plain", listener);
    if (arrival !== undefined) {
      const hears = (bytes: Buffer): void => {
        accepted.off("data", hears);
        accepted.pause();
        arrival.deliver(bytes);
        if (!arrival.over) {
          accepted.on("data", hears);
          accepted.resume();
        }
      };
      accepted.on("data", hears);
      accepted.resume();
    }
  }

  /** The same for a connection of which there is no socket yet. */
  enterHandle(handle: object, listener: Endpoint): void {
    const deliver = { to: (_bytes: Uint8Array): void => undefined };
    const socket = borrowingSocket(handle, (bytes) => deliver.to(bytes));
    const arrival = this.#arrive(socket, "borrowed", listener, deliver);
    if (arrival !== undefined) {
      deliver.to = (bytes) => arrival.deliver(bytes);
      socket.resume();
    }
  }

  /** Cuts connections whose header has not come; others live on. */
  close(): void {
    for (const arrival of this.#arriving) {
      arrival.socket.destroy();
    }
    this.#door.tls?.close();
  }

  #arrive(
    socket: Socket,
    reading: "borrowed" | "plain",
    listener: Endpoint,
    deliver?: { to: (bytes: Uint8Array) => void },
  ): Arrival | undefined {
    const peer = remoteOf(socket, listener);
    socket.on("error", () => undefined);
    if (peer.address === "") {
      // Gone before we saw it: nobody knows who it was.
      socket.destroy();
      return undefined;
    }
    if (!this.#door.trusts(peer)) {
      this.#tell(peer, "it is not trusted to say by PROXY protocol whom it speaks for, see `trustedProxies`");
      socket.destroy();
      return undefined;
    }
    const { patience = defaultHandshake, tls, accept } = this.#door;
    const arrival = new Arrival(socket, patience, {
      read: (rest, source, destination) => {
        this.#arriving.delete(arrival);
        const ends: Ends =
          source === undefined
            ? { remote: peer }
            : { remote: source, local: destination ?? localOf(socket, listener), peer };
        const begun = {
          socket,
          reading,
          ends,
          rest,
          deliverTo: (to: (bytes: Uint8Array) => void) => {
            if (deliver !== undefined) {
              deliver.to = to;
            }
          },
        };
        if (tls === undefined) {
          accept(begunChannel(begun, listener));
        } else {
          tls.enterBegun(begun, listener);
        }
      },
      gone: (because) => {
        this.#arriving.delete(arrival);
        if (because !== undefined) {
          this.#tell(peer, because);
        }
      },
    });
    this.#arriving.add(arrival);
    return arrival;
  }

  #tell({ address }: Endpoint, because: string): void {
    const line = `a connection from ${address} was closed: ${because}`;
    if (!this.#told.has(line)) {
      if (this.#told.size >= mostTold) {
        this.#told.clear();
      }
      this.#told.add(line);
      const { turnedAway, onError } = this.#door;
      if (turnedAway === undefined) {
        onError(new Error(line));
      } else {
        turnedAway(line);
      }
    }
  }
}

/** Told once, one of them. */
interface ArrivalTold {
  /** @param rest - What came after the header; a copy. */
  read(rest: Uint8Array, source: Endpoint | undefined, destination: Endpoint | undefined): void;
  /** @param because - undefined where it just left, as health checks do. */
  gone(because: string | undefined): void;
}

/** A connection until its header has come. */
class Arrival {
  readonly socket: Socket;
  /** Nothing more is taken. */
  over = false;
  readonly #told: ArrivalTold;
  readonly #timer: NodeJS.Timeout;
  #seen: Uint8Array = new Uint8Array(0);

  constructor(socket: Socket, patience: Millis, told: ArrivalTold) {
    this.socket = socket;
    this.#told = told;
    this.#timer = setTimeout(() => this.#close(`no PROXY header came within ${patience / 1000} s`), patience);
    socket.on("end", this.#left);
    socket.on("close", this.#left);
  }

  /** @param bytes - Borrowed. */
  deliver(bytes: Uint8Array): void {
    if (this.over) {
      return;
    }
    const seen = Buffer.concat([this.#seen, bytes]);
    const reading = readProxyHeader(seen);
    switch (reading.type) {
      case "incomplete":
        this.#seen = seen;
        return;
      case "fault":
        this.#close(reading.detail);
        return;
      case "header":
        this.#finish();
        this.socket.pause();
        this.#told.read(seen.subarray(reading.octets), reading.source, reading.destination);
    }
  }

  readonly #left = (): void => this.#close(undefined);

  #close(because: string | undefined): void {
    if (!this.over) {
      this.#finish();
      this.socket.destroy();
      this.#told.gone(because);
    }
  }

  #finish(): void {
    this.over = true;
    clearTimeout(this.#timer);
    this.socket.off("end", this.#left);
    this.socket.off("close", this.#left);
  }
}
