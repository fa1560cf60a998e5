/** What `files()` can be told, its schema, and its defaults. */
import { isAbsolute } from "node:path";
import { z } from "zod";
import {
  type Duration,
  type Millis,
  type Octets,
  parseDuration,
  parseSize,
  type Size,
} from "../../message/index.ts";

/** A content coding we know a file suffix for. */
export type PrecompressedCoding = "br" | "zstd" | "gzip";

export interface FilesOptions {
  /** Directory to serve, relative to the config file. */
  readonly root: string;
  /** Taken off the front of request paths before looking in `root`, such as "/static". */
  readonly stripPrefix?: string;
  /** Names that answer for a directory, the first that exists. Default `["index.html"]`. */
  readonly index?: readonly string[];
  /** List directories that have no index: HTML, or JSON where Accept prefers it. Default false. */
  readonly listing?: boolean;
  /**
   * `/about` is answered by `about.html`, and `/about.html` redirects to `/about` provided that
   * nothing else is named `about`. Default false: files are found under their own names only.
   */
  readonly cleanUrls?: boolean;
  /**
   * Which form of a path redirects to the other (301, the query kept).
   *
   * - "auto" (default): directories end in a slash, files do not.
   * - "always": as auto, and clean URLs end in a slash too.
   * - "never": nothing ends in a slash but the root.
   * - "ignore": both forms answer, nothing redirects.
   */
  readonly trailingSlash?: "auto" | "always" | "never" | "ignore";
  /**
   * File (relative to `root`) that answers GET and HEAD for paths that are missing: the page of a
   * single-page application. Paths that look like assets (a content hash or a known file extension
   * in the name) and clients that do not accept text/html still get 404.
   */
  readonly fallback?: string;
  /**
   * Pages (relative to `root`), no larger than `memory.file`, for the error statuses that come from files:
   * 400, 403, 404, 405, 412, 416, 501 and 503. Such as `{ 404: "404.html" }`.
   */
  readonly errorPages?: Readonly<Record<number, string>>;
  /**
   * Cache-Control. A string holds for every file; of a list the first matching rule. By default, and
   * where no rule matches, names with a content hash get `public, max-age=31536000, immutable` and
   * the rest `no-cache`.
   */
  readonly cacheControl?: string | readonly CacheRule[];
  /** Names that begin with a dot. "deny" (default): 404, except below `/.well-known/`. */
  readonly dotFiles?: "deny" | "allow";
  /**
   * Symbolic links below the root. "inside" (default): followed where they end within the root;
   * "follow": always followed; "deny": 404.
   */
  readonly symlinks?: "inside" | "follow" | "deny";
  /**
   * Codings to look for as sibling files (`.br`, `.zst`, `.gz`), most preferred first. A sibling
   * that is older than its original (in whole seconds) was made from an earlier version and is
   * passed over. Default `["br", "zstd", "gzip"]`; `[]` for none.
   */
  readonly precompressed?: readonly PrecompressedCoding[];
  /** Language variants of `page.html`: `page.en.html`, chosen by Accept-Language. */
  readonly languages?: LanguagesOptions;
  /** Further content types by extension, such as `{ "gltf": "model/gltf+json" }`. */
  readonly types?: Readonly<Record<string, string>>;
  /** Content type where the extension is unknown. Default `application/octet-stream`. */
  readonly defaultType?: string;
  /** What to keep in memory. */
  readonly memory?: MemoryOptions;
  /** How long what was found for a path is trusted before the file system is asked again. Default "1s". */
  readonly recheck?: Duration;
  /** Ranges of one request that are honoured; with more, Range is ignored. Default 16. */
  readonly ranges?: number;
}

export interface CacheRule {
  /** Path within `root`: a prefix that ends in "/" (`/assets/`), or a glob (`*.html`, `/img/**`). */
  readonly match: string;
  /** Value of Cache-Control. */
  readonly value: string;
}

export interface LanguagesOptions {
  /** Language tags as they stand in file names, most preferred first. */
  readonly available: readonly string[];
  /** The language of files without a tag, and the answer where none suits. */
  readonly default: string;
}

export interface MemoryOptions {
  /** Largest file kept in memory, up to 1GB; larger ones are streamed. Default "1MB". */
  readonly file?: Size;
  /**
   * Most octets of files kept in memory. Default "64MB". Not counted: content up to 128 KiB that is being
   * asked for stands in memory once more, joined to its encoded head.
   */
  readonly total?: Size;
}

/** Every default filled in, sizes in octets and durations in milliseconds. */
export interface FilesSettings {
  /** As given: the handler resolves it against the configuration's directory. */
  readonly root: string;
  /** Without a slash at its end; "" for none. */
  readonly stripPrefix: string;
  readonly index: readonly string[];
  readonly listing: boolean;
  readonly cleanUrls: boolean;
  readonly trailingSlash: "auto" | "always" | "never" | "ignore";
  readonly fallback: string | undefined;
  readonly errorPages: ReadonlyMap<number, string>;
  readonly cacheControl: string | readonly CacheRule[];
  readonly dotFiles: "deny" | "allow";
  readonly symlinks: "inside" | "follow" | "deny";
  readonly precompressed: readonly PrecompressedCoding[];
  readonly languages: LanguagesOptions | undefined;
  readonly types: ReadonlyMap<string, string>;
  readonly defaultType: string;
  readonly memoryFile: Octets;
  readonly memoryTotal: Octets;
  readonly recheck: Millis;
  readonly ranges: number;
}

const defaults: { readonly memoryFile: Size; readonly memoryTotal: Size } = {
  memoryFile: "1MB",
  memoryTotal: "64MB",
};

