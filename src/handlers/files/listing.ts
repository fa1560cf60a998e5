/** What is in a directory: read, bounded, kept for a moment, and answered as HTML or JSON. */
import { opendir } from "node:fs/promises";
import { type FieldLine, Fields, type HttpRequest, HttpResponse, textContent } from "../../message/index.ts";
import { negotiateMediaType } from "../../semantics/index.ts";
import { pagePolicy } from "../pages/index.ts";
import { type ListedDirectory, type ListedEntry, listingHtml, listingJson, sortOf } from "./listing-page.ts";
import type { Lookup } from "./lookup.ts";
import { ReplacedError } from "./probe.ts";

const limits = {
  /** Entries of a directory that are listed; the rest is counted out. */
  entries: 5_000,
  /** Directories whose entries are kept. */
  directories: 16,
  /** Entries looked at side by side. */
  atOnce: 32,
} as const;

interface Kept {
  readonly directory: Promise<ListedDirectory>;
  trustedUntil: number;
}

export class Listings {
  readonly #lookup: Lookup;
  /** By canonical path: looking at every entry is dear, and clients may ask often. */
  readonly #kept = new Map<string, Kept>();

  constructor(lookup: Lookup) {
    this.#lookup = lookup;
  }

  async answer(
    at: { readonly relative: string; readonly canonical: string },
    request: HttpRequest,
  ): Promise<HttpResponse> {
    const directory = await this.#directory(at);
    const type = negotiateMediaType(request.fields.get("accept"), ["text/html", "application/json"]);
    const sort = sortOf(request.query);
    return type === "application/json"
      ? respond(type, listingJson(directory, sort), [])
      : respond("text/html", listingHtml(directory, sort), [["content-security-policy", pagePolicy]]);
  }

  #directory(at: { readonly relative: string; readonly canonical: string }): Promise<ListedDirectory> {
    const now = this.#lookup.clock.now();
    const kept = this.#kept.get(at.canonical);
    if (kept !== undefined && now < kept.trustedUntil) {
      return kept.directory;
    }
    this.#kept.delete(at.canonical);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size < limits.directories) {
        break;
      }
      this.#kept.delete(oldest);
    }
    const directory = this.#read(at);
    this.#kept.set(at.canonical, { directory, trustedUntil: now + this.#lookup.settings.recheck });
    directory.catch(() => this.#kept.delete(at.canonical));
    return directory;
  }

  async #read(at: { readonly relative: string; readonly canonical: string }): Promise<ListedDirectory> {
    const { root, settings } = this.#lookup;
    const probe = await root.probe(at.relative);
    if (probe.type !== "directory") {
      throw new ReplacedError(`${at.relative} is no directory any more`);
    }
    const names: string[] = [];
    let truncated = false;
    for await (const { name } of await opendir(probe.path)) {
      if (isHidden(name, at.relative, settings.dotFiles)) {
        continue;
      }
      if (names.length === limits.entries) {
        truncated = true;
        break;
      }
      names.push(name);
    }
    const entries: ListedEntry[] = [];
    for (let next = 0; next < names.length; next += limits.atOnce) {
      const some = names.slice(next, next + limits.atOnce);
      const looked = await Promise.all(some.map((name) => this.#look(at.relative, name)));
      entries.push(...looked.flat());
    }
    return { path: at.canonical, stripPrefix: settings.stripPrefix, entries, truncated };
  }

  /** Nothing for what would be refused if it were asked for. */
  async #look(relative: string, name: string): Promise<readonly ListedEntry[]> {
    const probe = await this.#lookup.root.probe(relative === "" ? name : `${relative}/${name}`);
    switch (probe.type) {
      case "file":
        return [{ name, type: "file", size: probe.facts.size, modified: probe.facts.modified }];
      case "directory":
        return [{ name, type: "directory", size: undefined, modified: undefined }];
      default:
        return [];
    }
  }
}

/** Dot files, and names that are not UTF-8, which no path can name here. */
function isHidden(name: string, relative: string, dotFiles: "deny" | "allow"): boolean {
  const isDot = name.startsWith(".") && dotFiles === "deny" && !(relative === "" && name === ".well-known");
  return isDot || name.includes("\ufffd") || /[\\\0-\x1f\x7f]/.test(name);
}

function respond(type: string, text: string, further: readonly FieldLine[]): HttpResponse {
  const lines: FieldLine[] = [
    ["content-type", `${type}; charset=utf-8`],
    ["cache-control", "no-cache"],
    ["vary", "Accept"],
    ["x-content-type-options", "nosniff"],
  ];
  return new HttpResponse({
    status: 200,
    fields: Fields.of(...lines, ...further),
    content: textContent(text),
  });
}
