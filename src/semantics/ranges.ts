/** Which parts of a representation a Range field selects (RFC 9110 §14.2). */
import { parseRange, type RangeSpec } from "../fields/index.ts";
import type { Octets } from "../message/index.ts";

/** A run of octets; `end` is the first not included, so that `start < end`. */
export interface OctetRange {
  readonly start: Octets;
  readonly end: Octets;
}

export type RangeSelection =
  /** Answer as if Range were absent. */
  | { readonly type: "whole"; readonly because: string }
  /** Answer 206: one range, or several as multipart/byteranges. Disjoint, none touching another. */
  | { readonly type: "ranges"; readonly ranges: readonly OctetRange[] }
  /** Answer 416. */
  | { readonly type: "unsatisfiable" };

/**
 * What to send for a Range field once the preconditions and If-Range allow it (GET only: §14.2).
 *
 * - Another unit, or anything unreadable: the field is ignored.
 * - More ranges than `limits.ranges`: ignored too, which is one of the defences of §17.15.
 * - Ranges that overlap or touch are coalesced (§15.3.7.2), so that no octet is sent twice and a
 *   response is never longer than the representation and the heads of `limits.ranges` parts. A
 *   coalesced range stands where its first member was asked for; otherwise order is kept.
 * - On an empty representation nothing can be satisfied, not even a suffix, since no
 *   Content-Range can describe zero octets. Departs: §14.1.2 calls the suffix satisfiable.
 *
 * @param field - The value of Range, undefined where absent.
 * @param length - Of the selected representation.
 * @throws Never.
 * @source RFC 9110 §14.1.2, §14.2, §15.3.7.2, §17.15.
 */
export function selectRanges(
  field: string | undefined,
  length: Octets,
  limits: { readonly ranges: number },
): RangeSelection {
  if (field === undefined) {
    return { type: "whole", because: "no Range" };
  }
  const specifier = parseRange(field);
  if (specifier === undefined) {
    return { type: "whole", because: "Range is unreadable" };
  }
  if (specifier.unit !== "bytes") {
    return { type: "whole", because: `range unit ${specifier.unit}, known is bytes` };
  }
  const asked = specifier.specs.length;
  if (asked > limits.ranges) {
    return { type: "whole", because: `${asked} ranges, limit ${limits.ranges}` };
  }
  const satisfied: OctetRange[] = [];
  for (const spec of specifier.specs) {
    const range = resolve(spec, length);
    if (range !== undefined) {
      satisfied.push(range);
    }
  }
  return satisfied.length === 0 ? { type: "unsatisfiable" } : { type: "ranges", ranges: coalesce(satisfied) };
}

/** The octets that `spec` means here; undefined where there are none. */
function resolve(spec: RangeSpec, length: Octets): OctetRange | undefined {
  if ("suffix" in spec) {
    const start = Math.max(length - spec.suffix, 0);
    return start < length ? { start, end: length } : undefined;
  }
  if (spec.first >= length) {
    return undefined;
  }
  return { start: spec.first, end: spec.last === undefined ? length : Math.min(spec.last + 1, length) };
}

/** Joins ranges that overlap or touch; the joined one takes the place of its first-asked member. */
function coalesce(ranges: readonly OctetRange[]): readonly OctetRange[] {
  if (ranges.length === 1) {
    return ranges;
  }
  const ascending = ranges
    .map(({ start, end }, place) => ({ start, end, place }))
    .sort((a, b) => a.start - b.start);
  const joined: typeof ascending = [];
  for (const range of ascending) {
    const last = joined.at(-1);
    if (last !== undefined && range.start <= last.end) {
      last.end = Math.max(last.end, range.end);
      last.place = Math.min(last.place, range.place);
    } else {
      joined.push(range);
    }
  }
  return joined.sort((a, b) => a.place - b.place).map(({ start, end }) => ({ start, end }));
}
