/**
 * Redirect maps as JSON: `{ "/old": "/new", "/a": { "to": "/b", "status": 302 } }`,
 * or a list of `{ "from", "to", "status" }`. Read with places, so that a fault can name line and column.
 */
import type { FileEntries, FileFault } from "./csv.ts";
import type { Place, RawEntry } from "./entry.ts";

interface Node {
  readonly at: number;
  readonly value: unknown;
  /** Of an object, its keys and where they stand; duplicates kept. */
  readonly members?: readonly (readonly [key: Node, value: Node])[];
  readonly items?: readonly Node[];
}

export function readJson(text: string): FileEntries {
  const place = placesIn(text);
  const tree = new Reader(text).read();
  if (typeof tree === "number") {
    return { entries: [], faults: [{ place: place(tree), message: "this is no JSON" }] };
  }
  const faults: FileFault[] = [];
  const entries: RawEntry[] = [];
  for (const [key, node] of tree.members ?? (tree.items ?? []).map((item) => [undefined, item] as const)) {
    const parts = new Map(node.members?.map(([name, value]) => [name.value as string, value]));
    const from = key ?? parts.get("from");
    const known = key === undefined ? ["from", "to", "status"] : ["to", "status"];
    const odd = node.members?.find(([name]) => !known.includes(name.value as string));
    if (odd !== undefined) {
      const message = `${JSON.stringify(odd[0].value)}: needs one of ${known.join(", ")}`;
      faults.push({ place: place(odd[0].at), message });
    } else if (typeof from?.value !== "string" || (key === undefined && node.members === undefined)) {
      faults.push({ place: place(node.at), message: 'needs { "from": "/old", "to": "/new" }' });
    } else {
      const to = node.members === undefined ? node : parts.get("to");
      const status = parts.get("status");
      entries.push({
        from: from.value,
        to: to?.value,
        status: status?.value,
        places: {
          from: place(from.at),
          to: place((to ?? node).at),
          status: place((status ?? node).at),
        },
      });
    }
  }
  if (tree.members === undefined && tree.items === undefined) {
    faults.push({ place: place(tree.at), message: 'needs an object { "/old": "/new" } or a list' });
  }
  return { entries, faults };
}

function placesIn(text: string): (at: number) => Place {
  const starts = [0];
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) {
    starts.push(i + 1);
  }
  return (at) => {
    let line = 1;
    // Halving: maps have thousands of lines.
    for (let end = starts.length; line < end; ) {
      const middle = Math.ceil((line + end) / 2);
      if ((starts[middle - 1] ?? 0) <= at) {
        line = middle;
      } else {
        end = middle - 1;
      }
    }
    return { line, column: at - (starts[line - 1] ?? 0) + 1 };
  };
}

/** The tokens of RFC 8259, blanks before them included. */
const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9A-Fa-f]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|$)/y;

/** Reads what JSON.parse reads, but says where each value stands, and where it stops being JSON. */
class Reader {
  readonly #text: string;
  #next = 0;
  /** The token at hand and where it stands; "" at the end. */
  #token = "";
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** @returns The value, or where the text is no JSON. */
  read(): Node | number {
    try {
      this.#advance();
      const node = this.#value();
      return this.#token === "" ? node : this.#at;
    } catch (error) {
      if (error instanceof SyntaxError) {
        return this.#at;
      }
      throw error;
    }
  }

  #value(): Node {
    const at = this.#at;
    const text = this.#token;
    if (text === "{") {
      const members: [Node, Node][] = [];
      this.#list("}", () => {
        const key = this.#token.startsWith('"') ? this.#value() : this.#fail();
        this.#expect(":");
        members.push([key, this.#value()]);
      });
      return { at, value: members, members };
    }
    if (text === "[") {
      const items: Node[] = [];
      this.#list("]", () => items.push(this.#value()));
      return { at, value: items, items };
    }
    if (/^[\]},:]?$/.test(text)) {
      this.#fail();
    }
    this.#advance();
    return { at, value: JSON.parse(text) };
  }

  #list(close: string, member: () => void): void {
    this.#advance();
    for (let first = true; this.#token !== close; first = false) {
      if (!first) {
        this.#expect(",");
      }
      member();
    }
    this.#advance();
  }

  #expect(wanted: string): void {
    if (this.#token !== wanted) {
      this.#fail();
    }
    this.#advance();
  }

  #advance(): void {
    token.lastIndex = this.#next;
    const found = token.exec(this.#text);
    const blanks = /[ \t\r\n]*/y;
    blanks.lastIndex = this.#next;
    this.#at = this.#next + (blanks.exec(this.#text)?.[0].length ?? 0);
    if (found === null) {
      this.#fail();
    }
    this.#token = found[1] ?? found[2] ?? "";
    this.#next += found[0].length;
  }

  #fail(): never {
    throw new SyntaxError("no JSON");
  }
}
