/** Proactive negotiation: which of the available representations the request prefers (RFC 9110 §12). */
import {
  type MediaType,
  parseAccept,
  parseMediaType,
  parseWeightedList,
  type Weighted,
  type WeightedMediaRange,
} from "../fields/index.ts";

/**
 * The content coding to answer with.
 *
 * The highest weight wins, ties go to the order of `available`, identity comes last among
 * equals. Identity is acceptable unless excluded, but where the field does not weigh it
 * (by name or by "*") any acceptable coding is preferred to it.
 *
 * @param field - The value of Accept-Encoding. Absent or empty means identity.
 * @param available - Codings in the server's order of preference, lower case, without "identity".
 * @returns "identity" or one of `available`; undefined where none is acceptable, identity included.
 * @throws Never.
 * @source RFC 9110 §12.5.3; x-gzip and x-compress are §8.4.1.
 */
export function negotiateCoding(field: string | undefined, available: readonly string[]): string | undefined {
  // Departs: an absent field allows any coding, but who does not ask may not understand.
  const weights = field === undefined ? [] : parseWeightedList(field);
  const any = weights.find(({ value }) => value === "*")?.q;
  let best: string | undefined;
  let bestWeight = 0;
  for (const coding of available) {
    const q = weightOf(coding, weights) ?? any ?? 0;
    if (q > bestWeight) {
      best = coding;
      bestWeight = q;
    }
  }
  const identity = weightOf("identity", weights) ?? any;
  if (best === undefined) {
    return identity === 0 ? undefined : "identity";
  }
  return identity !== undefined && identity > bestWeight ? "identity" : best;
}

/**
 * The language to answer in.
 *
 * Ranges are tried by falling weight. Each is met by the tag itself, else by the first longer
 * tag (`zh` by `zh-Hans`: basic filtering), else by what is left when it is cut from its end
 * (`zh-Hans-CN` by `zh`: lookup). A tag whose closest range has weight 0 is out. "*" counts
 * only when no other range is met, and prefers the fallback.
 *
 * @param field - The value of Accept-Language, undefined where absent.
 * @param available - Language tags in the server's order of preference.
 * @returns One of `available` as spelt there, or `fallback`; a mismatch is no error (§12.5.4).
 * @throws Never.
 * @source RFC 9110 §12.5.4; RFC 4647 §3.3.1, §3.4.
 */
export function negotiateLanguage(
  field: string | undefined,
  available: readonly string[],
  fallback: string,
): string {
  const ranges = field === undefined ? [] : parseWeightedList(field);
  const named = ranges.filter(({ value }) => value !== "*");
  const candidates = available.filter((tag) => languageWeight(tag.toLowerCase(), named) !== 0);
  // The sort is stable: equal weights keep the client's order.
  for (const { value, q } of [...named].sort((a, b) => b.q - a.q)) {
    const met = q === 0 ? undefined : meetLanguage(value, candidates);
    if (met !== undefined) {
      return met;
    }
  }
  const any = ranges.some(({ value, q }) => value === "*" && q > 0);
  return any && !candidates.includes(fallback) ? (candidates[0] ?? fallback) : fallback;
}

/**
 * The media type to answer with.
 *
 * For each available type the most specific range that covers it says its weight; the highest
 * weight wins, ties go to the order of `available`.
 *
 * @param field - The value of Accept. Absent, or without any readable range, everything is acceptable.
 * @param available - Media types in the server's order of preference.
 * @returns One of `available`; undefined where none is acceptable.
 * @throws Never. What is no media type in `available` is passed over.
 * @source RFC 9110 §12.5.1.
 */
export function negotiateMediaType(
  field: string | undefined,
  available: readonly string[],
): string | undefined {
  const ranges = field === undefined ? [] : parseAccept(field);
  if (ranges.length === 0) {
    return available[0];
  }
  let best: string | undefined;
  let bestWeight = 0;
  for (const text of available) {
    const media = parseMediaType(text);
    const q = media === undefined ? 0 : mediaWeight(media, ranges);
    if (q > bestWeight) {
      best = text;
      bestWeight = q;
    }
  }
  return best;
}

/** The weight the field gives to `coding` by name; undefined where it does not name it. */
function weightOf(coding: string, weights: readonly Weighted[]): number | undefined {
  return weights.find(({ value }) => canonicalCoding(value) === coding)?.q;
}

/** Recipients treat the two old names as the new ones (RFC 9110 §8.4.1). */
function canonicalCoding(name: string): string {
  return name === "x-gzip" || name === "x-compress" ? name.slice(2) : name;
}

/** The weight of the longest range that is `tag` or begins it; undefined where none does. */
function languageWeight(tag: string, ranges: readonly Weighted[]): number | undefined {
  let closest: Weighted | undefined;
  for (const range of ranges) {
    if (beginsTag(range.value, tag) && range.value.length > (closest?.value.length ?? 0)) {
      closest = range;
    }
  }
  return closest?.q;
}

function meetLanguage(range: string, candidates: readonly string[]): string | undefined {
  const exact = candidates.find((tag) => tag.toLowerCase() === range);
  if (exact !== undefined) {
    return exact;
  }
  const longer = candidates.find((tag) => beginsTag(range, tag.toLowerCase()));
  if (longer !== undefined) {
    return longer;
  }
  for (let shorter = cutSubtag(range); shorter !== ""; shorter = cutSubtag(shorter)) {
    const met = candidates.find((tag) => tag.toLowerCase() === shorter);
    if (met !== undefined) {
      return met;
    }
  }
  return undefined;
}

/** Without its last subtag, and without a single letter or digit before that (RFC 4647 §3.4). */
function cutSubtag(range: string): string {
  const cut = range.slice(0, Math.max(range.lastIndexOf("-"), 0));
  return cut.at(-2) === "-" ? cut.slice(0, -2) : cut;
}

/** Basic filtering: equal, or `range` ends where a subtag of `tag` does (RFC 4647 §3.3.1). */
function beginsTag(range: string, tag: string): boolean {
  return tag.startsWith(range) && (tag.length === range.length || tag[range.length] === "-");
}

/** The weight of the most specific range that covers `media`; 0 where none does. */
function mediaWeight(media: MediaType, ranges: readonly WeightedMediaRange[]): number {
  let q = 0;
  let closest = -1;
  for (const range of ranges) {
    const specificity = coverage(range, media);
    if (specificity > closest) {
      closest = specificity;
      q = range.q;
    }
  }
  return q;
}

/** How specifically `range` covers `media`: -1 not at all, 0 any, 1 its type, 2 and up itself with parameters. */
function coverage(range: WeightedMediaRange, media: MediaType): number {
  const covers = range.parameters.every(([name, value]) =>
    media.parameters.some(([n, v]) => n === name && v.toLowerCase() === value.toLowerCase()),
  );
  if (!covers || (range.type !== "*" && range.type !== media.type)) {
    return -1;
  }
  if (range.subtype === "*") {
    return range.type === "*" ? 0 : 1;
  }
  return range.subtype === media.subtype ? 2 + range.parameters.length : -1;
}
