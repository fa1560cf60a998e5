/**
 * Field blocks to field sections (RFC 7541 §3, §6): indexed lines, literals, table size updates.
 *
 * Whatever a block holds, its memory is bounded: lines beyond the limits are counted, not kept.
 */
import { Buffer } from "node:buffer";
import { latin1 } from "../../bytes/index.ts";
import { HttpError, type Octets } from "../../message/index.ts";
import { DynamicTable } from "./dynamic-table.ts";
import { faults, type HpackFault } from "./faults.ts";
import { HeaderField } from "./header-field.ts";
import { decodeHuffman, NO_STRING } from "./huffman-decode.ts";
import { ALWAYS, RecentBlocks } from "./recent-blocks.ts";
import { staticTable } from "./static-table.ts";

export interface HpackDecoderOptions {
  /** Octets the dynamic table may take: our SETTINGS_HEADER_TABLE_SIZE as the peer knows it (4,096 before any). */
  readonly maxTableSize: Octets;
  /** Most octets of a section, each line counted as name, value and 32 (RFC 9113 §6.5.2). */
  readonly fieldSection: Octets;
  /** Most lines of a section; crumbs of Cookie (RFC 9113 §8.2.3) count as one. */
  readonly fieldCount: number;
  /** Whose faults these are. */
  readonly by: HttpError["by"];
}

/** A decoded section. Repeated blocks are answered with the very same object. */
export interface DecodedSection {
  /** In order, pseudo fields and all; stops at the line that passed a limit. */
  readonly lines: readonly HeaderField[];
  /** Octets of all lines, those not kept included. */
  readonly size: Octets;
  /** Which limit the section passed first, in words fit for a client; undefined within the limits. */
  readonly excess: string | undefined;
  /** For the reader: what it made of the section. Lasts as long as the section is remembered. */
  meaning: unknown;
}

/** Sections up to this size are remembered, so that an idle connection holds little. */
const rememberedSection: Octets = 2_048;
/** Octets that may follow an integer's prefix: 2^28 is far beyond any length or index here. */
const integerOctets = 4;

const none: Buffer = Buffer.alloc(0);
/** Where Huffman-coded strings are unfolded; shared, for a decoder is never interrupted. */
const unfolded: Buffer = Buffer.allocUnsafeSlow(16_384);

export class HpackDecoder {
  readonly #options: HpackDecoderOptions;
  readonly #table: DynamicTable;
  readonly #recent = new RecentBlocks<DecodedSection>();
  #limit: Octets;
  /** The peer must begin its next block with a table size update: we lowered what it may use. */
  #updateDue = false;

  #bytes: Buffer = none;
  #at = 0;
  #end = 0;
  /** The string literal stepped over last. */
  #textBytes: Buffer = none;
  #textStart = 0;
  #textEnd = 0;
  #lines: HeaderField[] = [];
  #size: Octets = 0;
  #counted = 0;
  /** A Cookie line was among them. */
  #crumbled = false;
  #excess: string | undefined;
  /** The block refers to lines of the dynamic table. */
  #refers = false;

  constructor(options: HpackDecoderOptions) {
    this.#options = options;
    this.#limit = options.maxTableSize;
    this.#table = new DynamicTable(options.maxTableSize);
  }

  /**
   * Decodes one whole field block, `bytes` from `start` to before `end` (borrowed until this returns).
   *
   * A section beyond a limit is decoded to its end all the same, so that the tables stay in step, and says so in `excess`.
   *
   * @throws HttpError with a row of `hpackFaults`: the connection is over, `fault.code` is the error code to tell.
   *   Also for a section beyond twice its limit of octets or lines.
   */
  decode(bytes: Uint8Array, start: number, end: number): DecodedSection {
    const state = this.#table.changes;
    if (!this.#updateDue) {
      const known = this.#recent.find(bytes, start, end, state);
      if (known !== undefined) {
        return known;
      }
    }
    this.#begin(bytes, start, end);
    const sized = this.#tableSizes();
    while (this.#at < end) {
      this.#line();
    }
    const section: DecodedSection = {
      lines: this.#lines,
      size: this.#size,
      excess: this.#excess,
      meaning: undefined,
    };
    if (
      !sized &&
      this.#table.changes === state &&
      this.#size <= rememberedSection &&
      this.#excess === undefined
    ) {
      this.#recent.note(bytes, start, end, this.#refers ? state : ALWAYS, section);
    }
    this.#bytes = none;
    this.#textBytes = none;
    this.#lines = [];
    return section;
  }

  /** The peer acknowledged a SETTINGS_HEADER_TABLE_SIZE of ours. */
  resize(maxTableSize: Octets): void {
    this.#limit = maxTableSize;
    this.#updateDue ||= maxTableSize < this.#table.max;
  }

