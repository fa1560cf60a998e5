/** Entity tags: ETag, If-Match, If-None-Match, If-Range (RFC 9110 §8.8.3). */
import { MisuseError } from "../message/index.ts";
import { skipWhitespace, trimWhitespace } from "./syntax.ts";

const quoteMark = 0x22;
const comma = 0x2c;
const letterW = 0x57;

export interface EntityTag {
  readonly weak: boolean;
  /** What stands between the quotes. */
  readonly opaque: string;
}

/**
 * ```abnf
 * entity-tag = [ %s"W/" ] DQUOTE *etagc DQUOTE
 * etagc      = %x21 / %x23-7E / obs-text      ; no space, and a backslash escapes nothing
 * ```
 *
 * @returns undefined where `text` (trimmed) is no entity tag.
 * @throws Never.
 * @source RFC 9110 §8.8.3.
 */
export function parseEntityTag(text: string): EntityTag | undefined {
  const trimmed = trimWhitespace(text);
  const end = tagEnd(trimmed, 0);
  return end > 0 && end === trimmed.length ? tagBetween(trimmed, 0, end) : undefined;
}

/**
 * The value of If-Match or If-None-Match. Commas within the quotes belong to the tag.
 *
 * ```abnf
 * If-Match = "*" / #entity-tag
 * ```
 *
 * @returns "*", the tags (none for an empty list), or undefined where any member is unreadable.
 * @throws Never.
 * @source RFC 9110 §13.1.1, §13.1.2; empty members are skipped (§5.6.1.2).
 */
export function parseEntityTags(text: string): readonly EntityTag[] | "*" | undefined {
  const tags: EntityTag[] = [];
  let at = skipWhitespace(text, 0);
  let separated = true;
  while (at < text.length) {
    if (text.charCodeAt(at) === comma) {
      separated = true;
      at = skipWhitespace(text, at + 1);
      continue;
    }
    const end = tagEnd(text, at);
    if (end < 0 || !separated) {
      return trimWhitespace(text) === "*" ? "*" : undefined;
    }
    tags.push(tagBetween(text, at, end));
    separated = false;
    at = skipWhitespace(text, end);
  }
  return tags;
}

/**
 * @throws MisuseError - `opaque` has a character that no entity tag can carry.
 * @source RFC 9110 §8.8.3.
 */
export function formatEntityTag(tag: EntityTag): string {
  const text = `${tag.weak ? "W/" : ""}"${tag.opaque}"`;
  if (tagEnd(text, 0) !== text.length) {
    throw new MisuseError(`${JSON.stringify(tag.opaque)} cannot stand in an entity tag`);
  }
  return text;
}

/** Same tag and neither weak (RFC 9110 §8.8.3.2). */
export function strongMatch(a: EntityTag, b: EntityTag): boolean {
  return !a.weak && !b.weak && a.opaque === b.opaque;
}

/** Same tag, weak or not (RFC 9110 §8.8.3.2). */
export function weakMatch(a: EntityTag, b: EntityTag): boolean {
  return a.opaque === b.opaque;
}

/** The index after the entity tag that starts at `start`; -1 where none does. */
function tagEnd(text: string, start: number): number {
  let at = text.charCodeAt(start) === letterW && text[start + 1] === "/" ? start + 2 : start;
  if (text.charCodeAt(at) !== quoteMark) {
    return -1;
  }
  for (at += 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === quoteMark) {
      return at + 1;
    }
    if (code < 0x21 || code === 0x7f || code > 0xff) {
      return -1;
    }
  }
  return -1;
}

function tagBetween(text: string, start: number, end: number): EntityTag {
  const weak = text.charCodeAt(start) === letterW;
  return { weak, opaque: text.slice(weak ? start + 3 : start + 1, end - 1) };
}
