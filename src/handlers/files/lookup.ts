/** From a request's path to what answers it, remembered and looked at again when the trust runs out. */
import { emptyContent, type FieldLine, Fields, HttpResponse, type Octets } from "../../message/index.ts";
import type { Clock } from "../../pipeline/index.ts";
import { mediaTypeOf, withCharset } from "../media-types.ts";
import { cachingPolicy, isHashedName } from "./caching-policy.ts";
import { type Finding, type FoundFile, find, findNamed } from "./find.ts";
import type { FilesSettings } from "./options.ts";
import { type Entry, type FailureOutcome, type Outcome, PathCache } from "./path-cache.ts";
import { ReplacedError, type Root } from "./probe.ts";
import {
  octetsKept,
  type Representation,
  RepresentationSet,
  represent,
  Variant,
  varyOf,
} from "./representation.ts";
import { type ResolvedPath, type ResolveRules, resolvePath } from "./resolve.ts";

const limits = { findings: 8_192, failures: 2_048, failingPath: 512 } as const;

export class Lookup {
  readonly root: Root;
  readonly settings: FilesSettings;
  readonly clock: Clock;
  readonly #cache: PathCache;
  readonly #rules: ResolveRules;
  readonly #caching: (relative: string) => string;
  /** Searches under way, by canonical path: requests for the same path share one. */
  readonly #searches = new Map<string, Promise<Entry>>();

  constructor(root: Root, settings: FilesSettings, clock: Clock) {
    this.root = root;
    this.settings = settings;
    this.clock = clock;
    this.#cache = new PathCache({ ...limits, octets: settings.memoryTotal });
    this.#rules = {
      stripPrefix: settings.stripPrefix,
      dotFiles: settings.dotFiles,
      windows: process.platform === "win32",
    };
    this.#caching = cachingPolicy(settings.cacheControl);
  }

  /** What answers `path` where that is known and still trusted. The hot path: no more than this. */
  known(path: string): Entry | undefined {
    const entry = this.#cache.get(path);
    if (entry === undefined || this.clock.now() >= entry.trustedUntil) {
      return undefined;
    }
    entry.used = true;
    return entry;
  }

  /**
   * @param path - As received.
   * @throws Error - The file system cannot say, such as EMFILE.
   */
  find(path: string): Entry | Promise<Entry> {
    const resolved = resolvePath(path, this.#rules);
    if (resolved.type === "refused") {
      const { status, cause } = resolved;
      return passing({ type: "failure", status, cause, mayFallBack: false });
    }
    return (
      this.known(resolved.canonical) ??
      this.#search(resolved.canonical, async () => {
        const finding = await find(resolved, this.root, this.settings);
        return this.#outcomeOf(finding, resolved);
      })
    );
  }

  /**
   * A page that the configuration names.
   *
   * @param vary - A further field name by which the page was chosen.
   */
  findNamed(relative: string, vary: string | undefined): Entry | Promise<Entry> {
    // No canonical path looks like this.
    const key = `${vary ?? ""}:${relative}`;
    return (
      this.known(key) ??
      this.#search(key, async () => {
        const finding = await findNamed(relative, this.root, this.settings);
        return this.#outcomeOf(finding, undefined, key, vary);
      })
    );
  }

  /** Looks again at once: what was found turned out to have been replaced. */
  distrust(entry: Entry): void {
    entry.trustedUntil = Number.NEGATIVE_INFINITY;
  }

  /**
   * The validators and, for small files, the content of `variant`.
   *
   * @throws ReplacedError - It is another file now: `distrust`, find again.
   */
  load(variant: Variant, entry: Entry): Representation | Promise<Representation> {
    if (variant.representation !== undefined) {
      return variant.representation;
    }
    const { facts } = variant.found;
    if (facts.size > this.settings.memoryFile) {
      variant.representation = represent(variant, facts, undefined, this.clock.wall());
      return variant.representation;
    }
    variant.loading ??= this.#read(variant, entry).finally(() => {
      variant.loading = undefined;
    });
    return variant.loading;
  }

  clear(): void {
    this.#cache.clear();
  }

  #search(key: string, look: () => Promise<Outcome>): Promise<Entry> {
    const underWay = this.#searches.get(key);
    if (underWay !== undefined) {
      return underWay;
    }
    const search = look()
      .then((outcome) => this.#keep(key, outcome))
      .finally(() => this.#searches.delete(key));
    this.#searches.set(key, search);
    return search;
  }

  /** Keeps the known entry where nothing changed, with all that was prepared for it. */
  #keep(key: string, outcome: Outcome): Entry {
    const trustedUntil = this.clock.now() + this.settings.recheck;
    const known = this.#cache.get(key);
    if (known !== undefined && isUnchanged(known.outcome, outcome)) {
      known.trustedUntil = trustedUntil;
      return known;
    }
    const entry = this.#cache.set(key, outcome, trustedUntil);
    this.#weigh(entry);
    return entry;
  }

  #weigh(entry: Entry): void {
    if (entry.outcome.type === "file") {
      const kept = entry.outcome.set.variants.map(({ representation }) =>
        representation === undefined ? 0 : octetsKept(representation),
      );
      this.#cache.weigh(
        entry,
        kept.reduce((sum, octets) => sum + octets, 0),
      );
    }
  }

  #outcomeOf(finding: Finding, path: ResolvedPath | undefined, key?: string, vary?: string): Outcome {
    switch (finding.type) {
      case "file":
        return this.#fileOutcome(finding.file, this.#cache.get(key ?? path?.canonical ?? ""), vary);
      case "redirect":
        return { type: "redirect", to: finding.to, response: redirectTo(finding.to) };
      case "listing":
        return finding;
      case "failure": {
        const mayFallBack =
          finding.status === 404 && path !== undefined && this.#looksLikePage(path.relative);
        return { ...finding, mayFallBack };
      }
    }
  }

  #fileOutcome(file: FoundFile, known: Entry | undefined, vary: string | undefined): Outcome {
    const { types, defaultType, languages } = this.settings;
    const resource = {
      contentType: mediaTypeOf(file.relative, types) ?? withCharset(defaultType),
      cacheControl: this.#caching(file.relative),
      vary: varyOf(file, vary),
    };
    const before = known?.outcome.type === "file" ? known.outcome.set.variants : [];
    const variants = file.variants.map((found) => {
      const variant = new Variant(found, resource);
      const same = before.find(
        (old) =>
          old.representation?.facts.fingerprint === found.facts.fingerprint &&
          old.found.coding === found.coding &&
          old.found.language === found.language &&
          old.resource.vary === resource.vary,
      );
      if (same?.representation?.racy === false) {
        variant.representation = same.representation;
      }
      return variant;
    });
    return { type: "file", set: new RepresentationSet(variants, languages?.default ?? "") };
  }

  /** Whether a missing path may be one that the application's own router knows. */
  #looksLikePage(relative: string): boolean {
    const name = relative.slice(relative.lastIndexOf("/") + 1);
    return (
      this.settings.fallback !== undefined &&
      !isHashedName(name) &&
      mediaTypeOf(name, this.settings.types) === undefined
    );
  }

  async #read(variant: Variant, entry: Entry): Promise<Representation> {
    // Before reading: a change after this moment must not look older than it.
    const wall = this.clock.wall();
    const { handle, facts } = await this.root.open(variant.found.facts);
    try {
      const fits = facts.size <= this.settings.memoryFile;
      const bytes = fits ? await readWhole(handle, facts.size, facts.path) : undefined;
      const representation = represent(variant, facts, bytes, wall);
      variant.representation = representation;
      this.#weigh(entry);
      return representation;
    } finally {
      await handle.close();
    }
  }
}

