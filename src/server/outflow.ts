/**
 * What leaves a connection: a machine's owed octets go to the channel, and pulled content goes
 * to the machine no faster than the channel takes it.
 */
import { errorOf, type Millis, MisuseError, type Octets, type PulledContent } from "../message/index.ts";
import type { Http1Server } from "../protocol/http1/index.ts";
import type { Channel } from "../transport/index.ts";
import type { Call } from "./call.ts";

/** Content a fast source may hand to a fast peer before others get their turn. */
const turnOctets: Octets = 1_048_576;

/** Empty pieces in a row that a source may answer where "pending" or "end" belongs. */
const mostEmpty = 1_000;

/** The session around it. */
export interface OutflowOwner {
  /** The channel is gone. */
  readonly gone: boolean;
  now(): Millis;
  /** A response's content is whole. */
  sent(call: Call): void;
  /** A response's content broke off. */
  broke(call: Call, error: Error): void;
  /** Goes on after octets have left or content has come. */
  settle(): void;
}

export class Outflow {
  readonly #channel: Channel;
  readonly #machine: Http1Server;
  readonly #owner: OutflowOwner;
  #flushed = true;
  #pumping = false;
  /** Asked for while another call's content, or its own, was being moved. */
  #next: Call | undefined;
  #stalledSince: Millis = 0;
  #waiting: Octets = 0;

  constructor(channel: Channel, machine: Http1Server, owner: OutflowOwner) {
    this.#channel = channel;
    this.#machine = machine;
    this.#owner = owner;
  }

  /** Everything written has left. */
  get flushed(): boolean {
    return this.#flushed;
  }

  /** Content is being moved: whoever would settle waits until that is over. */
  get pumping(): boolean {
    return this.#pumping;
  }

  /** Since when the peer has taken nothing; undefined when nothing waits for it. */
  get stalledSince(): Millis | undefined {
    return this.#flushed ? undefined : this.#stalledSince;
  }

  /** Looks whether the peer has taken anything since the last look; begins the wait anew if so. */
  progressed(now: Millis): boolean {
    const { waiting } = this.#channel;
    const moved = waiting < this.#waiting;
    this.#waiting = waiting;
    if (moved) {
      this.#stalledSince = now;
    }
    return moved;
  }

  /** From the channel: everything written has left. */
  leftAll(): void {
    this.#flushed = true;
  }

  /** Writes what the machine owes. */
  write(): void {
    const chunks = this.#machine.drain();
    if (chunks.length > 0) {
      this.#flushed = this.#channel.write(chunks);
      // The machine uses its list again: until then it would hold on to what was written.
      this.#machine.drain();
      if (!this.#flushed) {
        this.#stalledSince = this.#owner.now();
        this.#waiting = this.#channel.waiting;
      }
    }
  }

  /** Moves a response's pulled content while the channel takes octets at once. */
  pump(call: Call): void {
    if (this.#pumping) {
      this.#next = call;
      return;
    }
    const content = call.response?.content;
    if (call.over || content?.type !== "pulled" || this.#machine.sendable(call.stream) === 0) {
      return;
    }
    this.#pumping = true;
    try {
      this.#pull(call, content);
    } catch (error) {
      this.#machine.reset(call.stream);
      this.#owner.broke(call, errorOf(error));
    } finally {
      this.#pumping = false;
    }
    const next = this.#next;
    this.#next = undefined;
    if (next === call) {
      this.#yield(call);
    } else if (next !== undefined) {
      this.pump(next);
    }
  }

  #pull(call: Call, content: PulledContent): void {
    let turn = 0;
    let empty = 0;
    content.onReadable = () => {
      this.pump(call);
      this.#owner.settle();
    };
    while (this.#flushed) {
      const piece = content.read();
      if (piece === "pending") {
        return;
      }
      if (piece === "end") {
        if (content.length !== undefined && call.octets < content.length) {
          throw new Error(`content ended after ${call.octets} octets, ${content.length} were announced`);
        }
        this.#machine.complete(call.stream, content.trailers, this.#owner.now());
        this.#owner.sent(call);
        return;
      }
      if (!(piece instanceof Uint8Array)) {
        throw new MisuseError(`content answered ${typeof piece}, wanted octets`);
      }
      if (piece.length === 0) {
        empty += 1;
        if (empty > mostEmpty) {
          throw new MisuseError(`content answered ${empty} empty pieces one after another`);
        }
        continue;
      }
      empty = 0;
      call.octets += piece.length;
      turn += piece.length;
      this.#machine.content(call.stream, piece);
      this.write();
      if (turn >= turnOctets && this.#flushed) {
        this.#yield(call);
        return;
      }
    }
  }

  /** Lets others have their turn of the event loop. */
  #yield(call: Call): void {
    setImmediate(() => {
      if (!this.#owner.gone) {
        this.pump(call);
        this.#owner.settle();
      }
    });
  }
}
