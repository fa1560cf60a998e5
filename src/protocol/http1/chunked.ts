/**
 * Takes the chunked coding apart (RFC 9112 §7.1), strictly enough that no other
 * reader of the same octets can see other chunks.
 *
 *   chunk     = chunk-size [ chunk-ext ] CRLF chunk-data CRLF
 *   chunk-ext = *( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )
 */
import { HttpError, type Octets } from "../../message/index.ts";
import { faults } from "./faults.ts";
import { CR, hexValue, isTchar, isValueOctet, LF, SEMICOLON, SP, showOctet, TAB } from "./grammar.ts";

type State =
  | "size-first"
  | "size"
  | "extension"
  | "extension-name"
  | "extension-equals"
  | "extension-value"
  | "extension-token"
  | "extension-quoted"
  | "extension-escape"
  | "extension-after"
  | "size-lf"
  | "data"
  | "data-cr"
  | "data-lf"
  | "trailers";

export interface ChunkLimits {
  readonly content: Octets;
  readonly chunkExtension: Octets;
}

/** Most digits of a chunk size; 2^53 needs fourteen, and zeros in front are of no use. */
const sizeDigits = 16;

export class ChunkedReader {
  readonly #limits: ChunkLimits;
  #state: State = "size-first";
  #size = 0;
  #digits = 0;
  #extension = 0;
  #content = 0;

  constructor(limits: ChunkLimits) {
    this.#limits = limits;
  }

  /** The last chunk has been read: what follows is the trailer section. */
  get atTrailers(): boolean {
    return this.#state === "trailers";
  }

  /**
   * Reads from `start` until chunk data, the trailers, or `end`.
   * When data is there, `take` tells how much of it, beginning at the returned offset.
   *
   * @throws HttpError when the octets are no chunked coding or a limit is passed.
   */
  read(bytes: Uint8Array, start: number, end: number): number {
    let p = start;
    while (p < end && this.#state !== "data" && this.#state !== "trailers") {
      this.#step(bytes[p] as number);
      p += 1;
    }
    return p;
  }

  /** Takes up to `available` octets of chunk data; answers how many. */
  take(available: Octets): Octets {
    if (this.#state !== "data") {
      return 0;
    }
    const taken = Math.min(available, this.#size);
    this.#size -= taken;
    if (this.#size === 0) {
      this.#state = "data-cr";
    }
    return taken;
  }

  #step(octet: number): void {
    switch (this.#state) {
      case "size-first":
      case "size":
        this.#sizeOctet(octet);
        return;
      case "size-lf":
        this.#expect(octet, LF);
        this.#content += this.#size;
        this.#state = this.#size === 0 ? "trailers" : "data";
        return;
      case "data-cr":
        this.#expect(octet, CR);
        this.#state = "data-lf";
        return;
      case "data-lf":
        this.#expect(octet, LF);
        this.#state = "size-first";
        return;
      default:
        this.#extensionOctet(octet);
    }
  }

  #sizeOctet(octet: number): void {
    const digit = hexValue[octet] as number;
    if (digit < 16) {
      this.#digits = this.#state === "size-first" ? 1 : this.#digits + 1;
      this.#size = this.#state === "size-first" ? digit : this.#size * 16 + digit;
      this.#state = "size";
      if (this.#digits > sizeDigits || this.#size > Number.MAX_SAFE_INTEGER) {
        throw new HttpError(faults.badChunk, "client", "a chunk size is longer than any content");
      }
      return;
    }
    if (this.#state === "size-first") {
      throw new HttpError(faults.badChunk, "client", `a chunk size begins with ${showOctet(octet)}`);
    }
    if (this.#content + this.#size > this.#limits.content) {
      throw new HttpError(
        faults.contentTooLarge,
        "client",
        `content of ${this.#content + this.#size} octets or more, limit ${this.#limits.content}`,
      );
    }
    this.#extension = 0;
    this.#state = "extension";
    this.#extensionOctet(octet);
  }

  #extensionOctet(octet: number): void {
    this.#extension += 1;
    if (this.#extension > this.#limits.chunkExtension && octet !== CR) {
      throw new HttpError(
        faults.badChunk,
        "client",
        `a chunk extension of ${this.#extension} octets or more, limit ${this.#limits.chunkExtension}`,
      );
    }
    const next = extensionNext(this.#state, octet);
    if (next === undefined) {
      throw new HttpError(
        faults.badChunk,
        "client",
        `a chunk size line contains ${showOctet(octet)} out of place`,
      );
    }
    this.#state = next;
  }

  #expect(octet: number, wanted: number): void {
    if (octet !== wanted) {
      throw new HttpError(faults.badChunk, "client", `${showOctet(octet)} where a chunk's CRLF must stand`);
    }
  }
}

/** The extension grammar as transitions; undefined where the octet may not stand. */
function extensionNext(state: State, octet: number): State | undefined {
  const blank = octet === SP || octet === TAB;
  const token = isTchar[octet] === 1;
  switch (state) {
    case "extension": // after the size
      return octet === CR ? "size-lf" : octet === SEMICOLON ? "extension-name" : undefined;
    case "extension-name": // after ";", before or within the name
      return token ? "extension-equals" : blank ? "extension-name" : undefined;
    case "extension-equals": // within the name
      return token ? "extension-equals" : octet === 0x3d ? "extension-value" : afterExtension(octet);
    case "extension-value": // after "="
      return token
        ? "extension-token"
        : octet === 0x22
          ? "extension-quoted"
          : blank
            ? "extension-value"
            : undefined;
    case "extension-token":
      return token ? "extension-token" : afterExtension(octet);
    case "extension-quoted":
      if (octet === 0x22) {
        return "extension-after";
      }
      return octet === 0x5c ? "extension-escape" : isValueOctet[octet] === 1 ? "extension-quoted" : undefined;
    case "extension-escape":
      return isValueOctet[octet] === 1 ? "extension-quoted" : undefined;
    default: // extension-after
      return afterExtension(octet);
  }
}

/** Departs: white space after an extension is refused; smuggling uses it, clients do not. */
function afterExtension(octet: number): State | undefined {
  return octet === CR ? "size-lf" : octet === SEMICOLON ? "extension-name" : undefined;
}
