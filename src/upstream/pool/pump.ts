/** Moves a request's content to its connection, no faster than that takes it. */
import { errorOf, type Fields, MisuseError, type Octets, type PulledContent } from "../../message/index.ts";
import type { Passage } from "./passage.ts";

/** Content a fast client may hand to a fast upstream before others get their turn. */
const turnOctets: Octets = 1_048_576;
/** Empty pieces in a row that a source may answer where "pending" or "end" belongs. */
const mostEmpty = 1_000;

const dropped = new Error("the attempt is over");

/** The connection, as the pump sees it. */
export interface PumpPort {
  /** Octets it takes now. */
  room(passage: Passage): Octets;
  /** At most `room` octets, which stay unchanged until there is room again. */
  send(passage: Passage, bytes: Uint8Array): void;
  /** The content is whole. */
  sent(passage: Passage, trailers: Fields): void;
  /** The content broke off. */
  broke(passage: Passage, error: Error): void;
}

export class Pump {
  readonly #content: PulledContent;
  readonly #passage: Passage;
  readonly #port: PumpPort;
  /** What was read and not sent: borrowed until the next read. */
  #rest: Uint8Array | undefined;
  #octets: Octets = 0;
  #running = false;
  #again = false;
  #over = false;

  constructor(content: PulledContent, passage: Passage, port: PumpPort) {
    this.#content = content;
    this.#passage = passage;
    this.#port = port;
  }

  /** Goes on as far as it gets. */
  run(): void {
    if (this.#running || this.#over) {
      this.#again = this.#running;
      return;
    }
    this.#running = true;
    try {
      this.#move();
    } catch (error) {
      this.#over = true;
      this.#port.broke(this.#passage, errorOf(error));
    }
    this.#running = false;
    if (this.#again) {
      this.#again = false;
      setImmediate(() => this.run());
    }
  }

  /** Nothing more of the content is wanted. */
  stop(reason: Error): void {
    if (!this.#over) {
      this.drop();
      this.#content.cancel(reason);
    }
  }

  /** Lets the content go as it is: its owner will see to it. One copy of many is nobody's else. */
  drop(): void {
    this.#over = true;
    this.#content.onReadable = undefined;
    if (this.#passage.attempt.outbound.again !== undefined) {
      this.#content.cancel(dropped);
    }
  }

  #move(): void {
    const content = this.#content;
    let turn = 0;
    let empty = 0;
    content.onReadable = () => this.run();
    while (!this.#over) {
      const room = this.#port.room(this.#passage);
      if (room === 0) {
        return;
      }
      if (turn >= turnOctets) {
        this.#again = true;
        return;
      }
      const piece = this.#rest ?? content.read();
      if (piece === "pending") {
        return;
      }
      if (piece === "end") {
        this.#end();
        return;
      }
      if (piece.length === 0) {
        empty += 1;
        if (empty > mostEmpty) {
          throw new MisuseError(`content answered ${empty} empty pieces one after another`);
        }
        continue;
      }
      empty = 0;
      turn += this.#send(piece, room);
    }
  }

  #send(piece: Uint8Array, room: Octets): Octets {
    this.#passage.attempt.consumed = true;
    const part = piece.length > room ? piece.subarray(0, room) : piece;
    this.#rest = piece.length > room ? piece.subarray(room) : undefined;
    this.#octets += part.length;
    this.#port.send(this.#passage, part);
    return part.length;
  }

  #end(): void {
    const { length, trailers } = this.#content;
    if (length !== undefined && !this.#passage.tunnel && this.#octets < length) {
      throw new Error(`content ended after ${this.#octets} octets, ${length} were announced`);
    }
    this.#over = true;
    this.#port.sent(this.#passage, trailers);
  }
}
