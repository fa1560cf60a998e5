/** Moves what an HTTP/2 machine owes to its channel, and lets others have their turn. */
import type { Clock, Millis, Octets } from "../../message/index.ts";
import type { Http2Client } from "../../protocol/http2/index.ts";
import type { Outlet } from "./outlet.ts";

/** Octets given to the channel at a time. */
const writeRoom: Octets = 131_072;
/** Writes in a row to a fast upstream before others get their turn. */
const writesATurn = 8;

export class Http2Outflow {
  readonly #outlet: Outlet;
  readonly #machine: Http2Client;
  readonly #clock: Clock;
  readonly #goOn: () => void;
  #writing = false;
  #yielded = false;

  /** @param goOn - Called in a later turn of the event loop when there is more to write. */
  constructor(outlet: Outlet, machine: Http2Client, clock: Clock, goOn: () => void) {
    this.#outlet = outlet;
    this.#machine = machine;
    this.#clock = clock;
    this.#goOn = goOn;
  }

  /** Octets are being given to the channel: whoever would write more waits until that is over. */
  get writing(): boolean {
    return this.#writing;
  }

  get flushed(): boolean {
    return this.#outlet.flushed;
  }

  get stalledSince(): Millis {
    return this.#outlet.stalledSince;
  }

  leftAll(): void {
    this.#outlet.leftAll();
  }

  stalls(patience: Millis, now: Millis): boolean {
    return this.#outlet.stalls(patience, now);
  }

  /** Writes what the machine owes while the channel takes it at once. */
  write(): void {
    if (this.#yielded) {
      return;
    }
    this.#writing = true;
    for (let writes = 0; this.#outlet.flushed; writes += 1) {
      if (writes === writesATurn && this.#machine.owes) {
        this.#yield();
        break;
      }
      const chunks = this.#machine.drain(this.#clock.now(), writeRoom);
      if (chunks.length === 0) {
        break;
      }
      this.#outlet.write(chunks);
    }
    this.#writing = false;
  }

  #yield(): void {
    this.#yielded = true;
    setImmediate(() => {
      this.#yielded = false;
      this.#goOn();
    });
  }
}
