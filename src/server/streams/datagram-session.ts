/** One client's datagrams: on a socket of its own to one upstream, and back. */
import { createSocket, type Socket } from "node:dgram";
import type { Clock, Millis, Octets } from "../../message/index.ts";
import type { Deadlines, Timed } from "../../transport/index.ts";
import type { Held, Opening } from "../../upstream/index.ts";

/** What may wait while the upstream is looked for; a datagram beyond is lost, as datagrams may be. */
const mostWaiting = { datagrams: 16, octets: 65_536 as Octets } as const;

export interface SessionOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly idle: Millis;
  readonly replies: number | undefined;
  readonly opening: Opening<Held>;
  reply(bytes: Buffer): void;
  /** One datagram could not be sent; the session goes on. */
  lost(why: string): void;
  /** @param error - Nothing could be sent, or the upstream refused. */
  over(error: Error | undefined): void;
}

export class DatagramSession implements Timed {
  bucket = 0;
  readonly #options: SessionOptions;
  #held: Held | undefined;
  #socket: Socket | undefined;
  #ready = false;
  #waiting: Buffer[] = [];
  #waitingOctets: Octets = 0;
  #replies = 0;
  /** The last datagram has no reply yet. */
  #owed = false;
  #finishing = false;
  #heard: Millis;
  #over = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#heard = options.clock.now();
    options.deadlines.watch(this);
    options.opening.opened.then(
      (held) => this.#found(held),
      (error: Error) => this.#end(error),
    );
  }

  get deadline(): Millis | undefined {
    return this.#over ? undefined : this.#heard + this.#options.idle;
  }

  expire(): void {
    this.close();
  }

  send(bytes: Buffer): void {
    this.#heard = this.#options.clock.now();
    this.#owed = true;
    if (this.#ready) {
      this.#socket?.send(bytes, (error) => this.#sent(error));
    } else if (
      this.#waiting.length < mostWaiting.datagrams &&
      this.#waitingOctets + bytes.length <= mostWaiting.octets
    ) {
      this.#waiting.push(bytes);
      this.#waitingOctets += bytes.length;
    }
  }

  /** Closes once the last datagram has its reply. */
  finish(): void {
    this.#finishing = true;
    if (!this.#owed) {
      this.close();
    }
  }

  close(): void {
    this.#end(undefined);
  }

  #found(held: Held): void {
    const { to } = held;
    const address = to.type === "tcp" ? to.addresses[0] : undefined;
    if (this.#over || to.type !== "tcp" || address === undefined) {
      held.finished();
      return;
    }
    this.#held = held;
    try {
      this.#connect(to.port, address);
    } catch (error) {
      // Service records may name port 0, to which nothing can be sent.
      this.#end(error as Error);
    }
  }

  #connect(port: number, address: { readonly address: string; readonly family: 4 | 6 }): void {
    const socket = createSocket(address.family === 6 ? "udp6" : "udp4");
    this.#socket = socket;
    socket.on("message", (bytes) => this.#received(bytes));
    socket.on("error", (error) => this.#end(error));
    socket.once("connect", () => {
      this.#ready = true;
      for (const bytes of this.#waiting.splice(0)) {
        socket.send(bytes, (error) => this.#sent(error));
      }
    });
    socket.connect(port, address.address);
  }

  #received(bytes: Buffer): void {
    this.#heard = this.#options.clock.now();
    this.#owed = false;
    this.#replies += 1;
    this.#options.reply(bytes);
    if (this.#finishing || this.#replies === this.#options.replies) {
      this.close();
    }
  }

  /** An upstream without a listener says so by ICMP, which the next datagram's sending is told. */
  #sent(error: NodeJS.ErrnoException | null): void {
    if (error === null || this.#over) {
      return;
    }
    if (error.code === "EMSGSIZE") {
      // IPv6 carries 20 octets more than IPv4: clients could send what no upstream takes.
      this.#options.lost("it is longer than can be sent to the upstream");
    } else {
      this.#end(error);
    }
  }

  #end(error: Error | undefined): void {
    if (this.#over) {
      return;
    }
    this.#over = true;
    const { deadlines, opening, over } = this.#options;
    deadlines.forget(this);
    opening.cancel(new Error("the client is forgotten"));
    this.#socket?.close();
    this.#held?.finished(blame(error));
    over(error);
  }
}

/** What says that nobody is there; whatever else fails, such as a lack of sockets, does so on this side. */
const upstreamGone: ReadonlySet<string | undefined> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETUNREACH",
]);

function blame(error: NodeJS.ErrnoException | undefined): Error | undefined {
  return upstreamGone.has(error?.code) ? error : undefined;
}
