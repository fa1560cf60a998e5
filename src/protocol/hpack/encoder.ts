/**
 * Field sections to field blocks (RFC 7541 §6), line by line, with or without a dynamic table.
 *
 * The table is used for lines that are likely to come again; secrets never enter it (§7.1.3).
 */
import type { Octets } from "../../message/index.ts";
import type { BlockWriter } from "./block-writer.ts";
import { DynamicTable } from "./dynamic-table.ts";
import { HeaderField } from "./header-field.ts";
import { staticIndex, staticTable } from "./static-table.ts";

export interface HpackEncoderOptions {
  /** Most octets of dynamic table that we use, whatever the peer allows; 0 for no dynamic table. */
  readonly tableSize: Octets;
}

/** How a literal of a name is written: the pattern and the mask of its prefix (RFC 7541 §6.2). */
interface Literal {
  readonly pattern: number;
  readonly mask: number;
}

const indexing: Literal = { pattern: 0x40, mask: 0x3f };
const unindexed: Literal = { pattern: 0x00, mask: 0x0f };
const never: Literal = { pattern: 0x10, mask: 0x0f };

/** What guessing must not find out by the length of blocks; intermediaries keep it out of their tables too. */
const secrets: readonly string[] = ["authorization", "proxy-authorization", "cookie", "set-cookie"];

/** Lines that seldom come twice would only drive out those that do. */
const passing: readonly string[] = [
  ":path",
  "age",
  "content-length",
  "content-range",
  "etag",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "last-modified",
  "location",
  "range",
  "referer",
];

const literals: ReadonlyMap<string, Literal> = new Map([
  ...passing.map((name): [string, Literal] => [name, unindexed]),
  ...secrets.map((name): [string, Literal] => [name, never]),
]);

/** The size that a peer starts with (RFC 9113 §6.5.2). */
const initialSize: Octets = 4_096;

export class HpackEncoder {
  readonly #tableSize: Octets;
  readonly #table: DynamicTable;
  /** The newest line of each name, by id. */
  readonly #newest = new Map<string, number>();
  /** For each line in the table, the id of the next older one of its name; -1 for none. */
  readonly #older = new Map<number, number>();
  /** What the peer's decoder takes its table's maximum to be. */
  #told: Octets = initialSize;
  #target: Octets;
  /** The least target since the last block, and whether the next block must tell of it. */
  #least: Octets = Number.MAX_SAFE_INTEGER;
  #owes: boolean;

  constructor(options: HpackEncoderOptions) {
    this.#tableSize = options.tableSize;
    this.#target = Math.min(options.tableSize, initialSize);
    this.#table = new DynamicTable(this.#target, (field, id) => {
      this.#older.delete(id);
      if (this.#newest.get(field.name) === id) {
        this.#newest.delete(field.name);
      }
    });
    this.#owes = options.tableSize > 0 && this.#target < initialSize;
  }

  /** The next block must begin with a table size update: one written by other means must not be sent before. */
  get owesUpdate(): boolean {
    return this.#owes;
  }

  /** The peer's SETTINGS_HEADER_TABLE_SIZE, as soon as it is acknowledged (4,096 before any). */
  resize(peerMaximum: Octets): void {
    this.#target = Math.min(this.#tableSize, peerMaximum);
    this.#least = Math.min(this.#least, this.#target);
    // A table that is never used need not grow, nor shrink below what the peer allows.
    this.#owes ||= peerMaximum < this.#told || (this.#tableSize > 0 && this.#target !== this.#told);
  }

  /** Begins a block at the writer's end with the table size updates that are owed (RFC 7541 §4.2). */
  begin(out: BlockWriter): void {
    if (!this.#owes) {
      return;
    }
    if (this.#least < this.#target) {
      out.integer(0x20, 0x1f, this.#least);
      this.#table.resize(this.#least);
    }
    out.integer(0x20, 0x1f, this.#target);
    this.#table.resize(this.#target);
    this.#told = this.#target;
    this.#least = Number.MAX_SAFE_INTEGER;
    this.#owes = false;
  }

  /**
   * One line: `name` in lower case, `value` latin1. That both are fit for HTTP is the caller's to check.
   *
   * @throws MisuseError for a character that is no octet: the block cannot be used then, nor this encoder.
   */
  field(out: BlockWriter, name: string, value: string): void {
    const first = staticIndex(name);
    for (let index = first; index > 0 && staticTable[index]?.name === name; index += 1) {
      if (staticTable[index]?.value === value) {
        out.integer(0x80, 0x7f, index);
        return;
      }
    }
    const literal = literals.get(name) ?? indexing;
    if (literal !== indexing || this.#table.max === 0) {
      writeLiteral(out, literal === never ? never : unindexed, first, name, value);
      return;
    }
    this.#repeatable(out, first, name, value);
  }

  #repeatable(out: BlockWriter, first: number, name: string, value: string): void {
    let id = this.#newest.get(name) ?? -1;
    const nameIndex = first > 0 || id < 0 ? first : this.#indexOf(id);
    for (; id >= 0; id = this.#older.get(id) ?? -1) {
      const index = this.#indexOf(id);
      if (this.#table.get(index - staticTable.length)?.value === value) {
        out.integer(0x80, 0x7f, index);
        return;
      }
    }
    const field = new HeaderField(name, value);
    // One long line is not worth all the others.
    if (field.size > this.#table.max >> 1) {
      writeLiteral(out, unindexed, nameIndex, name, value);
      return;
    }
    writeLiteral(out, indexing, nameIndex, name, value);
    this.#table.insert(field);
    const inserted = this.#table.inserted - 1;
    this.#older.set(inserted, this.#newest.get(name) ?? -1);
    this.#newest.set(name, inserted);
  }

  #indexOf(id: number): number {
    return staticTable.length + this.#table.inserted - 1 - id;
  }
}

function writeLiteral(out: BlockWriter, literal: Literal, index: number, name: string, value: string): void {
  out.integer(literal.pattern, literal.mask, index);
  if (index === 0) {
    out.string(name);
  }
  out.string(value);
}