/** An answer that is not kept. */
function passing(outcome: FailureOutcome): Entry {
  return { path: "", outcome, trustedUntil: 0, used: true, octets: 0 };
}

function isUnchanged(before: Outcome, now: Outcome): boolean {
  switch (before.type) {
    case "file":
      return (
        now.type === "file" &&
        before.set.fingerprint === now.set.fingerprint &&
        before.set.variants.every(
          ({ representation, found }) =>
            representation === undefined ||
            (!representation.racy && representation.facts.fingerprint === found.facts.fingerprint),
        )
      );
    case "redirect":
      return now.type === "redirect" && before.to === now.to;
    case "listing":
      return now.type === "listing";
    case "failure":
      return now.type === "failure" && before.status === now.status && before.cause === now.cause;
  }
}

function redirectTo(to: string): HttpResponse {
  const lines: FieldLine[] = [
    ["location", to],
    // A directory may be gone tomorrow, and a permanent redirect would outlive it.
    ["cache-control", "no-cache"],
    ["x-content-type-options", "nosniff"],
  ];
  return HttpResponse.lasting({ status: 301, fields: Fields.of(...lines), content: emptyContent });
}

async function readWhole(
  handle: {
    read(buffer: Buffer, offset: number, length: number, position: number): Promise<{ bytesRead: number }>;
  },
  size: Octets,
  path: string,
): Promise<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(buffer, length, size - length, length);
    if (bytesRead === 0) {
      throw new ReplacedError(`${path} shrank while it was read`);
    }
    length += bytesRead;
  }
  return buffer;
}
