/** Content that must be whole by a deadline which its connection knows nothing of. */
import { Fields, type Octets, type PulledContent } from "../../message/index.ts";

export class TimedContent implements PulledContent {
  readonly type = "pulled";
  readonly length: Octets | undefined;
  onReadable: (() => void) | undefined = undefined;
  readonly #inner: PulledContent;
  #failed: Error | undefined;
  #hungry = false;

  constructor(inner: PulledContent) {
    this.length = inner.length;
    this.#inner = inner;
    inner.onReadable = () => this.#wake();
  }

  get trailers(): Fields {
    return this.#failed === undefined ? this.#inner.trailers : Fields.empty;
  }

  read(): Uint8Array | "pending" | "end" {
    if (this.#failed !== undefined) {
      throw this.#failed;
    }
    const got = this.#inner.read();
    this.#hungry = got === "pending";
    return got;
  }

  cancel(reason: Error): void {
    this.#inner.cancel(reason);
  }

  /** The deadline has passed before the end. */
  fail(error: Error): void {
    if (this.#failed === undefined) {
      this.#failed = error;
      this.#inner.cancel(error);
      this.#wake();
    }
  }

  #wake(): void {
    if (this.#hungry) {
      this.#hungry = false;
      this.onReadable?.();
    }
  }
}
