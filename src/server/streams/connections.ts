/** A stream of connections: each that comes in is joined to one that goes out. */
import type { Clock, Endpoint, Millis } from "../../message/index.ts";
import type { Channel, Deadlines } from "../../transport/index.ts";
import { type Opened, type Opening, UpstreamError } from "../../upstream/index.ts";
import { EarlyWords } from "./early-words.ts";
import type { Outlet } from "./outlet.ts";
import { Splice, type SpliceFault } from "./splice.ts";

export interface ConnectionsOptions {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly outlet: Outlet;
  readonly idle: Millis;
  /** At once; more are turned away. */
  readonly most: number;
  /** Told what the operator should know. */
  tell(line: string): void;
  /** The last one is gone. */
  emptied(): void;
}

export class Connections {
  readonly #options: ConnectionsOptions;
  /** Those for whom an upstream is looked for. */
  readonly #opening = new Map<Channel, Opening<Opened>>();
  readonly #splices = new Set<Splice>();
  /** That there ever were. */
  total = 0;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  get active(): number {
    return this.#opening.size + this.#splices.size;
  }

  accept(client: Channel): void {
    const { outlet, most, tell } = this.#options;
    this.total += 1;
    if (this.active >= most) {
      tell(`the connection of ${who(client.remote)} was turned away: ${most} are open, which is the limit`);
      client.attach(new EarlyWords(client, () => undefined));
      client.destroy("reset");
      return;
    }
    const { remote, local } = client;
    const opening = outlet.open({ key: remote.address, client: remote, local });
    this.#opening.set(client, opening);
    const early = new EarlyWords(client, () => this.#left(client));
    opening.opened.then(
      (opened) => this.#join(client, early, opened),
      (error: Error) => this.#failed(client, error),
    );
  }

  /** Cuts all that there are. */
  cut(): void {
    for (const client of [...this.#opening.keys()]) {
      client.destroy("reset");
    }
    for (const splice of [...this.#splices]) {
      splice.cut();
    }
  }

  #join(client: Channel, early: EarlyWords, opened: Opened): void {
    if (!this.#opening.delete(client)) {
      // The client left as the connection came about.
      opened.channel.attach(new EarlyWords(opened.channel, () => opened.finished()));
      opened.channel.destroy();
      return;
    }
    const { clock, deadlines, idle, tell, emptied } = this.#options;
    const splice = new Splice(client, early, opened.channel, {
      clock,
      deadlines,
      idle,
      over: (one, fault) => {
        this.#splices.delete(one);
        opened.finished(one.replied === 0 ? blame(fault) : undefined);
        if (fault?.side === "upstream") {
          tell(`${opened.member.id} broke the connection of ${who(client.remote)}: ${fault.detail}`);
        }
        if (this.active === 0) {
          emptied();
        }
      },
    });
    this.#splices.add(splice);
  }

  #left(client: Channel): void {
    const opening = this.#opening.get(client);
    if (opening !== undefined) {
      this.#opening.delete(client);
      opening.cancel(new Error("the client left"));
      if (this.active === 0) {
        this.#options.emptied();
      }
    }
  }

  #failed(client: Channel, error: Error): void {
    if (this.#opening.has(client)) {
      this.#options.tell(`the connection of ${who(client.remote)} found no upstream: ${words(error)}`);
      client.destroy("reset");
    }
  }
}

/** An upstream that breaks a connection before it said anything is to blame for it. */
function blame(fault: SpliceFault | undefined): Error | undefined {
  return fault?.side === "upstream" ? new Error(fault.detail) : undefined;
}

/** Why there is no upstream: what each of them said where several were asked. */
export function words(error: Error): string {
  if (!(error instanceof UpstreamError)) {
    return error.message;
  }
  const each = error.reasons.map(({ member, detail }) => `${member}: ${detail}`);
  return each.length > 1 ? each.join("; ") : error.detail;
}

export function who({ address, port, family }: Endpoint): string {
  if (family === "unix" || family === "memory") {
    return "a local client";
  }
  return family === "ipv6" ? `[${address}]:${port}` : `${address}:${port}`;
}
