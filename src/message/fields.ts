/**
 * A field section: an ordered list of (name, value) pairs (RFC 9110 §5, §6.3, §6.5).
 *
 * Names are lower case, values are the received octets as latin1 strings,
 * duplicates are kept in order. Immutable: every change answers a new list.
 */

export type FieldLine = readonly [name: string, value: string];

/** A change that does not depend on the request. */
export interface FieldsPatch {
  /** Names (lower case) to take away first. */
  readonly remove: readonly string[];
  /** Lines that replace every line of the same name. */
  readonly set: readonly FieldLine[];
  /** Lines appended whatever is there. */
  readonly add: readonly FieldLine[];
  /** Lines for names that no line has once the rest is done. */
  readonly missing?: readonly FieldLine[];
}

export class Fields implements Iterable<FieldLine> {
  static readonly empty: Fields = new Fields("", [], []);

  /** A bit for each length (modulo 32) that a name of `#spans` has: most absent names are told by it alone. */
  readonly #lengths: number;
  readonly #text: string;
  /** Four numbers a line into `#text`: name start, name end, value start, value end. */
  readonly #spans: readonly number[];
  /** Flat name, value, name, value…; made from the spans on first need. */
  #flat: readonly string[] | undefined;
  #keptLines: unknown = undefined;
  #keptOnward: unknown = undefined;
  #patched: { readonly patch: FieldsPatch; readonly fields: Fields } | undefined;

  private constructor(
    text: string,
    spans: readonly number[],
    flat: readonly string[] | undefined,
    lengths = 0,
  ) {
    this.#lengths = lengths;
    this.#text = text;
    this.#spans = spans;
    this.#flat = flat;
  }

  /** From lines whose names are lower case already. */
  static of(...lines: readonly FieldLine[]): Fields {
    return lines.length === 0 ? Fields.empty : Fields.#fromFlat(lines.flat());
  }

  /** From any (name, value) pairs; names are lower-cased. */
  static from(lines: Iterable<FieldLine> | Readonly<Record<string, string>>): Fields {
    const flat: string[] = [];
    const pairs = Symbol.iterator in lines ? (lines as Iterable<FieldLine>) : Object.entries(lines);
    for (const [name, value] of pairs) {
      flat.push(name.toLowerCase(), value);
    }
    return Fields.#fromFlat(flat);
  }

  /**
   * Over a received field section, without cutting it up before someone asks.
   *
   * @param text - The section (or more) as latin1.
   * @param spans - Four offsets a line: name start, name end, value start, value end.
   */
  static over(text: string, spans: readonly number[]): Fields {
    let lengths = 0;
    for (let i = 0; i < spans.length; i += 4) {
      lengths |= 1 << ((spans[i + 1] as number) - (spans[i] as number));
    }
    return spans.length === 0 ? Fields.empty : new Fields(text, spans, undefined, lengths);
  }

  /** From name, value, name, value…, which are the new list's from here on; names are lower case already. */
  static fromFlat(flat: readonly string[]): Fields {
    return Fields.#fromFlat(flat);
  }