  #begin(bytes: Uint8Array, start: number, end: number): void {
    this.#bytes = bytes instanceof Buffer ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#at = start;
    this.#end = end;
    this.#lines = [];
    this.#size = 0;
    this.#counted = 0;
    this.#crumbled = false;
    this.#excess = undefined;
    this.#refers = false;
  }

  /** Table size updates, which stand at a block's start only (RFC 7541 §4.2, §6.3). Tells whether there were any. */
  #tableSizes(): boolean {
    const start = this.#at;
    while (this.#at < this.#end && ((this.#bytes[this.#at] as number) & 0xe0) === 0x20) {
      const size = this.#integer(0x1f);
      if (size > this.#limit) {
        throw this.#fault(faults.badTableSize, `a table of ${size} octets, limit ${this.#limit}`);
      }
      this.#table.resize(size);
      this.#updateDue = false;
    }
    if (this.#updateDue) {
      throw this.#fault(faults.tableSizeMissing, "no table size update after the limit was lowered");
    }
    return this.#at > start;
  }

  #line(): void {
    const octet = this.#bytes[this.#at] as number;
    if (octet >= 0x80) {
      this.#add(this.#indexed(this.#integer(0x7f)));
    } else if (octet >= 0x40) {
      this.#literal(this.#integer(0x3f), true);
    } else if (octet >= 0x20) {
      throw this.#fault(faults.tableSizeLate, "a table size update behind a field line");
    } else {
      this.#literal(this.#integer(0x0f), false);
    }
  }

  #indexed(index: number): HeaderField {
    if (index < staticTable.length) {
      if (index === 0) {
        throw this.#fault(faults.badIndex, "index 0, which names no field line");
      }
      return staticTable[index] as HeaderField;
    }
    const field = this.#table.get(index - staticTable.length);
    if (field === undefined) {
      const last = staticTable.length + this.#table.count - 1;
      throw this.#fault(faults.badIndex, `index ${index}, the tables end at ${last}`);
    }
    this.#refers = true;
    return field;
  }

  /** @param index - Of the name; 0 for a name that follows as a string. */
  #literal(index: number, inserts: boolean): void {
    let name: string;
    if (index === 0) {
      this.#string();
      name = this.#text();
    } else {
      name = this.#indexed(index).name;
    }
    this.#string();
    const size = name.length + this.#textEnd - this.#textStart + 32;
    if (this.#excess !== undefined && !(inserts && size <= this.#table.max)) {
      // Nobody will see it: it is counted without being made.
      if (inserts) {
        this.#table.clear();
      }
      this.#count(name, size);
      return;
    }
    const field = new HeaderField(name, this.#text());
    if (inserts) {
      this.#table.insert(field);
    }
    this.#add(field);
  }

  #add(field: HeaderField): void {
    this.#count(field.name, field.size);
    if (this.#excess === undefined) {
      this.#lines.push(field);
    }
  }

  /** Counts a line towards the limits (RFC 9113 §10.5.1). */
  #count(name: string, size: Octets): void {
    const { fieldSection, fieldCount } = this.#options;
    this.#size += size;
    if (name !== "cookie") {
      this.#counted += 1;
    } else if (!this.#crumbled) {
      this.#crumbled = true;
      this.#counted += 1;
    }
    if (this.#size > fieldSection) {
      this.#exceed(this.#size, fieldSection, `a field section of ${this.#size} octets or more`);
    } else if (this.#counted > fieldCount) {
      this.#exceed(this.#counted, fieldCount, `${this.#counted} field lines or more`);
    }
  }

  #exceed(seen: number, limit: number, detail: string): void {
    if (seen > limit * 2) {
      throw this.#fault(faults.sectionTooLarge, `${detail}, more than twice the limit ${limit}`);
    }
    this.#excess ??= `${detail}, limit ${limit}`;
  }

  /** An integer behind a prefix with the bits of `mask` (RFC 7541 §5.1). */
  #integer(mask: number): number {
    let value = (this.#bytes[this.#at] as number) & mask;
    this.#at += 1;
    if (value < mask) {
      return value;
    }
    for (let shift = 0; shift < integerOctets * 7; shift += 7) {
      if (this.#at >= this.#end) {
        throw this.#fault(faults.cutShort, "a field block ends within an integer");
      }
      const octet = this.#bytes[this.#at] as number;
      this.#at += 1;
      value += (octet & 0x7f) << shift;
      if (octet < 0x80) {
        return value;
      }
    }
    throw this.#fault(faults.badInteger, `an integer of more than ${integerOctets + 1} octets`);
  }

  /** Steps over a string literal (RFC 7541 §5.2): `#text` makes a string of it until the next call. */
  #string(): void {
    if (this.#at >= this.#end) {
      throw this.#fault(faults.cutShort, "a field block ends before a string");
    }
    const coded = (this.#bytes[this.#at] as number) >= 0x80;
    const length = this.#integer(0x7f);
    const start = this.#at;
    if (length > this.#end - start) {
      throw this.#fault(faults.cutShort, `a string of ${length} octets, ${this.#end - start} follow`);
    }
    this.#at += length;
    if (!coded) {
      this.#textBytes = this.#bytes;
      this.#textStart = start;
      this.#textEnd = this.#at;
      return;
    }
    this.#textBytes = roomFor(length);
    this.#textStart = 0;
    this.#textEnd = decodeHuffman(this.#bytes, start, this.#at, this.#textBytes);
    if (this.#textEnd === NO_STRING) {
      throw this.#fault(faults.badHuffman, "a Huffman-coded string holds EOS or ends in wrong padding");
    }
  }

  #text(): string {
    return this.#textEnd === this.#textStart ? "" : latin1(this.#textBytes, this.#textStart, this.#textEnd);
  }

  #fault(fault: HpackFault, detail: string): HttpError {
    return new HttpError(fault, this.#options.by, detail);
  }
}

/** No code is shorter than five bits: eight octets may come of five. */
function roomFor(coded: Octets): Buffer {
  const most = Math.ceil((coded * 8) / 5);
  return most <= unfolded.length ? unfolded : Buffer.allocUnsafeSlow(most);
}
