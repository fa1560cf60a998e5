/** A placeholder in content replaced by a text, wherever reads happen to cut it. */
import { Buffer } from "node:buffer";
import {
  type BytesContent,
  bytesContent,
  type Content,
  type Fields,
  type PulledContent,
} from "../../message/index.ts";

/** Content that is asked for often is searched once. */
const searched = new WeakMap<
  BytesContent,
  { readonly placeholder: string; readonly parts: readonly Buffer[] }
>();

/**
 * @returns undefined where the content is known not to have the placeholder.
 */
export function fillPlaceholder(
  content: Content,
  placeholder: string,
  text: () => string,
): Content | undefined {
  switch (content.type) {
    case "empty":
      return undefined;
    case "bytes": {
      const parts = partsOf(content, placeholder);
      return parts.length < 2 ? undefined : bytesContent(joined(parts, Buffer.from(text(), "latin1")));
    }
    case "pulled":
      return new FilledContent(content, placeholder, text());
  }
}

function partsOf(content: BytesContent, placeholder: string): readonly Buffer[] {
  const before = searched.get(content);
  if (before?.placeholder === placeholder) {
    return before.parts;
  }
  const parts = split(bufferOver(content.bytes), Buffer.from(placeholder, "latin1"));
  searched.set(content, { placeholder, parts });
  return parts;
}

function split(bytes: Buffer, mark: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, from)) {
    parts.push(bytes.subarray(from, at));
    from = at + mark.length;
  }
  return [...parts, bytes.subarray(from)];
}

function joined(parts: readonly Buffer[], text: Buffer): Buffer {
  return Buffer.concat(parts.flatMap((part, index) => (index === 0 ? [part] : [text, part])));
}

function bufferOver(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Holds back no more than could be the beginning of a placeholder. */
class FilledContent implements PulledContent {
  readonly type = "pulled";
  /** What is replaced has another length. */
  readonly length: undefined = undefined;
  readonly #source: PulledContent;
  readonly #mark: Buffer;
  readonly #text: Buffer;
  #held: Buffer = Buffer.alloc(0);
  #ended = false;

  constructor(source: PulledContent, placeholder: string, text: string) {
    this.#source = source;
    this.#mark = Buffer.from(placeholder, "latin1");
    this.#text = Buffer.from(text, "latin1");
  }

  get trailers(): Fields {
    return this.#source.trailers;
  }

  get onReadable(): (() => void) | undefined {
    return this.#source.onReadable;
  }

  set onReadable(listener: (() => void) | undefined) {
    this.#source.onReadable = listener;
  }

  read(): Uint8Array | "pending" | "end" {
    while (!this.#ended) {
      const got = this.#source.read();
      if (got === "pending") {
        return got;
      }
      if (got === "end") {
        this.#ended = true;
        const last = this.#held;
        this.#held = Buffer.alloc(0);
        return last.length === 0 ? "end" : last;
      }
      const ready = this.#pass(got);
      if (ready.length > 0) {
        return ready;
      }
    }
    return "end";
  }

  cancel(reason: Error): void {
    this.#ended = true;
    this.#source.cancel(reason);
  }

  #pass(got: Uint8Array): Buffer {
    const whole = this.#held.length === 0 ? bufferOver(got) : Buffer.concat([this.#held, got]);
    const parts = split(whole, this.#mark);
    const last = parts.pop() ?? Buffer.alloc(0);
    const kept = beginning(last, this.#mark);
    // What was read is borrowed, what is held is ours.
    this.#held = Buffer.from(last.subarray(last.length - kept));
    return joined([...parts, last.subarray(0, last.length - kept)], this.#text);
  }
}

/** How many octets at the end of `bytes` could begin `mark`. */
function beginning(bytes: Buffer, mark: Buffer): number {
  for (let count = Math.min(bytes.length, mark.length - 1); count > 0; count -= 1) {
    if (bytes.subarray(bytes.length - count).equals(mark.subarray(0, count))) {
      return count;
    }
  }
  return 0;
}
