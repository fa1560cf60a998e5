/** Puts a site on the disk: what is there already is left alone, and what is no longer part of it goes. */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, sep } from "node:path";
import type { Site } from "./build.ts";

/** @param directory - Made where it does not exist; belongs to the site alone. */
export function writeSite(site: Site, directory: string): void {
  for (const [path, content] of site) {
    const file = join(directory, path);
    if (!holds(file, content)) {
      mkdirSync(dirname(file), { recursive: true });
      // A server may be sending the file: it is replaced, never cut short.
      writeFileSync(`${file}.new`, content);
      renameSync(`${file}.new`, file);
    }
  }
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(directory.length + 1).replaceAll(sep, "/");
    if (entry.isFile() && !site.has(path)) {
      rmSync(file);
    }
  }
}

function holds(file: string, content: Buffer): boolean {
  try {
    return readFileSync(file).equals(content);
  } catch {
    return false;
  }
}
