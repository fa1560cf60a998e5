/**
 * The representations of one resource: chosen by Accept-Language and Accept-Encoding
 * (RFC 9110 §12), with their validators (§8.8) and, where small, their ready responses.
 */
import { createHash } from "node:crypto";
import { type EntityTag, formatEntityTag, formatHttpDate } from "../../fields/index.ts";
import {
  bytesContent,
  type FieldLine,
  Fields,
  HttpResponse,
  type Millis,
  MisuseError,
  type Octets,
} from "../../message/index.ts";
import { negotiateCoding, negotiateLanguage, type Selected } from "../../semantics/index.ts";
import { BoundedMemo } from "./bounded-memo.ts";
import type { FoundFile, FoundVariant } from "./find.ts";
import type { FileFacts } from "./probe.ts";

/** What all variants of a resource share. */
export interface Resource {
  readonly contentType: string;
  readonly cacheControl: string;
  readonly vary: string | undefined;
}

/** A variant with its validators; with its content too where that is kept in memory. */
export interface Representation {
  readonly facts: FileFacts;
  /** Value of ETag. */
  readonly etag: string;
  readonly selected: Selected;
  /** Fields of the 200, and of the 206 but for what ranges change. */
  readonly fields: Fields;
  readonly notModified: HttpResponse;
  /** Present where the content is kept in memory. */
  readonly whole: HttpResponse | undefined;
  /** The content may have changed after we read it without its times showing it: read it again. */
  readonly racy: boolean;
}

/** The coarsest clock of a file system we expect: FAT counts in steps of two seconds. */
const granule: Millis = 2_000;
const choicesKept = 32;

export class Variant {
  readonly found: FoundVariant;
  readonly resource: Resource;
  representation: Representation | undefined;
  /** Shared by the requests that wait for it. */
  loading: Promise<Representation> | undefined;

  constructor(found: FoundVariant, resource: Resource) {
    this.found = found;
    this.resource = resource;
  }
}

interface CodedVariants {
  readonly identity: Variant;
  /** By coding, in the server's order. */
  readonly coded: ReadonlyMap<string, Variant>;
  /** By the value of Accept-Encoding; undefined where nothing is coded. */
  readonly choices: BoundedMemo<Variant> | undefined;
}

export class RepresentationSet {
  readonly variants: readonly Variant[];
  /** Differs when any file behind it was changed, added or taken away. */
  readonly fingerprint: string;
  readonly #languages: ReadonlyMap<string, CodedVariants>;
  readonly #fallback: CodedVariants;
  readonly #fallbackLanguage: string;
  readonly #choices: BoundedMemo<CodedVariants> | undefined;

  constructor(variants: readonly Variant[], fallbackLanguage: string) {
    this.variants = variants;
    this.fingerprint = variants.map(({ found }) => found.facts.fingerprint).join("\n");
    const languages = new Set(variants.map(({ found }) => found.language ?? ""));
    this.#languages = new Map(
      [...languages].map((language) => [language, codedVariants(language, variants)]),
    );
    const [first = ""] = languages;
    this.#fallbackLanguage = languages.has(fallbackLanguage) ? fallbackLanguage : first;
    this.#fallback = this.#languages.get(this.#fallbackLanguage) as CodedVariants;
    this.#choices = this.#languages.size > 1 ? new BoundedMemo(choicesKept) : undefined;
  }

  /**
   * The variant for this request. Nothing is refused: where no coding suits, identity is sent,
   * and where no language suits, the default (RFC 9110 §12.4.1, §12.5.3, §12.5.4).
   */
  choose(fields: Fields): Variant {
    const group = this.#choices === undefined ? this.#fallback : this.#chooseLanguage(fields, this.#choices);
    const { choices } = group;
    if (choices === undefined) {
      return group.identity;
    }
    const accept = fields.get("accept-encoding");
    if (accept === undefined) {
      return group.identity;
    }
    let variant = choices.get(accept);
    if (variant === undefined) {
      const coding = negotiateCoding(accept, [...group.coded.keys()]);
      variant = (coding === undefined ? undefined : group.coded.get(coding)) ?? group.identity;
      choices.set(accept, variant);
    }
    return variant;
  }

  #chooseLanguage(fields: Fields, choices: BoundedMemo<CodedVariants>): CodedVariants {
    const accept = fields.get("accept-language");
    if (accept === undefined) {
      return this.#fallback;
    }
    let group = choices.get(accept);
    if (group === undefined) {
      const language = negotiateLanguage(accept, [...this.#languages.keys()], this.#fallbackLanguage);
      group = this.#languages.get(language) ?? this.#fallback;
      choices.set(accept, group);
    }
    return group;
  }
}

