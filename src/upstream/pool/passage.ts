/** One attempt on a connection: its request's content on the way there, its response on the way back. */
import { Buffer } from "node:buffer";
import { isContentForbidden } from "../../fields/index.ts";
import {
  announcedContent,
  type Content,
  type ContentSource,
  emptyContent,
  FedContent,
  type Fields,
  type HttpError,
  type Millis,
  type Octets,
  type ResponseHead,
  type StreamId,
} from "../../message/index.ts";
import type { Attempt, UpstreamError } from "../contract.ts";
import type { Pump } from "./pump.ts";

/** Content up to this size is handed over as bytes where all of it came along with the head; more is cheaper pulled. */
const bytesAtMost: Octets = 16_384;

const unread = "the upstream answered without reading the rest of the request";

/** How long content waits for 100 (Continue) that the upstream may never send (RFC 9110 §10.1.1). */
export const continueTime: Millis = 1_000;

/** The connection, as its passages see it. */
export interface PassageLink {
  /** Someone reads the response's content for the first time. */
  begun(passage: Passage): void;
  consumed(passage: Passage, octets: Octets): void;
  /** Nobody wants the rest of the response. */
  discarded(passage: Passage): void;
}

export class Passage implements ContentSource {
  readonly attempt: Attempt;
  readonly #link: PassageLink;
  stream: StreamId = 0;
  head: ResponseHead | undefined = undefined;
  tunnel = false;
  /** The response is whole, or, in a tunnel, the upstream's half of it. */
  complete = false;
  /** `responded` was called. */
  told = false;
  /** Octets of the response's content that came. */
  received: Octets = 0;
  /** What moves the request's content; undefined where it left with the head, or none is left to move. */
  pump: Pump | undefined = undefined;
  /** Until when the content waits for 100 (Continue); undefined: it does not. */
  continueBy: Millis | undefined = undefined;
  /** The request's content was given up before it was whole. */
  halted = false;
  /** What the machine found fault with. */
  fault: HttpError | undefined = undefined;
  #piece: Buffer | undefined;
  #fed: FedContent | undefined;

  constructor(attempt: Attempt, link: PassageLink) {
    this.attempt = attempt;
    this.#link = link;
  }

  // ---- From the machine

  /** `bytes` are borrowed. */
  content(bytes: Uint8Array): void {
    this.received += bytes.length;
    if (this.#fed !== undefined) {
      this.#fed.push(bytes);
    } else if (this.#piece === undefined && this.#mayBeAll(bytes.length)) {
      this.#piece = Buffer.from(bytes);
    } else {
      this.#feed().push(bytes);
    }
  }

  ended(trailers: Fields): void {
    this.complete = true;
    if (this.#fed === undefined && (this.told || trailers.size > 0)) {
      this.#feed();
    }
    this.#fed?.end(trailers);
  }

  /** Everything that came along with the head was seen. */
  tell(): void {
    this.told = true;
    const head = this.head as ResponseHead;
    this.attempt.responded(head, this.#contentOf(head), this.tunnel);
  }

  /** Content that waited for 100 (Continue) waits no more. */
  goOn(): void {
    if (this.continueBy !== undefined) {
      this.continueBy = undefined;
      this.pump?.run();
    }
  }

  /** The upstream does not want what is left of the request. */
  stopSending(): void {
    this.continueBy = undefined;
    if (this.pump === undefined) {
      return;
    }
    this.halted = true;
    if (this.told || this.attempt.consumed) {
      this.pump.stop(new Error(unread));
    } else {
      // Another upstream may be asked instead, with all of it.
      this.pump.drop();
      this.attempt.unwanted = true;
    }
    this.pump = undefined;
  }

  /** The response is whole, and the exchange over. */
  finish(): void {
    if (!this.told) {
      this.tell();
    }
    this.attempt.finished(undefined);
  }

  /** The exchange failed: its reader is told, or who made the attempt. */
  fail(error: UpstreamError): void {
    if (this.told) {
      this.#fed?.fail(error);
      this.attempt.finished(error);
    } else {
      this.attempt.failed(error);
    }
  }

  /** Takes the response's content away from its reader; `discarded` follows where that matters. */
  cancel(reason: Error): void {
    this.#fed?.cancel(reason);
  }

  // ---- From the content's reader

  begun(): void {
    this.#link.begun(this);
  }

  consumed(octets: Octets): void {
    this.#link.consumed(this, octets);
  }

  discarded(): void {
    this.#link.discarded(this);
  }

  threw(error: Error): void {
    // The reader can go on no more; what it holds is its own.
    this.#fed?.cancel(error);
  }

  // ---- Within

  #mayBeAll(octets: Octets): boolean {
    return octets <= bytesAtMost && (this.head?.contentLength ?? octets) === octets;
  }

  #contentOf(head: ResponseHead): Content {
    if (this.#fed !== undefined) {
      return this.#fed;
    }
    if (this.tunnel) {
      return this.#feed();
    }
    if (this.attempt.outbound.method === "HEAD" && !isContentForbidden(head.status)) {
      return announcedContent(announcedLength(head.fields));
    }
    const piece = this.#piece;
    if (!this.complete) {
      return this.#feed();
    }
    this.#piece = undefined;
    if (piece === undefined) {
      return emptyContent;
    }
    this.#link.consumed(this, piece.length);
    return { type: "bytes", bytes: piece, length: piece.length };
  }

  #feed(): FedContent {
    const fed = new FedContent(this.tunnel ? undefined : this.head?.contentLength, this);
    this.#fed = fed;
    if (this.#piece !== undefined) {
      fed.push(this.#piece);
      this.#piece = undefined;
    }
    return fed;
  }
}

/** Octets that a GET would bring; the machine has seen that the field is a number where framing goes by it. */
function announcedLength(fields: Fields): Octets | undefined {
  const value = fields.get("content-length");
  const length = value === undefined || fields.has("transfer-encoding") ? Number.NaN : Number(value);
  return Number.isSafeInteger(length) && length >= 0 ? length : undefined;
}
