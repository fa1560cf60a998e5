/** Reads a message's content by its framing, and the trailers after it (RFC 9112 §6, §7). */
import { Buffer } from "node:buffer";
import { mayBeTrailer } from "../../fields/index.ts";
import { Fields, HttpError, type Octets } from "../../message/index.ts";
import { ChunkedReader } from "./chunked.ts";
import { faults } from "./faults.ts";
import { INCOMPLETE, SectionScan, scanSection } from "./field-section.ts";
import type { Framing } from "./framing.ts";

export interface ContentLimits {
  readonly content: Octets;
  readonly chunkExtension: Octets;
  readonly trailerSection: Octets;
  readonly fieldLine: Octets;
  readonly fieldCount: number;
}

const sectionScan = new SectionScan();

export class ContentReader {
  readonly #limits: ContentLimits;
  readonly #chunks: ChunkedReader | undefined;
  /** Octets still to come; Infinity until the connection closes. */
  #left: number;
  #total = 0;
  #done = false;
  trailers: Fields = Fields.empty;
  /** What the last `read` found, a view of the bytes it was given. */
  data: Uint8Array | undefined;

  constructor(framing: Framing, limits: ContentLimits) {
    this.#limits = limits;
    this.#chunks = framing.type === "chunked" ? new ChunkedReader(limits) : undefined;
    this.#left =
      framing.type === "length" ? framing.length : framing.type === "close" ? Number.POSITIVE_INFINITY : 0;
  }

  /** The content is whole and `trailers` are read. */
  get done(): boolean {
    return this.#done;
  }

  /** Only the connection's end ends it. */
  get untilClose(): boolean {
    return this.#left === Number.POSITIVE_INFINITY;
  }

  /** Octets known to be still missing; undefined where only the end will tell. */
  get missing(): Octets | undefined {
    return this.#chunks === undefined && Number.isFinite(this.#left) ? this.#left : undefined;
  }

  /**
   * Reads up to one piece of data.
   *
   * @returns The offset after what was understood: less than `end` also when more octets are needed.
   * @throws HttpError when the octets are no content of this framing or a limit is passed.
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    this.data = undefined;
    return this.#chunks === undefined
      ? this.#readPlain(bytes, start, end)
      : this.#readChunked(this.#chunks, bytes, start, end);
  }

  #readPlain(bytes: Uint8Array, start: number, end: number): number {
    const room = this.#limits.content - this.#total;
    if (room === 0 && this.#left > 0 && end > start) {
      throw new HttpError(
        faults.contentTooLarge,
        "client",
        `content of more than ${this.#total} octets, limit ${this.#limits.content}`,
      );
    }
    // Up to the limit it is told, so that what comes before the fault does not depend on the arrival.
    const taken = Math.min(this.#left, room, end - start);
    this.#left -= taken;
    this.#total += taken;
    if (taken > 0) {
      this.data = bytes.subarray(start, start + taken);
    }
    this.#done = this.#left === 0;
    return start + taken;
  }

  #readChunked(chunks: ChunkedReader, bytes: Uint8Array, start: number, end: number): number {
    const p = chunks.read(bytes, start, end);
    if (chunks.atTrailers) {
      return this.#readTrailers(bytes, p, end);
    }
    const taken = chunks.take(end - p);
    if (taken > 0) {
      this.data = bytes.subarray(p, p + taken);
    }
    return p + taken;
  }

  #readTrailers(bytes: Uint8Array, start: number, end: number): number {
    const { fieldLine, fieldCount, trailerSection } = this.#limits;
    sectionScan.reset();
    const limits = {
      fieldLine: Math.min(fieldLine, trailerSection),
      fieldCount,
      fieldSection: trailerSection,
    };
    const after = scanSection(bytes, start, end, start, limits, sectionScan);
    if (after === INCOMPLETE) {
      return start;
    }
    if (sectionScan.spans.length > 0) {
      const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, after - start).toString("latin1");
      const lines = [...Fields.over(text, sectionScan.spans)];
      this.trailers = Fields.of(...lines.filter(([name]) => mayBeTrailer(name)));
    }
    this.#done = true;
    return after;
  }
}
