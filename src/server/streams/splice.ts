/**
 * Two connections as one: what comes on either leaves on the other, with backpressure, and each half ends
 * by itself.
 */
import { Buffer } from "node:buffer";
import type { Clock, Millis, Octets } from "../../message/index.ts";
import type { Channel, Deadlines, Receiver, Timed } from "../../transport/index.ts";
import type { EarlyWords } from "./early-words.ts";

/** Octets that one arrival can bring. */
const most: Octets = 65_536;

/** Arrivals are lent: they leave from here, and only what could not leave at once keeps its block. */
let block: Buffer = Buffer.allocUnsafeSlow(most);

export interface SpliceParts {
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** How long neither side may say anything. */
  readonly idle: Millis;
  /**
   * Both are closed.
   *
   * @param fault - What broke it; undefined: both sides ended, or it was cut from here.
   */
  over(splice: Splice, fault: SpliceFault | undefined): void;
}

export interface SpliceFault {
  readonly side: "client" | "upstream" | "idle";
  readonly detail: string;
}

export class Splice implements Timed {
  bucket = 0;
  /** From the upstream; 0: it never said anything. */
  replied: Octets = 0;
  readonly #parts: SpliceParts;
  readonly #client: Side;
  readonly #upstream: Side;
  #heard: Millis;
  #open = 2;
  #fault: SpliceFault | undefined;

  /** @param early - What the client said while the upstream was being connected to. */
  constructor(client: Channel, early: EarlyWords, upstream: Channel, parts: SpliceParts) {
    this.#parts = parts;
    this.#heard = parts.clock.now();
    this.#client = new Side("client", client, this);
    this.#upstream = new Side("upstream", upstream, this);
    parts.deadlines.watch(this);
    client.attach(this.#client);
    upstream.attach(this.#upstream);
    early.tell(this.#client);
  }

  get deadline(): Millis | undefined {
    return this.#open === 0 ? undefined : this.#heard + this.#parts.idle;
  }

  expire(): void {
    this.#blame("idle", `nothing was said for ${this.#parts.idle / 1_000} s`);
    this.cut();
  }

  /** Closes both sides now; both peers see an error, for what was said may not have been all. */
  cut(): void {
    this.#client.channel.destroy("reset");
    this.#upstream.channel.destroy("reset");
  }

  /** @internal `bytes` came on one side. */
  heard(from: Side, bytes: Uint8Array): void {
    this.#heard = this.#parts.clock.now();
    if (from === this.#upstream) {
      this.replied += bytes.length;
    }
    if (!this.#otherOf(from).send(bytes)) {
      from.channel.pause();
    }
  }

  /** @internal One side will say nothing more. */
  ended(from: Side): void {
    this.#heard = this.#parts.clock.now();
    this.#otherOf(from).channel.end();
  }

  /** @internal What one side was sent has left: the other may go on. */
  flushed(to: Side): void {
    this.#heard = this.#parts.clock.now();
    this.#otherOf(to).channel.resume();
  }

  /** @internal One side is gone. */
  closed(from: Side, error: Error | undefined): void {
    this.#open -= 1;
    if (this.#open === 0) {
      this.#parts.deadlines.forget(this);
      this.#parts.over(this, this.#fault);
      return;
    }
    if (error !== undefined || !from.ended) {
      this.#blame(from.name, error?.message ?? "it closed before its end");
      this.#otherOf(from).channel.destroy("reset");
    }
  }

  #blame(side: SpliceFault["side"], detail: string): void {
    this.#fault ??= { side, detail };
  }

  #otherOf(side: Side): Side {
    return side === this.#client ? this.#upstream : this.#client;
  }
}

/** One of the two connections. */
class Side implements Receiver {
  readonly name: "client" | "upstream";
  readonly channel: Channel;
  /** It said all that it had to say. */
  ended = false;
  readonly #splice: Splice;

  constructor(name: Side["name"], channel: Channel, splice: Splice) {
    this.name = name;
    this.channel = channel;
    this.#splice = splice;
  }

  /** @returns Whether all has left. */
  send(bytes: Uint8Array): boolean {
    if (bytes.length > most) {
      return this.channel.write([Buffer.from(bytes)]);
    }
    const own = block.subarray(0, bytes.length);
    own.set(bytes);
    const all = this.channel.write([own]);
    if (!all) {
      block = Buffer.allocUnsafeSlow(most);
    }
    return all;
  }

  receive(bytes: Uint8Array): void {
    this.#splice.heard(this, bytes);
  }

  end(): void {
    this.ended = true;
    this.#splice.ended(this);
  }

  flushed(): void {
    this.#splice.flushed(this);
  }

  closed(error: Error | undefined): void {
    this.#splice.closed(this, error);
  }
}
