/** Content type by file extension (RFC 9110 §8.3). */
import { lookup } from "mrmime";

/** Common types that the registry's list lacks. */
const further: ReadonlyMap<string, string> = new Map([
  ["7z", "application/x-7z-compressed"],
  ["flac", "audio/flac"],
  ["ico", "image/vnd.microsoft.icon"],
  ["jsonl", "application/jsonl"],
  ["mkv", "video/matroska"],
  ["ndjson", "application/x-ndjson"],
  ["tar", "application/x-tar"],
]);

/**
 * @param name - File name; only its last extension counts.
 * @param types - The operator's own, by lower-case extension.
 * @returns undefined where the extension is unknown.
 */
export function mediaTypeOf(name: string, types: ReadonlyMap<string, string>): string | undefined {
  const dot = name.lastIndexOf(".");
  if (dot < 0) {
    return undefined;
  }
  const extension = name.slice(dot + 1).toLowerCase();
  const type = types.get(extension) ?? lookup(extension) ?? further.get(extension);
  return type === undefined ? undefined : withCharset(type);
}

/** Text is UTF-8 unless its type says otherwise. */
export function withCharset(type: string): string {
  const isText = /^(?:text\/|application\/(?:javascript|json|xml)\b|[^;]+\+(?:json|xml)\b)/i.test(type);
  return isText && !/;\s*charset=/i.test(type) ? `${type}; charset=utf-8` : type;
}