  static #fromFlat(flat: readonly string[]): Fields {
    return flat.length === 0 ? Fields.empty : new Fields("", [], flat);
  }

  /** Name, value, name, value…: for those who look at every line and want no pairs made. */
  get flat(): readonly string[] {
    return this.#list();
  }

  /** What the HTTP/1 machines keep beside it: a section that is sent again is written once. */
  get keptLines(): unknown {
    return this.#keptLines;
  }

  set keptLines(lines: unknown) {
    this.#keptLines = lines;
  }

  /** What a gateway keeps beside it: a section that comes again goes on as it went before. */
  get keptOnward(): unknown {
    return this.#keptOnward;
  }

  set keptOnward(onward: unknown) {
    this.#keptOnward = onward;
  }

  /** The number of field lines. */
  get size(): number {
    return this.#flat === undefined ? this.#spans.length >> 2 : this.#flat.length >> 1;
  }

  /**
   * The field's value: of several lines, their values joined with ", " (RFC 9110 §5.3).
   * Not for Set-Cookie, whose lines cannot be joined: use `all`.
   */
  get(name: string): string | undefined {
    const flat = this.#flat;
    let value: string | undefined;
    if (flat === undefined) {
      const spans = this.#spans;
      const length = name.length;
      if ((this.#lengths & (1 << length)) === 0) {
        return undefined;
      }
      for (let i = 0; i < spans.length; i += 4) {
        const start = spans[i] as number;
        if ((spans[i + 1] as number) - start === length && sameName(this.#text, start, name)) {
          const next = this.#text.slice(spans[i + 2], spans[i + 3]);
          value = value === undefined ? next : `${value}, ${next}`;
        }
      }
      return value;
    }
    for (let i = 0; i < flat.length; i += 2) {
      if (flat[i] === name) {
        const next = flat[i + 1] as string;
        value = value === undefined ? next : `${value}, ${next}`;
      }
    }
    return value;
  }

  /** Each line's value, in order. */
  all(name: string): readonly string[] {
    const flat = this.#list();
    const values: string[] = [];
    for (let i = 0; i < flat.length; i += 2) {
      if (flat[i] === name) {
        values.push(flat[i + 1] as string);
      }
    }
    return values;
  }

  has(name: string): boolean {
    const flat = this.#flat;
    if (flat === undefined) {
      const spans = this.#spans;
      if ((this.#lengths & (1 << name.length)) === 0) {
        return false;
      }
      for (let i = 0; i < spans.length; i += 4) {
        const start = spans[i] as number;
        if ((spans[i + 1] as number) - start === name.length && sameName(this.#text, start, name)) {
          return true;
        }
      }
      return false;
    }
    for (let i = 0; i < flat.length; i += 2) {
      if (flat[i] === name) {
        return true;
      }
    }
    return false;
  }

  /** One line of this name and value; further lines of the name are gone. */
  with(name: string, value: string): Fields {
    return this.patched({ remove: [], set: [[name, value]], add: [] });
  }

  /** One more line at the end. */
  adding(name: string, value: string): Fields {
    return Fields.#fromFlat([...this.#list(), name, value]);
  }

  without(...names: readonly string[]): Fields {
    return names.some((name) => this.has(name)) ? this.patched({ remove: names, set: [], add: [] }) : this;
  }

  patched(patch: FieldsPatch): Fields {
    const gone = new Set([...patch.remove, ...patch.set.map(([name]) => name)]);
    const flat: string[] = [];
    const list = this.#list();
    for (let i = 0; i < list.length; i += 2) {
      if (!gone.has(list[i] as string)) {
        flat.push(list[i] as string, list[i + 1] as string);
      }
    }
    flat.push(...patch.set.flat(), ...patch.add.flat());
    if (patch.missing !== undefined) {
      const there = Fields.#fromFlat(flat);
      flat.push(...patch.missing.filter(([name]) => !there.has(name)).flat());
    }
    return Fields.#fromFlat(flat);
  }

  /** The same, for a patch that is applied again and again: a section that comes again gives the same list again. */
  patchedAgain(patch: FieldsPatch): Fields {
    if (this.#patched?.patch !== patch) {
      this.#patched = { patch, fields: this.patched(patch) };
    }
    return this.#patched.fields;
  }

  *[Symbol.iterator](): IterableIterator<FieldLine> {
    const flat = this.#list();
    for (let i = 0; i < flat.length; i += 2) {
      yield [flat[i] as string, flat[i + 1] as string];
    }
  }

  /** As plain pairs, for tests and logs. */
  toJSON(): FieldLine[] {
    return [...this];
  }

  #list(): readonly string[] {
    if (this.#flat === undefined) {
      const flat: string[] = [];
      const spans = this.#spans;
      for (let i = 0; i < spans.length; i += 4) {
        flat.push(
          this.#text.slice(spans[i], spans[i + 1]).toLowerCase(),
          this.#text.slice(spans[i + 2], spans[i + 3]),
        );
      }
      this.#flat = flat;
    }
    return this.#flat;
  }
}

/** Whether `text` from `start` is `name` (lower case), ASCII letters compared without case. */
function sameName(text: string, start: number, name: string): boolean {
  for (let i = 0; i < name.length; i += 1) {
    const seen = text.charCodeAt(start + i);
    const wanted = name.charCodeAt(i);
    if (seen !== wanted && (seen < 65 || seen > 90 || (seen | 32) !== wanted)) {
      return false;
    }
  }
  return true;
}
