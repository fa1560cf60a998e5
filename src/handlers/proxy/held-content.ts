/** Response content that what it is made of is kept for, until it is over. */
import type { Fields, Octets, PulledContent } from "../../message/index.ts";

export class HeldContent implements PulledContent {
  readonly type = "pulled";
  readonly length: Octets | undefined;
  readonly #inner: PulledContent;
  #over: (() => void) | undefined;

  /** @param over - Called once: at the end, at a fault, or when nobody wants the rest. */
  constructor(inner: PulledContent, over: () => void) {
    this.length = inner.length;
    this.#inner = inner;
    this.#over = over;
  }

  get onReadable(): (() => void) | undefined {
    return this.#inner.onReadable;
  }

  set onReadable(told: (() => void) | undefined) {
    this.#inner.onReadable = told;
  }

  get trailers(): Fields {
    return this.#inner.trailers;
  }

  read(): Uint8Array | "pending" | "end" {
    try {
      const piece = this.#inner.read();
      if (piece === "end") {
        this.#end();
      }
      return piece;
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  cancel(reason: Error): void {
    this.#inner.cancel(reason);
    this.#end();
  }

  #end(): void {
    const over = this.#over;
    this.#over = undefined;
    over?.();
  }
}
