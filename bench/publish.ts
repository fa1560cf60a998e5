/** Puts the kept results between the marks of the README and the manual: `npm run bench:publish`. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { resultsMarkdown } from "./markdown.ts";
import type { Results } from "./results.ts";

const begin = "<!-- bench:begin -->";
const end = "<!-- bench:end -->";

/** Each page and the chart's address as seen from it. */
export const pages: readonly (readonly [path: string, chart: string])[] = [
  ["../README.md", "docs/images/bench.svg"],
  ["../docs/performance.md", "images/bench.svg"],
];

export function place(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}

/** @throws Error when the page has no marks. */
export function published(page: string, results: Results, chart: string): string {
  const from = page.indexOf(begin);
  const to = page.indexOf(end);
  if (from < 0 || to < from) {
    throw new Error(`a page without ${begin} and ${end}`);
  }
  return `${page.slice(0, from + begin.length)}\n\n${resultsMarkdown(results, chart)}\n\n${page.slice(to)}`;
}

/** The results of the last full run. JSON has no NaN; null takes its place there. */
export function keptResults(): Results {
  const text = readFileSync(place("./results/latest.json"), "utf8");
  return JSON.parse(text, (_name, value) => value ?? Number.NaN) as Results;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [path, chart] of pages) {
    const file = place(path);
    writeFileSync(file, published(readFileSync(file, "utf8"), keptResults(), chart));
  }
}