/** The fields by which the variants of `file` were told apart; undefined where there is one only. */
export function varyOf(file: FoundFile, further: string | undefined): string | undefined {
  const names: string[] = [];
  if (file.variants.some(({ coding }) => coding !== undefined)) {
    names.push("Accept-Encoding");
  }
  if (new Set(file.variants.map(({ language }) => language)).size > 1) {
    names.push("Accept-Language");
  }
  if (further !== undefined) {
    names.push(further);
  }
  return names.length === 0 ? undefined : names.join(", ");
}

/**
 * Content in memory has a tag made from the content, which is strong whatever the clock does. Content
 * too large to read first has one made from size, modification time and inode change time: strong once
 * the file system's clock has moved on, for then no further change can leave the same times (the inode
 * change time cannot be set back as the modification time can); weak until then (RFC 9110 §8.8.1).
 *
 * @param bytes - The content where it is kept in memory.
 * @param wall - Now, milliseconds since the epoch, not earlier than `facts` were taken.
 */
export function represent(
  { found, resource }: Variant,
  facts: FileFacts,
  bytes: Uint8Array | undefined,
  wall: number,
): Representation {
  const racy = wall - facts.changed < granule;
  const etag: EntityTag = { weak: bytes === undefined && racy, opaque: opaqueTag(found, facts, bytes) };
  // A modification in the future is none that a recipient could use (RFC 9110 §8.8.2.1).
  const lastModified = Math.floor(Math.min(facts.modified, wall) / 1000) * 1000;
  const tag = formatEntityTag(etag);
  const shared = sharedLines(resource, tag);
  const fields = Fields.of(...shared, ...ownLines(found, resource, lastModified));
  return {
    facts,
    etag: tag,
    selected: { exists: true, etag, lastModified },
    fields,
    notModified: HttpResponse.lasting({
      status: 304,
      fields: Fields.of(...shared),
      content: bytesContent(none),
    }),
    whole:
      bytes === undefined
        ? undefined
        : HttpResponse.lasting({ status: 200, fields, content: bytesContent(bytes) }),
    racy,
  };
}

/** Octets of content that the representation keeps in memory. */
export function octetsKept(representation: Representation): Octets {
  return representation.whole?.content.length ?? 0;
}

const none: Uint8Array = new Uint8Array(0);

/** What a 304 repeats of the 200 (RFC 9110 §15.4.5). */
function sharedLines({ cacheControl, vary }: Resource, etag: string): FieldLine[] {
  const lines: FieldLine[] = [
    ["etag", etag],
    ["cache-control", cacheControl],
    ["x-content-type-options", "nosniff"],
  ];
  if (vary !== undefined) {
    lines.push(["vary", vary]);
  }
  return lines;
}

function ownLines(found: FoundVariant, resource: Resource, lastModified: number): FieldLine[] {
  const lines: FieldLine[] = [
    ["content-type", resource.contentType],
    ["last-modified", formatHttpDate(lastModified)],
    ["accept-ranges", "bytes"],
  ];
  if (found.coding !== undefined) {
    lines.push(["content-encoding", found.coding]);
  }
  if (found.language !== undefined) {
    lines.push(["content-language", found.language]);
  }
  return lines;
}

/** Distinct for each coding and language: the same octets coded otherwise are another representation. */
function opaqueTag(found: FoundVariant, facts: FileFacts, bytes: Uint8Array | undefined): string {
  const content =
    bytes === undefined
      ? `${facts.size.toString(36)}-${facts.times}`
      : createHash("sha256").update(bytes).digest("base64url").slice(0, 22);
  const coding = found.coding === undefined ? "" : `.${found.coding}`;
  const language = found.language === undefined ? "" : `.${found.language}`;
  return content + language + coding;
}

function codedVariants(language: string, variants: readonly Variant[]): CodedVariants {
  const coded = new Map<string, Variant>();
  let identity: Variant | undefined;
  for (const variant of variants) {
    if ((variant.found.language ?? "") !== language) {
      continue;
    }
    if (variant.found.coding === undefined) {
      identity = variant;
    } else {
      coded.set(variant.found.coding, variant);
    }
  }
  if (identity === undefined) {
    throw new MisuseError(`no identity among the variants in ${JSON.stringify(language)}`);
  }
  return { identity, coded, choices: coded.size === 0 ? undefined : new BoundedMemo(choicesKept) };
}
