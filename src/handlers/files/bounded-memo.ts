/** A map from field values to what they mean, bounded in count and in key length. */

/** Longer keys are not worth their memory: no honest client repeats them. */
const longestKey = 256;

export class BoundedMemo<V> {
  readonly #values = new Map<string, V>();
  readonly #count: number;

  /** @param count - Most values kept; the oldest makes room. */
  constructor(count: number) {
    this.#count = count;
  }

  get(key: string): V | undefined {
    return this.#values.get(key);
  }

  set(key: string, value: V): void {
    if (key.length > longestKey) {
      return;
    }
    if (this.#values.size >= this.#count) {
      for (const oldest of this.#values.keys()) {
        this.#values.delete(oldest);
        break;
      }
    }
    this.#values.set(ownCopy(key), value);
  }
}

/** A string cut from a received field section would keep the whole section alive. */
export function ownCopy(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}
