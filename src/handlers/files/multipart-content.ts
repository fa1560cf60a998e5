/** Heads and spans one after another: multipart/byteranges of a file too large for memory (RFC 9110 §14.6). */
import { Fields, type Octets, type PulledContent } from "../../message/index.ts";
import type { ByteRangesLayout } from "../../semantics/index.ts";
import { FileContent, type OpenFile } from "./file-content.ts";

export class MultipartContent implements PulledContent {
  readonly type = "pulled" as const;
  readonly length: Octets;
  readonly trailers: Fields = Fields.empty;
  onReadable: (() => void) | undefined = undefined;

  readonly #file: OpenFile;
  readonly #layout: ByteRangesLayout;
  #nextPart = 0;
  #tailSent = false;
  /** The part being read; it holds the file until it lets go. */
  #current: FileContent | undefined;
  #cancelled = false;

  /** @param file - Released at the end, at a fault, and when cancelled. */
  constructor(file: OpenFile, layout: ByteRangesLayout) {
    this.#file = file;
    this.#layout = layout;
    this.length = layout.length;
  }

  read(): Uint8Array | "pending" | "end" {
    const current = this.#current;
    if (current !== undefined) {
      const got = this.#readPart(current);
      if (got !== "end") {
        return got;
      }
      this.#current = undefined;
    }
    const part = this.#layout.parts[this.#nextPart];
    if (part !== undefined && !this.#cancelled) {
      this.#nextPart += 1;
      this.#current = new FileContent(
        { ...this.#file, release: () => this.#partReleased() },
        part.start,
        part.end,
      );
      // Looked up when it is time: the reader may set its callback after "pending".
      this.#current.onReadable = () => this.onReadable?.();
      return part.head;
    }
    if (!this.#tailSent && !this.#cancelled) {
      this.#tailSent = true;
      this.#file.release();
      return this.#layout.tail;
    }
    return "end";
  }

  cancel(reason: Error): void {
    this.#cancelled = true;
    if (this.#current === undefined) {
      this.#file.release();
    } else {
      this.#current.cancel(reason);
    }
  }

  #readPart(part: FileContent): Uint8Array | "pending" | "end" {
    try {
      return part.read();
    } catch (error) {
      this.#cancelled = true;
      this.#file.release();
      throw error;
    }
  }

  /** A part that ends lets go too; only a cancelled one means that all is over. */
  #partReleased(): void {
    if (this.#cancelled) {
      this.#file.release();
    }
  }
}