const fieldValue: z.ZodType<string> = z
  .string()
  .regex(/^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/, "a field value of printable ASCII is needed");
const mediaType: z.ZodType<string> = fieldValue.refine(
  (text) => /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+/.test(text),
  'a media type such as "text/html" is needed',
);
const relativePath: z.ZodType<string> = z
  .string()
  .min(1)
  .refine(
    (path) => !isAbsolute(path) && !path.split(/[\\/]/).includes("..") && !path.includes("\0"),
    "a path relative to root, without .., is needed",
  );
const fileName: z.ZodType<string> = z
  .string()
  .regex(/^[^/\\\0]+$/, "a file name without slashes is needed")
  .refine((name) => name !== "." && name !== "..", "a file name is needed");
const languageTag: z.ZodType<string> = z
  .string()
  .regex(/^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$/, 'a language tag such as "en" is needed');

/** A page for any other status would never be sent. */
const ownStatus = /^(?:400|40[345]|412|416|501|503)$/;
/** Octets as `parseSize` reads them. */
const sizeSchema: z.ZodType<Size> = parsedBy<Size>(parseSize);
/** A file kept in memory is one buffer. */
const fileSizeSchema: z.ZodType<Size> = sizeSchema.refine(
  (size) => parseSize(size) <= 1e9,
  "1GB is the most",
);
/** Milliseconds as `parseDuration` reads them. */
const durationSchema: z.ZodType<Duration> = parsedBy<Duration>(parseDuration);

/** Checks options and changes nothing, so that its output may be checked again. */
export const filesSchema: z.ZodType = z.strictObject({
  root: z.string().min(1),
  stripPrefix: z
    .string()
    .regex(/^\/[\x21-\x7e]*$/, 'a path that begins with "/" is needed')
    .refine((path) => !/[?#%\\]|\/\//.test(path), "a plain path is needed")
    .optional(),
  index: z.array(fileName).optional(),
  listing: z.boolean().optional(),
  cleanUrls: z.boolean().optional(),
  trailingSlash: z.enum(["auto", "always", "never", "ignore"]).optional(),
  fallback: relativePath.optional(),
  errorPages: z
    .record(
      z.string().regex(ownStatus, "a status that files() answers: 400, 403 to 405, 412, 416, 501, 503"),
      relativePath,
    )
    .optional(),
  cacheControl: z
    .union([fieldValue, z.array(z.strictObject({ match: z.string().min(1), value: fieldValue }))])
    .optional(),
  dotFiles: z.enum(["deny", "allow"]).optional(),
  symlinks: z.enum(["inside", "follow", "deny"]).optional(),
  precompressed: z.array(z.enum(["br", "zstd", "gzip"])).optional(),
  languages: z
    .strictObject({ available: z.array(languageTag).min(1).max(32), default: languageTag })
    .refine((languages) => languages.available.includes(languages.default), {
      message: "the default language must be one of those available",
      path: ["default"],
    })
    .optional(),
  types: z.record(z.string().regex(/^\.?[\w+-]+$/, "a file extension is needed"), mediaType).optional(),
  defaultType: mediaType.optional(),
  memory: z
    .strictObject({ file: fileSizeSchema.optional(), total: sizeSchema.optional() })
    .refine(
      ({ file = defaults.memoryFile, total = defaults.memoryTotal }) => parseSize(file) <= parseSize(total),
      {
        message: "total must be at least as much as one file may have",
        path: ["total"],
      },
    )
    .optional(),
  recheck: durationSchema.optional(),
  ranges: z.int().min(0).max(1_000).optional(),
});

/** @throws RangeError - A size or duration cannot be read; the schema would have said so. */
export function filesSettings(options: FilesOptions): FilesSettings {
  const stripPrefix = options.stripPrefix ?? "";
  return {
    root: options.root,
    stripPrefix: stripPrefix.endsWith("/") ? stripPrefix.slice(0, -1) : stripPrefix,
    index: options.index ?? ["index.html"],
    listing: options.listing ?? false,
    cleanUrls: options.cleanUrls ?? false,
    trailingSlash: options.trailingSlash ?? "auto",
    fallback: options.fallback,
    errorPages: new Map(
      Object.entries(options.errorPages ?? {}).map(([status, page]) => [Number(status), page]),
    ),
    cacheControl: options.cacheControl ?? [],
    dotFiles: options.dotFiles ?? "deny",
    symlinks: options.symlinks ?? "inside",
    precompressed: options.precompressed ?? ["br", "zstd", "gzip"],
    languages: options.languages,
    types: new Map(
      Object.entries(options.types ?? {}).map(([name, type]) => [
        name.replace(/^\./, "").toLowerCase(),
        type,
      ]),
    ),
    defaultType: options.defaultType ?? "application/octet-stream",
    memoryFile: parseSize(options.memory?.file ?? defaults.memoryFile),
    memoryTotal: parseSize(options.memory?.total ?? defaults.memoryTotal),
    recheck: parseDuration(options.recheck ?? "1s"),
    ranges: options.ranges ?? 16,
  };
}

function parsedBy<T extends string | number>(parse: (value: T) => number): z.ZodType<T> {
  return z.custom<T>().superRefine((value, context) => {
    if (typeof value !== "string" && typeof value !== "number") {
      context.addIssue({
        code: "custom",
        continue: false,
        message: `a text such as "10MB" or "30s" is needed, not ${typeof value}`,
      });
      return;
    }
    try {
      parse(value);
    } catch (error) {
      context.addIssue({ code: "custom", continue: false, message: (error as Error).message });
    }
  });
}
