/**
 * Whether octets that arrived make it worthwhile to look at an unfinished head again.
 *
 * Heads are judged line by line: until a line ends, or grows past its limit, there is nothing new
 * to see, and looking at each arrival would let a peer that sends single octets cost us a whole
 * head's reading for each.
 */
import type { Octets } from "../../message/index.ts";
import { LF } from "./grammar.ts";

/** An empty line may precede a request line, and is no line of the head yet. */
const emptyLine: Octets = 2;

export class LineWatch {
  /** Octets held after the last LF: the line that has not ended yet. */
  #unended: Octets = 0;

  /** Begins with what is held once it has been looked at. */
  restart(held: Uint8Array): void {
    this.#unended = held.length - 1 - held.lastIndexOf(LF);
  }

  /**
   * @param held - Octets held before `fresh`.
   * @param startLine - Limit of the request line or status line.
   * @param fieldLine - Limit of every line after it.
   */
  worthwhile(held: Octets, fresh: Uint8Array, startLine: Octets, fieldLine: Octets): boolean {
    const feed = fresh.lastIndexOf(LF);
    this.#unended = feed < 0 ? this.#unended + fresh.length : fresh.length - feed - 1;
    const inFields = held + fresh.length - this.#unended > emptyLine;
    return feed >= 0 || held <= emptyLine || this.#unended > (inFields ? fieldLine : startLine);
  }
}
