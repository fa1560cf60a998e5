/** Requests on one connection whose content waits for 100 (Continue) (RFC 9110 §10.1.1). */
import type { Millis } from "../../message/index.ts";
import type { Passage } from "./passage.ts";

export class Expecting {
  readonly #passages = new Set<Passage>();

  add(passage: Passage): void {
    this.#passages.add(passage);
  }

  delete(passage: Passage): void {
    this.#passages.delete(passage);
  }

  clear(): void {
    this.#passages.clear();
  }

  /** When the first of them waits no longer; Infinity where there is none. */
  get deadline(): Millis {
    let first = Number.POSITIVE_INFINITY;
    for (const { continueBy = first } of this.#passages) {
      first = Math.min(first, continueBy);
    }
    return first;
  }

  /** Those that have waited long enough go on. */
  expire(now: Millis): void {
    for (const passage of this.#passages) {
      if (passage.continueBy !== undefined && now >= passage.continueBy) {
        this.#passages.delete(passage);
        passage.goOn();
      }
    }
  }
}
