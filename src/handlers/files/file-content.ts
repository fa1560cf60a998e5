/** A span of an open file as pulled content: one buffer being sent, one being read. */
import { read } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import {
  type Fault,
  Fields,
  type FileSpan,
  HttpError,
  type Octets,
  type PulledContent,
} from "../../message/index.ts";
import { giveBuffer, takeBuffer } from "./buffer-pool.ts";

/** The head is out, so that only breaking off can tell the client. */
const brokenOff: Fault = { status: 500, scope: "connection", source: "RFC 9112 §8" };

/** An open file that several contents may share; closed once. */
export interface OpenFile {
  readonly descriptor: number;
  /** Closes it; harmless a second time. */
  release(): void;
}

export function openFileOf(handle: FileHandle): OpenFile {
  let open = true;
  return {
    // Read once: after closing the number may belong to another file.
    descriptor: handle.fd,
    release() {
      if (open) {
        open = false;
        // Nothing can be lost by a failure to close what was only read.
        handle.close().catch(() => undefined);
      }
    },
  };
}

export class FileContent implements PulledContent {
  readonly type = "pulled" as const;
  readonly length: Octets;
  readonly span: FileSpan;
  readonly trailers: Fields = Fields.empty;
  onReadable: (() => void) | undefined = undefined;

  readonly #file: OpenFile;
  /** Next octet to ask the file for. */
  #position: Octets;
  /** The buffer the reader holds. */
  #lent: Buffer | undefined;
  /** Read and not yet asked for. */
  #ready: { readonly buffer: Buffer; readonly length: Octets } | undefined;
  #reading = false;
  #waiting = false;
  #done = false;
  #error: Error | undefined;

  /** @param file - Released at the end, at a fault, and when cancelled. */
  constructor(file: OpenFile, start: Octets, end: Octets) {
    this.#file = file;
    this.#position = start;
    this.span = { descriptor: file.descriptor, start, end };
    this.length = end - start;
  }

  read(): Uint8Array | "pending" | "end" {
    this.#takeBack();
    if (this.#error !== undefined) {
      this.#finish();
      throw this.#error;
    }
    const ready = this.#ready;
    if (ready !== undefined) {
      this.#ready = undefined;
      this.#lent = ready.buffer;
      this.#readAhead();
      return ready.buffer.subarray(0, ready.length);
    }
    if (this.#done || (this.#position >= this.span.end && !this.#reading)) {
      this.#finish();
      return "end";
    }
    this.#readAhead();
    this.#waiting = true;
    return "pending";
  }

  cancel(_reason: Error): void {
    this.#waiting = false;
    this.#takeBack();
    this.#finish();
  }

  #readAhead(): void {
    const left = this.span.end - this.#position;
    if (left <= 0 || this.#reading || this.#done) {
      return;
    }
    this.#reading = true;
    const buffer = takeBuffer(left);
    read(this.#file.descriptor, buffer, 0, Math.min(buffer.length, left), this.#position, (error, length) => {
      this.#arrived(buffer, error, length);
    });
  }

  #arrived(buffer: Buffer, error: Error | null, length: Octets): void {
    this.#reading = false;
    if (this.#done || error !== null || length === 0) {
      giveBuffer(buffer);
      if (this.#done) {
        this.#file.release();
        return;
      }
      this.#error = new HttpError(brokenOff, "sluice", error?.message ?? this.#shrunk());
    } else {
      this.#position += length;
      this.#ready = { buffer, length };
    }
    if (this.#waiting) {
      this.#waiting = false;
      this.onReadable?.();
    }
  }

  #shrunk(): string {
    return `the file ends at octet ${this.#position}, ${this.span.end} were announced`;
  }

  #takeBack(): void {
    if (this.#lent !== undefined) {
      giveBuffer(this.#lent);
      this.#lent = undefined;
    }
  }

  #finish(): void {
    this.#done = true;
    if (this.#ready !== undefined) {
      giveBuffer(this.#ready.buffer);
      this.#ready = undefined;
    }
    // A read under way still uses the descriptor: its arrival releases it.
    if (!this.#reading) {
      this.#file.release();
    }
  }
}
