/**
 * Which form of a path `files()` redirects to the other, told for a few names that there are: so that
 * `sluice check` sees where `canonical()` would send the client back.
 */
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { FilesOptions } from "./options.ts";

/**
 * From path to path, both within the site: of the first directory that answers, the first clean page
 * and the first file without an extension.
 *
 * @param base - Directory of the configuration.
 */
export function slashSamples(options: FilesOptions, base: string): ReadonlyMap<string, string> {
  const { root, stripPrefix = "", cleanUrls = false, trailingSlash = "auto" } = options;
  const samples = new Map<string, string>();
  if (trailingSlash === "ignore") {
    return samples;
  }
  const prefix = stripPrefix.replace(/\/$/, "");
  const add = (name: string | undefined, slash: boolean): void => {
    if (name !== undefined) {
      const path = `${prefix}/${encodeURIComponent(name)}`;
      samples.set(slash ? path : `${path}/`, slash ? `${path}/` : path);
    }
  };
  const { directories, files } = namesIn(resolve(base, root));
  add(
    directories.find((name) => answers(join(resolve(base, root), name), options)),
    trailingSlash !== "never",
  );
  add(
    files.find((name) => !name.includes(".")),
    false,
  );
  const page = files.find((name) => /^[^.]+\.html$/.test(name) && name !== "index.html");
  add(cleanUrls ? page?.slice(0, -".html".length) : undefined, trailingSlash === "always");
  return samples;
}

function answers(directory: string, { index = ["index.html"], listing = false }: FilesOptions): boolean {
  return listing || namesIn(directory).files.some((name) => index.includes(name));
}

/** Without names that begin with a dot, which are not served. */
function namesIn(directory: string): { readonly directories: string[]; readonly files: string[] } {
  try {
    const entries = readdirSync(directory, { withFileTypes: true }).filter(
      ({ name }) => !name.startsWith("."),
    );
    const namesOf = (kept: typeof entries): string[] => kept.map(({ name }) => name).sort();
    return {
      directories: namesOf(entries.filter((entry) => entry.isDirectory())),
      files: namesOf(entries.filter((entry) => entry.isFile())),
    };
  } catch {
    // What cannot be read is told by others.
    return { directories: [], files: [] };
  }
}
