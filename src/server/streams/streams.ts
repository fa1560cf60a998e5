/** The streams of a server: they listen, pass on what comes, and end with the server. */
import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { NormalStream } from "../../config/index.ts";
import { formatHost } from "../../fields/index.ts";
import type { Clock, Endpoint } from "../../message/index.ts";
import type { Reporter } from "../../observe/index.ts";
import { createTermination, type TlsTermination } from "../../tls/index.ts";
import {
  type Deadlines,
  type OpenListener,
  openListener,
  type ProxyListening,
  type TlsListening,
} from "../../transport/index.ts";
import { BrokenLines } from "../broken-lines.ts";
import type { StreamFacts } from "../control/facts.ts";
import { Connections, type ConnectionsOptions } from "./connections.ts";
import { Datagrams } from "./datagrams.ts";
import type { Outlet } from "./outlet.ts";

export interface StreamsOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly reporter: Reporter;
  readonly reading: "borrowed" | "plain";
  /** Whether a peer may say by PROXY protocol for whom it speaks. */
  trusts(peer: Endpoint): boolean;
  /** The upstreams of a stream. */
  outlet(stream: NormalStream): Outlet;
}

export class Streams {
  readonly #streams: readonly RunningStream[];
  #onEmpty: (() => void) | undefined;

  constructor(streams: readonly NormalStream[], options: StreamsOptions) {
    this.#streams = streams.map((stream) => new RunningStream(stream, options, () => this.#maybeEmpty()));
  }

  /** Connections, and clients that send datagrams. */
  get active(): number {
    return this.#streams.reduce((sum, { active }) => sum + active, 0);
  }

  /** Where they listen; none before they do. */
  get addresses(): readonly (Endpoint & { readonly url: string })[] {
    return this.#streams.flatMap(({ local, url }) => (local === undefined ? [] : [{ ...local, url }]));
  }

  get facts(): readonly StreamFacts[] {
    return this.#streams.flatMap(({ facts }) => (facts === undefined ? [] : [facts]));
  }

  /**
   * Opens all of them, or none.
   *
   * @throws Error with a `code` when a place cannot be had; TlsError where a certificate cannot be used.
   */
  async open(): Promise<void> {
    try {
      for (const stream of this.#streams) {
        await stream.open();
      }
    } catch (error) {
      await this.shutdown();
      this.cut();
      throw error;
    }
  }

  /** Stops listening; what is open goes on. */
  async shutdown(): Promise<void> {
    await Promise.all(this.#streams.map((stream) => stream.shutdown()));
  }

  /** Settles once nothing is open any more. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      this.#maybeEmpty();
    });
  }

  /** Cuts what is open. */
  cut(): void {
    for (const stream of this.#streams) {
      stream.cut();
    }
  }

  #maybeEmpty(): void {
    if (this.active === 0) {
      this.#onEmpty?.();
    }
  }
}

class RunningStream {
  readonly #stream: NormalStream;
  readonly #options: StreamsOptions;
  readonly #outlet: Outlet;
  readonly #traffic: Connections | Datagrams;
  #listener: OpenListener | undefined;
  #termination: TlsTermination | undefined;
  /** Where it listens; undefined: it does not. */
  local: Endpoint | undefined;

  constructor(stream: NormalStream, options: StreamsOptions, emptied: () => void) {
    this.#stream = stream;
    this.#options = options;
    this.#outlet = options.outlet(stream);
    const { clock, deadlines, reporter } = options;
    const lines = new BrokenLines(clock, (line) => reporter.warn(line));
    const common: ConnectionsOptions = {
      clock,
      deadlines,
      outlet: this.#outlet,
      idle: stream.idle,
      most: stream.connections,
      tell: (line) => lines.tell(`stream ${this.url}: ${line}`),
      emptied,
    };
    this.#traffic =
      stream.listener.type === "udp"
        ? new Datagrams({ ...common, replies: stream.replies })
        : new Connections(common);
  }

  get active(): number {
    return this.#traffic.active;
  }

  get facts(): StreamFacts | undefined {
    const { active, total } = this.#traffic;
    return this.local === undefined ? undefined : { url: this.url, group: this.#outlet.name, active, total };
  }

  async open(): Promise<void> {
    const { listener } = this.#stream;
    const traffic = this.#traffic;
    if (traffic instanceof Datagrams) {
      const { host, port } = listener as { host: string | undefined; port: number };
      this.local = await traffic.open(host === undefined ? undefined : await addressOf(host), port);
    } else if (listener.type !== "udp") {
      const { reading, reporter } = this.#options;
      this.#listener = await openListener(listener, (channel) => traffic.accept(channel), {
        reading,
        tls: await this.#terminate(),
        proxyProtocol: this.#proxied,
        onError: (error) => reporter.warn(`stream ${this.url}: the listener failed: ${error.message}`),
      });
      this.local = this.#listener.local;
    }
  }

  async shutdown(): Promise<void> {
    if (this.#traffic instanceof Datagrams) {
      this.#traffic.shutdown();
    }
    await this.#listener?.close();
    this.#listener = undefined;
    this.local = undefined;
    this.#termination?.close();
  }

  cut(): void {
    this.#traffic.cut();
  }

  get #proxied(): ProxyListening | undefined {
    const { listener } = this.#stream;
    const { reporter, trusts } = this.#options;
    const turnedAway = (line: string): void => reporter.warn(`stream ${this.url}: ${line}`);
    return listener.type !== "udp" && listener.proxyProtocol ? { trusts, turnedAway } : undefined;
  }

  async #terminate(): Promise<TlsListening | undefined> {
    const { listener } = this.#stream;
    if (listener.type !== "tcp" || listener.tls === undefined) {
      return undefined;
    }
    const { clock, reporter } = this.#options;
    this.#termination = await createTermination({ ...listener.tls, clock, reporter });
    const { handshake } = listener.tls;
    return { termination: this.#termination, http2: false, protocols: [], handshake, clock, reporter };
  }

  /** As asked for until it listens, then with the port that the system chose. */
  get url(): string {
    const { listener } = this.#stream;
    if (listener.type === "unix") {
      return `unix:${listener.path}`;
    }
    const scheme = listener.type === "udp" ? "udp" : listener.tls === undefined ? "tcp" : "tls";
    const port = this.local?.port ?? listener.port;
    return `${scheme}://${formatHost({ host: listener.host ?? "localhost", port })}`;
  }
}

/** Sockets for datagrams are of one family, so that a name has to be looked up before. */
async function addressOf(host: string): Promise<string> {
  return isIP(host) === 0 ? (await lookup(host)).address : host;
}
