/**
 * Which file, redirect or listing answers a path: index files, clean URLs, trailing slashes,
 * language variants and precompressed siblings, decided by what stands on the disk now.
 */
import type { LanguagesOptions, PrecompressedCoding } from "./options.ts";
import type { FileFacts, Probe } from "./probe.ts";
import { encodeSegment, type ResolvedPath } from "./resolve.ts";

export type Finding =
  | { readonly type: "file"; readonly file: FoundFile }
  /** `to` is a canonical path without query. */
  | { readonly type: "redirect"; readonly to: string }
  | { readonly type: "listing"; readonly relative: string; readonly canonical: string }
  | { readonly type: "failure"; readonly status: 403 | 404; readonly cause: string };

/** One resource: its languages, and within each its codings, identity first. */
export interface FoundFile {
  /** Of the name asked for, which decides content type and caching. */
  readonly relative: string;
  readonly variants: readonly FoundVariant[];
}

export interface FoundVariant {
  readonly language: string | undefined;
  readonly coding: PrecompressedCoding | undefined;
  readonly facts: FileFacts;
}

export interface FindRules {
  readonly stripPrefix: string;
  readonly index: readonly string[];
  readonly listing: boolean;
  readonly cleanUrls: boolean;
  readonly trailingSlash: "auto" | "always" | "never" | "ignore";
  readonly precompressed: readonly PrecompressedCoding[];
  readonly languages: LanguagesOptions | undefined;
}

/** Answers what stands at a path relative to the root. */
export interface Prober {
  probe(relative: string): Promise<Probe>;
}

const suffixes: Readonly<Record<PrecompressedCoding, string>> = { br: ".br", zstd: ".zst", gzip: ".gz" };
const missing: Finding = { type: "failure", status: 404, cause: "No file has this path." };
const forbidden: Finding = {
  type: "failure",
  status: 403,
  cause: "The server may not read this file: its permissions do not allow it.",
};

/** @throws Error - The file system cannot say, such as EMFILE. */
export async function find(path: ResolvedPath, root: Prober, rules: FindRules): Promise<Finding> {
  const { relative, slash } = path;
  const exact = await fileAt(relative, root, rules);
  if (exact === "denied") {
    return forbidden;
  }
  if (typeof exact === "object") {
    return findExact(exact, path, root, rules);
  }
  // The slash says which of `about/` and `about.html` is meant; without one, the file.
  const steps = slash ? [findDirectory, findClean] : [findClean, findDirectory];
  for (const step of steps) {
    const found = await step(path, exact === "directory", root, rules);
    if (found !== undefined) {
      return found;
    }
  }
  return missing;
}

/**
 * The file of exactly this name with its variants, whatever the policies for paths say:
 * for pages that the configuration names.
 */
export async function findNamed(relative: string, root: Prober, rules: FindRules): Promise<Finding> {
  const found = await fileAt(relative, root, rules);
  return found === "denied" ? forbidden : typeof found === "object" ? { type: "file", file: found } : missing;
}

async function findExact(
  file: FoundFile,
  path: ResolvedPath,
  root: Prober,
  rules: FindRules,
): Promise<Finding> {
  const { relative, slash, canonical } = path;
  if (slash && rules.trailingSlash !== "ignore") {
    return { type: "redirect", to: canonical.slice(0, -1) };
  }
  const clean = rules.cleanUrls && !slash ? await cleanForm(relative, root, rules) : undefined;
  return clean === undefined ? { type: "file", file } : { type: "redirect", to: clean };
}

/** The clean path of a file, given that it answers with this very file; undefined otherwise. */
async function cleanForm(relative: string, root: Prober, rules: FindRules): Promise<string | undefined> {
  const cut = relative.lastIndexOf("/") + 1;
  const folder = relative.slice(0, cut === 0 ? 0 : cut - 1);
  const name = relative.slice(cut);
  if (rules.index.includes(name)) {
    for (const index of rules.index) {
      if (index === name) {
        return pathTo(folder, rules, rules.trailingSlash !== "never" || folder === "");
      }
      if (typeof (await fileAt(relative.slice(0, cut) + index, root, rules)) === "object") {
        return undefined;
      }
    }
  }
  if (!name.endsWith(".html") || name === ".html") {
    return undefined;
  }
  const stem = relative.slice(0, -".html".length);
  const taken = await fileAt(stem, root, rules);
  return taken === undefined ? pathTo(stem, rules, rules.trailingSlash === "always") : undefined;
}

/** `/about` answered by `about.html`. */
async function findClean(
  path: ResolvedPath,
  _isDirectory: boolean,
  root: Prober,
  rules: FindRules,
): Promise<Finding | undefined> {
  if (!rules.cleanUrls || path.relative === "") {
    return undefined;
  }
  const file = await fileAt(`${path.relative}.html`, root, rules);
  if (file === "denied") {
    return forbidden;
  }
  return typeof file === "object"
    ? (redirectForm(path, rules, rules.trailingSlash === "always") ?? { type: "file", file })
    : undefined;
}

