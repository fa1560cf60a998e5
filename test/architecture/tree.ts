/** The files that the laws look at. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export interface SourceFile {
  /** Relative to the repository's root, "/" between. */
  readonly path: string;
  readonly text: string;
}

/** What a law says against a file; the line where there is one. */
export interface Breach {
  readonly path: string;
  readonly line?: number;
  readonly why: string;
}

export const root: string = fileURLToPath(new URL("../..", import.meta.url));

/** What is made, fetched, or kept by other programs. */
const outside = new Set([".git", "node_modules", "dist", ".site", "coverage", "bench/results/raw"]);
const binary = /\.(?:png|jpe?g|webp|avif|gif|ico|woff2?|gz|br|zst|bin|tgz|zip|pdf|mp4)$/;

/** Every text file of the project below `place` ("" for all), sorted by path. */
export function filesBelow(place = ""): SourceFile[] {
  return walk(place)
    .filter((path) => !binary.test(path))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

export function isTest(path: string): boolean {
  return path.endsWith(".test.ts");
}

/** The line, counted from 1, in which `offset` lies. */
export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split("\n").length;
}

function walk(place: string): string[] {
  return readdirSync(join(root, place), { withFileTypes: true }).flatMap((entry) => {
    const path = place === "" ? entry.name : `${place}/${entry.name}`;
    if (outside.has(path) || outside.has(entry.name)) {
      return [];
    }
    return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
  });
}
