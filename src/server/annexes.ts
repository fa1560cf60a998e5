/** What a server opens besides its listeners for requests: its streams, and its control socket. */
import type { NormalConfig } from "../config/index.ts";
import type { Clock } from "../message/index.ts";
import type { Reporter } from "../observe/index.ts";
import type { Resource } from "../pipeline/index.ts";
import { trusts } from "../routes/index.ts";
import type { Deadlines } from "../transport/index.ts";
import { groupKey, streamSchemes, type UpstreamHouse } from "../upstream/index.ts";
import type { ListenerFacts, StatusFacts } from "./control/facts.ts";
import { ControlSocket } from "./control/socket.ts";
import { ownVersion } from "./control/version.ts";
import { Streams } from "./streams/streams.ts";

export interface AnnexOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly reporter: Reporter;
  readonly reading: "borrowed" | "plain";
  readonly house: UpstreamHouse;
  take<R extends Resource>(key: string, make: () => R): R;
  /** Where the control socket is if the configuration says nothing of it. */
  readonly control: string | undefined;
  /** Where requests are listened for. */
  listeners(): readonly ListenerFacts[];
  /** Open now, those of streams apart. */
  connections(): number;
}

export class Annexes {
  readonly #config: NormalConfig;
  readonly #options: AnnexOptions;
  readonly #streams: Streams;
  readonly #control: ControlSocket | undefined;
  #since = 0;
  #draining = false;

  constructor(config: NormalConfig, options: AnnexOptions) {
    this.#config = config;
    this.#options = options;
    const { clock, deadlines, reporter, reading, house, take } = options;
    this.#streams = new Streams(config.streams, {
      clock,
      deadlines,
      reporter,
      reading,
      trusts: (peer) => trusts(config.trustedProxies, peer),
      outlet: ({ upstream }) => take(groupKey(upstream), () => house.group(upstream, streamSchemes)),
    });
    this.#control = this.#controlSocket();
  }

  /** Where streams listen. */
  get addresses(): Streams["addresses"] {
    return this.#streams.addresses;
  }

  /** @throws Error with a `code` where a stream cannot listen; where the configured control socket cannot be had. */
  async open(): Promise<void> {
    await this.#streams.open();
    this.#since = this.#options.clock.wall();
    try {
      await this.#control?.open();
    } catch (error) {
      await this.#streams.shutdown();
      this.#streams.cut();
      throw error;
    }
  }

  /** Streams take nobody new. */
  async shutdown(): Promise<void> {
    this.#draining = true;
    await this.#streams.shutdown();
  }

  /** Settles once no stream has anything under way. */
  emptied(): Promise<void> {
    return this.#streams.emptied();
  }

  /** Cuts what is left, and takes the control socket away. */
  async close(): Promise<void> {
    this.#streams.cut();
    await this.#control?.close();
  }

  #controlSocket(): ControlSocket | undefined {
    const { clock, reporter, house, control } = this.#options;
    const named = this.#config.control;
    const path = named ?? control;
    if (path === undefined || path === false) {
      return undefined;
    }
    const status = (): StatusFacts => this.#status();
    const controlled = {
      status,
      get groups() {
        return house.groups;
      },
    };
    return new ControlSocket({ path, chosen: named === undefined, clock, reporter, controlled });
  }

  #status(): StatusFacts {
    const { listeners, connections } = this.#options;
    return {
      version: ownVersion(),
      pid: process.pid,
      since: this.#since,
      state: this.#draining ? "draining" : "serving",
      listeners: listeners().map(({ url, address, port }) => ({ url, address, port })),
      connections: connections(),
      sites: this.#config.sites.length,
      streams: this.#streams.facts,
      memory: process.memoryUsage.rss(),
    };
  }
}