async function findDirectory(
  path: ResolvedPath,
  isDirectory: boolean,
  root: Prober,
  rules: FindRules,
): Promise<Finding | undefined> {
  if (!isDirectory) {
    return undefined;
  }
  const { relative } = path;
  const wantsSlash = rules.trailingSlash !== "never" || relative === "";
  for (const index of rules.index) {
    const file = await fileAt(relative === "" ? index : `${relative}/${index}`, root, rules);
    if (file === "denied") {
      return forbidden;
    }
    if (typeof file === "object") {
      return redirectForm(path, rules, wantsSlash) ?? { type: "file", file };
    }
  }
  if (!rules.listing) {
    return undefined;
  }
  return (
    redirectForm(path, rules, wantsSlash) ?? {
      type: "listing",
      relative,
      canonical: pathTo(relative, rules, true),
    }
  );
}

/** A redirect where the path has not the form it should have. */
function redirectForm(path: ResolvedPath, rules: FindRules, wantsSlash: boolean): Finding | undefined {
  // A prefix without its slash always redirects: relative links on the root page would break.
  if (path.slash === wantsSlash || (rules.trailingSlash === "ignore" && path.relative !== "")) {
    return undefined;
  }
  return { type: "redirect", to: pathTo(path.relative, rules, wantsSlash) };
}

/** Begins with exactly one slash whatever the names are, so that no redirect can leave the host. */
function pathTo(relative: string, rules: FindRules, slash: boolean): string {
  if (relative === "") {
    return `${rules.stripPrefix}/`;
  }
  return `${rules.stripPrefix}/${relative.split("/").map(encodeSegment).join("/")}${slash ? "/" : ""}`;
}

interface Named {
  /** Below the root, as probed. */
  readonly name: string;
  readonly facts: FileFacts;
}

async function fileAt(
  relative: string,
  root: Prober,
  rules: FindRules,
): Promise<FoundFile | "directory" | "denied" | undefined> {
  const [plain, tagged] = await Promise.all([root.probe(relative), languagesOf(relative, root, rules)]);
  const found = new Map<string | undefined, Named>(tagged);
  if (plain.type === "file") {
    // Beside tagged files, the untagged one speaks the default language, unless that has its own.
    const language = found.size > 0 ? rules.languages?.default : languageInName(relative, rules);
    if (!found.has(language)) {
      found.set(language, { name: relative, facts: plain.facts });
    }
  }
  if (found.size === 0) {
    return plain.type === "directory" ? "directory" : plain.type === "denied" ? "denied" : undefined;
  }
  const coded = [...found].map(([language, named]) => withCodings(language, named, root, rules));
  return { relative, variants: (await Promise.all(coded)).flat() };
}

/** `page.en.html` beside `page.html`, for each language there is, the most preferred first. */
async function languagesOf(
  relative: string,
  root: Prober,
  rules: FindRules,
): Promise<readonly (readonly [string, Named])[]> {
  const dot = relative.lastIndexOf(".");
  if (rules.languages === undefined || dot <= relative.lastIndexOf("/") + 1) {
    return [];
  }
  const probes = rules.languages.available.map(async (language) => {
    const name = `${relative.slice(0, dot)}.${language}${relative.slice(dot)}`;
    const probe = await root.probe(name);
    return probe.type === "file" ? [[language, { name, facts: probe.facts }] as const] : [];
  });
  return (await Promise.all(probes)).flat();
}

/** The language that a name asked for outright carries: `page.en.html`. */
function languageInName(relative: string, rules: FindRules): string | undefined {
  const tag = relative
    .slice(relative.lastIndexOf("/") + 1)
    .split(".")
    .at(-2);
  return tag !== undefined && rules.languages?.available.includes(tag) ? tag : undefined;
}

async function withCodings(
  language: string | undefined,
  { name, facts }: Named,
  root: Prober,
  rules: FindRules,
): Promise<readonly FoundVariant[]> {
  const identity: FoundVariant = { language, coding: undefined, facts };
  if (/\.(?:br|zst|gz)$/.test(name)) {
    return [identity];
  }
  const siblings = rules.precompressed.map(async (coding): Promise<readonly FoundVariant[]> => {
    const probe = await root.probe(name + suffixes[coding]);
    // Copying may drop fractions of a second, so whole seconds are compared.
    const isCurrent = probe.type === "file" && seconds(probe.facts) >= seconds(facts);
    return isCurrent ? [{ language, coding, facts: probe.facts }] : [];
  });
  return [identity, ...(await Promise.all(siblings)).flat()];
}

function seconds(facts: FileFacts): number {
  return Math.floor(facts.modified / 1000);
}
