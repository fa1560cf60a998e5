/**
 * Finds the line of a config file that a path of the configuration comes from.
 *
 * It follows what most config files are: `export default`, perhaps a call or a
 * function around an object, and literals all the way down, names of constants
 * looked up in the same file. Where the way is lost (a spread, a computed list)
 * the nearest place before it answers.
 */
import type { ConfigPath } from "./problems.ts";
import { type Token, tokens } from "./tokens.ts";

/** Line and column from 1; undefined when not even the beginning was found. */
export type Locator = (path: ConfigPath) => { line: number; column: number } | undefined;

/** Cuts `source` into tokens once: a large file may have many problems. */
export function locator(source: string): Locator {
  const list = tokens(source);
  const start = rootOf(list);
  return (path) => {
    const at = start === undefined ? undefined : new Walk(list).follow(start, path);
    return at === undefined ? undefined : positionOf(source, at);
  };
}

/** Line and column, from 1, of an offset. */
export function positionOf(source: string, at: number): { line: number; column: number } {
  const before = source.slice(0, at);
  const line = before.split("\n").length;
  return { line, column: at - before.lastIndexOf("\n") };
}

/** Index of the token at which the exported value begins. */
function rootOf(list: readonly Token[]): number | undefined {
  const exported = list.findIndex((token, i) => token.text === "export" && list[i + 1]?.text === "default");
  if (exported >= 0) {
    return exported + 2;
  }
  const assigned = list.findIndex((token, i) => token.text === "exports" && list[i + 1]?.text === "=");
  if (assigned >= 0) {
    return assigned + 2;
  }
  return list[0]?.text === "{" ? 0 : undefined;
}

class Walk {
  readonly #list: readonly Token[];
  /** Constants may name each other; a circle ends here. */
  #jumps = 0;

  constructor(list: readonly Token[]) {
    this.#list = list;
  }

  /** Offset of the deepest part of `path` that can be found from the value at token `start`. */
  follow(start: number, path: ConfigPath): number | undefined {
    let value = this.#literal(start, path[0] === "options");
    let found = this.#list[start]?.at;
    for (const [index, part] of path.entries()) {
      if (value === undefined) {
        return found;
      }
      const open = this.#list[value.at]?.text;
      if (part === "options" && value.viaCall) {
        value = { at: value.at, viaCall: false };
        continue;
      }
      const entry =
        open === "{" && typeof part === "string"
          ? this.#property(value.at, part)
          : open === "[" && typeof part === "number"
            ? this.#element(value.at, part)
            : undefined;
      if (entry === undefined) {
        return found;
      }
      found = this.#list[entry.name]?.at ?? found;
      value = this.#literal(entry.value, path[index + 1] === "options");
    }
    return found;
  }

  /**
   * The bracket that opens the literal which the expression at `start` stands for.
   *
   * @param description - Whether a call here makes a handler or filter, whose options are its argument.
   */
  #literal(start: number, description: boolean): { at: number; viaCall: boolean } | undefined {
    let at = start;
    let viaCall = false;
    for (;;) {
      const token = this.#list[at];
      if (token === undefined || token.text === "{" || token.text === "[") {
        return token === undefined ? undefined : { at, viaCall };
      }
      const next = this.#list[at + 1]?.text;
      if (token.text === "async" || token.text === "await") {
        at += 1;
      } else if (token.text === "function" || this.#isArrow(at)) {
        at = this.#returned(at) ?? this.#list.length;
      } else if (token.text === "(") {
        at += 1;
      } else if (token.type === "word" && next === "(") {
        viaCall = description;
        at = description ? (this.#firstObject(at + 1) ?? this.#list.length) : at + 2;
      } else if (token.type === "word" && next !== "." && this.#jumps < 100) {
        this.#jumps += 1;
        at = this.#declared(token.text) ?? this.#list.length;
      } else {
        return undefined;
      }
    }
  }

  /** Whether an arrow function's parameters begin at `at`. */
  #isArrow(at: number): boolean {
    const after = this.#list[at]?.text === "(" ? this.#closing(at) + 1 : at + 1;
    return this.#list[after]?.text === "=>";
  }

  /** Where the value that a function answers begins. */
  #returned(at: number): number | undefined {
    const parameters = this.#list.findIndex((token, i) => i >= at && token.text === "(");
    const after =
      this.#list[at]?.text === "(" || this.#list[at]?.text === "function" ? this.#closing(parameters) : at;
    const arrow = this.#list[after + 1]?.text === "=>" ? after + 2 : after + 1;
    const brace = this.#list.findIndex((token, i) => i >= arrow && token.text === "{");
    if (this.#list[after + 1]?.text === "=>" && brace !== arrow) {
      return arrow;
    }
    const end = this.#closing(brace);
    const last = this.#list.findLastIndex((token, i) => i > brace && i < end && token.text === "return");
    return last < 0 ? undefined : last + 1;
  }

  /** First `{` among the arguments of a call whose parenthesis is at `open`. */
  #firstObject(open: number): number | undefined {
    const end = this.#closing(open);
    for (let at = open + 1; at < end; at = this.#skip(at)) {
      if (this.#list[at]?.text === "{") {
        return at;
      }
    }
    return undefined;
  }

  /** Where the value of `const name = …` begins. */
  #declared(name: string): number | undefined {
    const at = this.#list.findIndex(
      (token, i) => token.text === name && ["const", "let", "var"].includes(this.#list[i - 1]?.text ?? ""),
    );
    if (at < 0) {
      return undefined;
    }
    const equals = this.#list.findIndex((token, i) => i > at && token.text === "=");
    return equals < 0 ? undefined : equals + 1;
  }

  #property(open: number, name: string): { name: number; value: number } | undefined {
    const end = this.#closing(open);
    let at = open + 1;
    while (at < end) {
      const token = this.#list[at] as Token;
      const next = this.#list[at + 1]?.text;
      if (token.value === name) {
        return { name: at, value: next === ":" ? at + 2 : at };
      }
      at = this.#afterComma(at, end);
    }
    return undefined;
  }

  #element(open: number, index: number): { name: number; value: number } | undefined {
    const end = this.#closing(open);
    let at = open + 1;
    for (let left = index; at < end; left -= 1) {
      if (this.#list[at]?.text === "...") {
        return undefined;
      }
      if (left === 0) {
        return { name: at, value: at };
      }
      at = this.#afterComma(at, end);
    }
    return undefined;
  }

  #afterComma(from: number, end: number): number {
    let at = from;
    while (at < end && this.#list[at]?.text !== ",") {
      at = this.#skip(at);
    }
    return at + 1;
  }

  /** The token after this one, or after what it opens. */
  #skip(at: number): number {
    const token = this.#list[at];
    const opens = token?.type === "punctuation" && "([{".includes(token.text);
    return (opens ? this.#closing(at) : at) + 1;
  }

  /** Index of the bracket that closes the one at `open`. */
  #closing(open: number): number {
    let depth = 0;
    for (let at = Math.max(open, 0); at < this.#list.length; at += 1) {
      const token = this.#list[at] as Token;
      if (token.type === "punctuation" && token.text !== "...") {
        depth += "([{".includes(token.text) ? 1 : 0;
        depth -= ")]}".includes(token.text) ? 1 : 0;
        if (depth === 0) {
          return at;
        }
      }
    }
    return this.#list.length;
  }
}
