/** Content that a connection brings, as its reader pulls it: fed by a machine, bounded by the machine's window. */
import { Buffer } from "node:buffer";
import type { PulledContent } from "./content.ts";
import { HttpError, faults as messageFaults } from "./fault.ts";
import { Fields } from "./fields.ts";
import { giveSpare, spareOctets, takeSpare } from "./spare-blocks.ts";
import { errorOf } from "./thrown.ts";
import type { Octets } from "./units.ts";

/**
 * Small arrivals that nobody has read are gathered: a client that sends octet by octet
 * would have us keep a hundred times what its window allows.
 */
const gatherOctets: Octets = 4_096;

/** What the content tells the connection it comes from. */
export interface ContentSource {
  /** Someone reads for the first time: the client may be waiting to be told. */
  begun(): void;
  consumed(octets: Octets): void;
  discarded(): void;
  /** The reader's `onReadable` threw. */
  threw(error: Error): void;
}

export class FedContent implements PulledContent {
  readonly type = "pulled";
  readonly length: Octets | undefined;
  onReadable: (() => void) | undefined = undefined;
  trailers: Fields = Fields.empty;
  readonly #source: ContentSource;
  #queue: Buffer[] = [];
  /** The last of the queue while there is room in it, and how much of it is filled. */
  #gather: Buffer | undefined;
  #gathered: Octets = 0;
  /** What larger pieces were copied to, oldest first: those of one block are neighbours in the queue. */
  #blocks: Buffer[] | undefined;
  /** The last of them while there is room in it, and how much of it is filled. */
  #block: Buffer | undefined;
  #filled: Octets = 0;
  /** What `read` gave last: its reader may still look at it. */
  #lent: Buffer | undefined;
  #ended = false;
  #failed: Error | undefined;
  #cancelled = false;
  #begun = false;
  #hungry = false;

  constructor(length: Octets | undefined, source: ContentSource) {
    this.length = length;
    this.#source = source;
  }

  /** Someone reads it, and has not come to its end. */
  get reading(): boolean {
    return (
      this.#begun &&
      !this.#cancelled &&
      this.#failed === undefined &&
      !(this.#ended && this.#queue.length === 0)
    );
  }

  /** More may come from the peer. */
  get open(): boolean {
    return !this.#ended && this.#failed === undefined;
  }

  /** Someone will read it, though nothing was read yet: the client may be told to send it. */
  begin(): void {
    if (!this.#begun) {
      this.#begun = true;
      if (!this.#ended) {
        this.#source.begun();
      }
    }
  }

  read(): Uint8Array | "pending" | "end" {
    this.begin();
    const next = this.#next();
    this.#letGo(next);
    if (next !== undefined) {
      this.#source.consumed(next.length);
      return next;
    }
    if (this.#failed !== undefined) {
      throw this.#failed;
    }
    if (this.#ended || this.#cancelled) {
      return "end";
    }
    this.#hungry = true;
    return "pending";
  }

  cancel(reason: Error): void {
    if (this.#ended) {
      // Of what may yet become a tunnel, nothing is wanted either.
      this.#cancelled = true;
      this.#discard();
    } else if (!this.#cancelled && this.#failed === undefined) {
      this.#cancelled = true;
      this.#failed = new HttpError(
        messageFaults.cancelled,
        "sluice",
        `content was cancelled: ${reason.message}`,
      );
      this.#discard();
      this.#source.discarded();
    }
  }

  // ---- From the connection

  /** `bytes` are borrowed: a copy is kept. */
  push(bytes: Uint8Array): void {
    if (!this.#cancelled) {
      this.#keep(bytes);
      this.#wake();
    }
  }

  end(trailers: Fields): void {
    this.#ended = true;
    this.trailers = trailers;
    this.#wake();
  }

  fail(error: Error): void {
    if (!this.#ended) {
      this.#failed ??= error;
      this.#wake();
    }
  }

  /** The request's content is through and its connection becomes a tunnel: read on. */
  reopen(): void {
    this.#ended = this.#cancelled;
  }

  #keep(bytes: Uint8Array): void {
    if (this.#queue.length > 0 && bytes.length <= gatherOctets >> 2) {
      if (this.#gather === undefined || this.#gathered + bytes.length > gatherOctets) {
        this.#seal();
        this.#block = undefined;
        this.#gather = Buffer.allocUnsafeSlow(gatherOctets);
        this.#gathered = 0;
        this.#queue.push(this.#gather);
      }
      this.#gather.set(bytes, this.#gathered);
      this.#gathered += bytes.length;
    } else {
      this.#seal();
      this.#queue.push(bytes.length > gatherOctets ? this.#copy(bytes) : this.#copySmall(bytes));
    }
  }

  #copySmall(bytes: Uint8Array): Buffer {
    this.#block = undefined;
    return Buffer.from(bytes);
  }

  #copy(bytes: Uint8Array): Buffer {
    const { length } = bytes;
    if (length > spareOctets) {
      return this.#copySmall(bytes);
    }
    if (this.#block === undefined || this.#filled + length > spareOctets) {
      this.#block = takeSpare();
      this.#filled = 0;
      if (this.#blocks === undefined) {
        this.#blocks = [this.#block];
      } else {
        this.#blocks.push(this.#block);
      }
    }
    this.#block.set(bytes, this.#filled);
    const piece = this.#block.subarray(this.#filled, this.#filled + length);
    this.#filled += length;
    return piece;
  }

  /** The reader is through with what it was given last, now that it is given `next`. */
  #letGo(next: Buffer | undefined): void {
    const block = this.#blocks?.[0];
    if (block !== undefined && this.#lent?.buffer === block.buffer && next?.buffer !== block.buffer) {
      this.#blocks?.shift();
      if (this.#block === block) {
        this.#block = undefined;
      }
      giveSpare(block);
    }
    this.#lent = next;
  }

  /** What nobody will read is forgotten; what the reader may still look at is not used again. */
  #discard(): void {
    let octets = 0;
    this.#seal();
    for (const piece of this.#queue) {
      octets += piece.length;
    }
    this.#queue = [];
    for (const block of this.#blocks ?? []) {
      if (this.#lent?.buffer !== block.buffer) {
        giveSpare(block);
      }
    }
    this.#blocks = undefined;
    this.#block = undefined;
    if (octets > 0 && this.#ended) {
      // Of a whole message, the connection would wait for this in vain.
      this.#source.consumed(octets);
    }
  }

  /** Nothing more goes into the buffer that was filled last. */
  #seal(): void {
    if (this.#gather !== undefined && this.#queue.length > 0) {
      this.#queue[this.#queue.length - 1] = this.#gather.subarray(0, this.#gathered);
    }
    this.#gather = undefined;
  }

  #next(): Buffer | undefined {
    if (this.#queue.length === 1) {
      this.#seal();
    }
    return this.#queue.shift();
  }

  #wake(): void {
    if (this.#hungry) {
      this.#hungry = false;
      try {
        this.onReadable?.();
      } catch (error) {
        this.#source.threw(errorOf(error));
      }
    }
  }
}
