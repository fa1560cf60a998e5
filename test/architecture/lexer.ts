/**
 * Just enough lexing of TypeScript for laws about source text: what is code, what is a
 * comment, what is the inside of a string, and which modules a file names.
 */

export interface Lexed {
  /** The source with comments and the insides of strings and patterns blanked; line breaks stay. */
  readonly code: string;
  /** Each plain string literal, keyed by the offset of its opening quote. */
  readonly strings: ReadonlyMap<number, string>;
}

/** After these a "/" begins a pattern, not a division. */
const beforePattern =
  /(?:^|[=(,:;!&|?{}[\n+\-*%<>~^]|\b(?:return|typeof|case|in|of|void|throw|new|delete|else|do|await|yield))\s*$/;

export function lex(source: string): Lexed {
  const out = source.split("");
  const strings = new Map<number, string>();
  /** Depth of braces at which each open template resumes. */
  const templates: number[] = [];
  let depth = 0;
  let i = 0;
  const blank = (from: number, to: number): void => {
    for (let at = from; at < to && at < out.length; at += 1) {
      if (out[at] !== "\n") {
        out[at] = " ";
      }
    }
  };
  const template = (from: number): number => {
    const end = endOfTemplatePart(source, from);
    blank(from, end.at);
    if (end.opens) {
      templates.push(depth);
      depth += 1;
      return end.at + 2;
    }
    return end.at + 1;
  };
  while (i < source.length) {
    const char = source[i];
    const pair = source.slice(i, i + 2);
    if (pair === "//" || pair === "/*") {
      const end = pair === "//" ? source.indexOf("\n", i) : source.indexOf("*/", i + 2) + 2;
      const to = end < i + 2 ? source.length : end;
      blank(i, to);
      i = to;
    } else if (char === '"' || char === "'") {
      const end = endOfString(source, i);
      strings.set(i, source.slice(i + 1, end));
      blank(i + 1, end);
      i = end + 1;
    } else if (char === "`") {
      i = template(i + 1);
    } else if (char === "}" && templates.at(-1) === depth - 1) {
      templates.pop();
      depth -= 1;
      i = template(i + 1);
    } else if (char === "/" && beforePattern.test(out.slice(Math.max(0, i - 80), i).join(""))) {
      const end = endOfPattern(source, i);
      blank(i + 1, end);
      i = end + 1;
    } else {
      depth += char === "{" ? 1 : char === "}" ? -1 : 0;
      i += 1;
    }
  }
  return { code: out.join(""), strings };
}

/**
 * Every module that a source names: `import`, `import type`, `export … from`,
 * `import()` as call or as type, and `require()`.
 */
export function importsOf(source: string): string[] {
  const { code, strings } = lex(source);
  const naming =
    /\b(?:import|export)\b(?:[\s\w*{},$]|"\s*")*?\bfrom\s*(?=["'])|\bimport\s*(?=["'])|\b(?:import|require)\s*\(\s*(?=["'])/g;
  const found: string[] = [];
  for (const match of code.matchAll(naming)) {
    const name = strings.get(match.index + match[0].length);
    if (name !== undefined) {
      found.push(name);
    }
  }
  return found;
}

function endOfString(source: string, start: number): number {
  const quote = source[start];
  let i = start + 1;
  while (i < source.length && source[i] !== quote && source[i] !== "\n") {
    i += source[i] === "\\" ? 2 : 1;
  }
  return i;
}

function endOfTemplatePart(source: string, start: number): { readonly at: number; readonly opens: boolean } {
  let i = start;
  while (i < source.length) {
    if (source[i] === "`") {
      return { at: i, opens: false };
    }
    if (source[i] === "$" && source[i + 1] === "{") {
      return { at: i, opens: true };
    }
    i += source[i] === "\\" ? 2 : 1;
  }
  return { at: i, opens: false };
}

function endOfPattern(source: string, start: number): number {
  let inClass = false;
  let i = start + 1;
  while (i < source.length && source[i] !== "\n" && (inClass || source[i] !== "/")) {
    inClass = source[i] === "[" ? true : source[i] === "]" ? false : inClass;
    i += source[i] === "\\" ? 2 : 1;
  }
  return i;
}
