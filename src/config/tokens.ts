/**
 * Cuts TypeScript, JavaScript or JSON into tokens, just well enough to find an
 * object's names: comments, strings, templates and regular expressions are told
 * apart, all else is words and single characters of punctuation.
 */

export interface Token {
  readonly type: "word" | "string" | "template" | "regex" | "punctuation";
  /** A word or punctuation as written ("=>" and "..." are one token each); "" for the others. */
  readonly text: string;
  /** What a string says, or the word again. */
  readonly value?: string;
  /** Offset in the source. */
  readonly at: number;
}

export function tokens(source: string): Token[] {
  const list: Token[] = [];
  let at = 0;
  while (at < source.length) {
    const token = /\s/.test(source[at] as string) ? undefined : nextToken(source, at, list.at(-1));
    if (token === undefined) {
      at += 1;
    } else {
      at = token.end;
      if (token.token !== undefined) {
        list.push(token.token);
      }
    }
  }
  return list;
}

interface Cut {
  /** undefined for a comment. */
  readonly token: Token | undefined;
  readonly end: number;
}

function nextToken(source: string, at: number, before: Token | undefined): Cut {
  const char = source[at] as string;
  if (source.startsWith("//", at) || (at === 0 && source.startsWith("#!"))) {
    return { token: undefined, end: endOr(source, source.indexOf("\n", at), 0) };
  }
  if (source.startsWith("/*", at)) {
    return { token: undefined, end: endOr(source, source.indexOf("*/", at + 2), 2) };
  }
  if (char === '"' || char === "'") {
    return stringToken(source, at);
  }
  if (char === "`") {
    return { token: { type: "template", text: "", at }, end: templateEnd(source, at + 1) };
  }
  if (char === "/" && mayStartRegex(before)) {
    return { token: { type: "regex", text: "", at }, end: regexEnd(source, at + 1) };
  }
  const word = /^[\p{ID_Continue}$#]+(?:\.\d+)?/u.exec(source.slice(at, at + 256))?.[0];
  if (word !== undefined) {
    return { token: { type: "word", text: word, value: word, at }, end: at + word.length };
  }
  const text = source.startsWith("=>", at) ? "=>" : source.startsWith("...", at) ? "..." : char;
  return { token: { type: "punctuation", text, at }, end: at + text.length };
}

function stringToken(source: string, at: number): Cut {
  const quote = source[at] as string;
  let end = at + 1;
  while (end < source.length && source[end] !== quote && source[end] !== "\n") {
    end += source[end] === "\\" ? 2 : 1;
  }
  const raw = source.slice(at + 1, end);
  return { token: { type: "string", text: "", value: raw.replace(/\\(.)/g, "$1"), at }, end: end + 1 };
}

function templateEnd(source: string, start: number): number {
  let at = start;
  while (at < source.length && source[at] !== "`") {
    if (source.startsWith("${", at)) {
      at = substitutionEnd(source, at + 2);
    } else {
      at += source[at] === "\\" ? 2 : 1;
    }
  }
  return at + 1;
}

/** After the brace that closes `${`. */
function substitutionEnd(source: string, start: number): number {
  let depth = 1;
  let at = start;
  let before: Token | undefined;
  while (at < source.length && depth > 0) {
    if (/\s/.test(source[at] as string)) {
      at += 1;
      continue;
    }
    const { token, end } = nextToken(source, at, before);
    depth += token?.text === "{" && token.type === "punctuation" ? 1 : 0;
    depth -= token?.text === "}" && token.type === "punctuation" ? 1 : 0;
    before = token ?? before;
    at = end;
  }
  return at;
}

/** A slash after a value divides; elsewhere it opens a regular expression. */
function mayStartRegex(before: Token | undefined): boolean {
  if (before === undefined) {
    return true;
  }
  return before.type === "punctuation" ? !")]}".includes(before.text) : before.text === "return";
}

function regexEnd(source: string, start: number): number {
  let inClass = false;
  let at = start;
  while (at < source.length && source[at] !== "\n" && (inClass || source[at] !== "/")) {
    inClass = source[at] === "[" || (inClass && source[at] !== "]");
    at += source[at] === "\\" ? 2 : 1;
  }
  return at + 1;
}

function endOr(source: string, found: number, length: number): number {
  return found < 0 ? source.length : found + length;
}
