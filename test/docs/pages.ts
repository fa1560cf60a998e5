/** The manual's sources and the code in them. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { manualPages } from "../../scripts/manual/pages.ts";

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

export interface CodeBlock {
  /** Where it stands, such as "docs/files.md:12". */
  readonly at: string;
  readonly page: string;
  readonly language: string;
  /** What stands behind the language: the file that the code is, or what the text shows. */
  readonly title: string;
  readonly code: string;
}

/** README and every page of the manual, as paths from the root. */
export const sources: readonly string[] = ["README.md", ...manualPages.map(({ name }) => `docs/${name}.md`)];

export function textOf(path: string): string {
  return readFileSync(join(root, path), "utf8");
}

export function blocksOf(path: string): readonly CodeBlock[] {
  const text = textOf(path);
  return [...text.matchAll(/^```(\w*) ?([^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => {
    const [, language = "", title = "", code = ""] = match;
    const line = text.slice(0, match.index).split("\n").length;
    return { at: `${path}:${line}`, page: path, language, title, code };
  });
}

/** The rows of the first table below a heading ("": of the page), their cells as written. */
export function tableBelow(path: string, heading: string): readonly (readonly string[])[] {
  const text = textOf(path);
  const from = heading === "" ? 0 : text.indexOf(`\n## ${heading}\n`);
  const table = /\n\|[^\n]*\n\|[-| ]+\n((?:\|[^\n]*\n)+)/.exec(from < 0 ? "" : text.slice(from))?.[1];
  if (table === undefined) {
    throw new Error(`${path} has no table below "${heading}"`);
  }
  const lines = table.trimEnd().split("\n");
  return lines.map((line) => line.replace(/^\| ?| ?\|$/g, "").split(" | "));
}
