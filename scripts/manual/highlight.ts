/** Code with its parts marked for the stylesheet: few languages, small grammars, no scripts in the page. */

/** A class name, and what belongs to it at the place where the reader stands. */
type Rule = readonly [mark: string, pattern: RegExp];

const typescript: readonly Rule[] = [
  ["c", /\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ["s", /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/y],
  ["p", /[A-Za-z_$][\w$]*(?=\??:)/y],
  [
    "k",
    /\b(?:as|async|await|class|const|default|else|export|extends|for|from|function|if|import|interface|let|new|of|return|satisfies|throw|try|type|typeof|using|void)\b/y,
  ],
  ["n", /\b(?:\d[\d_]*(?:\.\d+)?|true|false|null|undefined)\b/y],
  ["f", /[A-Za-z_$][\w$]*(?=\()/y],
  ["", /[A-Za-z_$][\w$]*/y],
];
const json: readonly Rule[] = [
  ["p", /"(?:[^"\\\n]|\\.)*"(?=\s*:)/y],
  ["s", /"(?:[^"\\\n]|\\.)*"/y],
  ["n", /-?\d[\d.eE+-]*|\b(?:true|false|null)\b/y],
];
const shell: readonly Rule[] = [
  ["c", /#[^\n]*/y],
  ["s", /"(?:[^"\\]|\\.)*"|'[^']*'/y],
  ["k", /(?<=^|\n|\| )[\w./-]+/y],
  ["p", /(?<=\s)-{1,2}[\w-]+/y],
  ["", /[^\s"'#|]+/y],
];
const http: readonly Rule[] = [
  ["k", /(?<=^|\n)HTTP\/1\.[01] \d{3}[^\n]*/y],
  ["k", /(?<=^|\n)[A-Z]+(?= \S+ HTTP)/y],
  ["p", /(?<=\n)[A-Za-z-]+(?=: )/y],
  ["", /[^\n]+?(?=\n|$)/y],
];

const grammars: ReadonlyMap<string, readonly Rule[]> = new Map([
  ["ts", typescript],
  ["js", typescript],
  ["json", json],
  ["sh", shell],
  ["http", http],
]);

/** @returns HTML; of a language without a grammar the text alone, escaped. */
export function highlight(code: string, language: string): string {
  const rules = grammars.get(language) ?? [];
  let html = "";
  let at = 0;
  while (at < code.length) {
    const [mark, text] = next(rules, code, at);
    html += mark === "" ? escapeHtml(text) : `<span class="${mark}">${escapeHtml(text)}</span>`;
    at += text.length;
  }
  return html;
}

function next(rules: readonly Rule[], code: string, at: number): readonly [string, string] {
  for (const [mark, pattern] of rules) {
    pattern.lastIndex = at;
    const found = pattern.exec(code)?.[0];
    if (found !== undefined && found !== "") {
      return [mark, found];
    }
  }
  return ["", rules.length === 0 ? code.slice(at) : (code[at] as string)];
}

/** Safe as text and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
