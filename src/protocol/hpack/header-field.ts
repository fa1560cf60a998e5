/** One line of a field section as the tables hold it. */
import type { Octets } from "../../message/index.ts";

export class HeaderField {
  readonly name: string;
  readonly value: string;
  /** What it counts in a table and towards a section's limit: name, value and 32 (RFC 7541 §4.1, RFC 9113 §6.5.2). */
  readonly size: Octets;
  /**
   * What a reader found the line to be, kept for the next time the peer refers to it; 0 until someone looked.
   * HPACK itself never reads it.
   */
  verdict = 0;

  constructor(name: string, value: string) {
    this.name = name;
    this.value = value;
    this.size = name.length + value.length + 32;
  }
}
