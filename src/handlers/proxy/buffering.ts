/**
 * A request's content, read to its end before any upstream sees it: in memory, and what is more in a
 * temporary file that has no name any more once it is open.
 */
import { randomBytes } from "node:crypto";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  bytesContent,
  type Content,
  chunkedContent,
  type Fields,
  faults,
  HttpError,
  MisuseError,
  type Octets,
  type PulledContent,
} from "../../message/index.ts";
import { FileContent, type OpenFile } from "../files/index.ts";
import type { BufferSettings } from "./settings.ts";

export interface KeptContent {
  readonly content: Content;
  /** From its beginning, as often as wanted, until `release`. */
  readonly again: () => Content;
  /** Some of it was handed out that holds nothing yet, and may still be read. */
  readonly awaited: boolean;
  /** Nobody will ask for it again; those under way keep what they have. */
  release(): void;
}

export class Buffering {
  readonly #settings: BufferSettings;
  readonly #directory: string;

  constructor(settings: BufferSettings, directory: string = tmpdir()) {
    this.#settings = settings;
    this.#directory = directory;
  }

  /**
   * @throws HttpError - It is more than may be kept (413); and whatever the content throws.
   */
  async keep(content: PulledContent): Promise<KeptContent> {
    const { memory, disk } = this.#settings;
    const most = memory + disk;
    if (content.length !== undefined && content.length > most) {
      throw this.#tooLarge(content, content.length);
    }
    const parts: Buffer[] = [];
    let octets = 0;
    let file: FileHandle | undefined;
    try {
      for (;;) {
        const piece = await next(content);
        if (piece === "end") {
          break;
        }
        octets += piece.length;
        if (octets > most) {
          throw this.#tooLarge(content, octets);
        }
        parts.push(Buffer.from(piece));
        if (octets > memory) {
          file ??= await this.#unnamed();
          await file.writeFile(Buffer.concat(parts.splice(0)));
        }
      }
    } catch (error) {
      await file?.close();
      throw error;
    }
    return file === undefined
      ? inMemory(Buffer.concat(parts, octets), content)
      : inFile(file, octets, content);
  }

  #tooLarge(content: PulledContent, octets: Octets): HttpError {
    const { memory, disk } = this.#settings;
    const error = new HttpError(
      faults.contentTooLarge,
      "client",
      `content of ${octets} octets or more, limit ${memory + disk}`,
    );
    content.cancel(error);
    return error;
  }

  async #unnamed(): Promise<FileHandle> {
    const path = join(this.#directory, `sluice-${randomBytes(16).toString("hex")}`);
    const file = await open(path, "wx+", 0o600);
    await unlink(path);
    return file;
  }
}

/** The next piece, once there is one. */
function next(content: PulledContent): Uint8Array | "end" | Promise<Uint8Array | "end"> {
  const piece = content.read();
  return piece === "pending" ? later(content) : piece;
}

function later(content: PulledContent): Promise<Uint8Array | "end"> {
  return new Promise((resolve, reject) => {
    content.onReadable = () => {
      try {
        const piece = content.read();
        if (piece !== "pending") {
          resolve(piece);
        }
      } catch (error) {
        reject(error as Error);
      }
    };
  });
}

function inMemory(bytes: Buffer, { trailers }: PulledContent): KeptContent {
  const content = bytesContent(bytes);
  const again =
    trailers.size === 0
      ? () => content
      : () => chunkedContent(bytes.length === 0 ? [] : [bytes], { length: bytes.length, trailers });
  return { content: again(), again, awaited: false, release: () => undefined };
}

function inFile(handle: FileHandle, octets: Octets, { trailers }: PulledContent): KeptContent {
  const file = new KeptFile(handle);
  const again = (): Content => new KeptFileContent(file, octets, trailers);
  return {
    content: again(),
    again,
    get awaited() {
      return file.awaited > 0;
    },
    release: () => file.leave(),
  };
}

/** Closed once nobody reads it and nobody will. */
class KeptFile {
  readonly descriptor: number;
  /** Readers that have not begun. */
  awaited = 0;
  readonly #handle: FileHandle;
  /** Who may still read; one is whoever hands out its content. */
  #readers = 1;

  constructor(handle: FileHandle) {
    this.#handle = handle;
    this.descriptor = handle.fd;
  }

  enter(): void {
    if (this.#readers === 0) {
      throw new MisuseError("kept content is read after its release");
    }
    this.#readers += 1;
  }

  leave(): void {
    this.#readers -= 1;
    if (this.#readers === 0) {
      // Nothing can be lost by a failure to close what nobody needs.
      this.#handle.close().catch(() => undefined);
    }
  }
}

/** Holds the file from the first read on: content that nobody ever reads holds nothing. */
class KeptFileContent extends FileContent {
  override readonly trailers: Fields;
  readonly #reader: FileReader;

  constructor(file: KeptFile, octets: Octets, trailers: Fields) {
    const reader = new FileReader(file);
    super(reader, 0, octets);
    this.#reader = reader;
    this.trailers = trailers;
  }

  override read(): Uint8Array | "pending" | "end" {
    this.#reader.begin();
    const piece = super.read();
    // A copy: whoever cancels may still be sending the last piece, while its buffer is another reader's already.
    return typeof piece === "string" ? piece : Buffer.from(piece);
  }
}

class FileReader implements OpenFile {
  readonly descriptor: number;
  readonly #file: KeptFile;
  #state: "new" | "reading" | "over" = "new";

  constructor(file: KeptFile) {
    this.descriptor = file.descriptor;
    this.#file = file;
    file.awaited += 1;
  }

  begin(): void {
    if (this.#state === "new") {
      this.#file.enter();
      this.#file.awaited -= 1;
      this.#state = "reading";
    }
  }

  release(): void {
    if (this.#state === "reading") {
      this.#file.leave();
    } else if (this.#state === "new") {
      this.#file.awaited -= 1;
    }
    this.#state = "over";
  }
}
