/** Puts together a field block that comes in several frames (RFC 9113 §4.3, §6.10). */
import { ByteStore } from "../../bytes/index.ts";
import type { Octets, StreamId } from "../../message/index.ts";

export class FieldBlock {
  /** The stream it belongs to; 0 while none is under way. */
  stream: StreamId = 0;
  endsStream = false;
  /** Its HEADERS gave a priority that depends on the stream itself. */
  ofItself = false;
  /** CONTINUATION frames so far. */
  continuations = 0;
  #bytes: ByteStore | undefined;

  get isOpen(): boolean {
    return this.stream !== 0;
  }

  get length(): Octets {
    return this.#bytes?.length ?? 0;
  }

  begin(stream: StreamId, endsStream: boolean, bytes: Uint8Array, start: number, end: number): void {
    this.stream = stream;
    this.endsStream = endsStream;
    this.ofItself = false;
    this.continuations = 0;
    this.#bytes = new ByteStore();
    this.#bytes.append(bytes.subarray(start, end));
  }

  append(bytes: Uint8Array, start: number, end: number): void {
    this.continuations += 1;
    this.#bytes?.append(bytes.subarray(start, end));
  }

  /** The whole block; nothing is under way any more. */
  take(): Uint8Array {
    const whole = this.#bytes?.view() ?? new Uint8Array(0);
    this.stream = 0;
    this.#bytes = undefined;
    return whole;
  }
}
