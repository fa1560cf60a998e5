/** Range and Content-Range (RFC 9110 §14). */
import type { Octets } from "../message/index.ts";
import { skipWhitespace, tokenEnd, trimWhitespace } from "./syntax.ts";

/** `first` and `last` are positions, both included; no `last` means to the end. A suffix counts from the end. */
export type RangeSpec =
  | { readonly first: number; readonly last: number | undefined }
  | { readonly suffix: number };

export interface RangesSpecifier {
  /** Lower case, "bytes" as a rule. */
  readonly unit: string;
  /** At least one, in the order written. */
  readonly specs: readonly RangeSpec[];
}

export type ContentRange =
  /** Part of the representation; `end` is the first position not included, `length` undefined for "*". */
  | {
      readonly type: "part";
      readonly unit: string;
      readonly start: number;
      readonly end: number;
      readonly length: number | undefined;
    }
  | { readonly type: "unsatisfied"; readonly unit: string; readonly length: number };

/**
 * The value of Range. Numbers past 2^53 − 1 are taken for 2^53 − 1.
 *
 * ```abnf
 * ranges-specifier = range-unit "=" 1#( int-range / suffix-range )
 * int-range        = first-pos "-" [ last-pos ]
 * suffix-range     = "-" suffix-length
 * ```
 *
 * @returns undefined where any member is unreadable or ends before it starts, or none is there.
 *   Units whose ranges look different (other-range) are unreadable to us.
 * @throws Never.
 * @source RFC 9110 §14.1.1, §14.2.
 */
export function parseRange(text: string): RangesSpecifier | undefined {
  const unitEnd = tokenEnd(text, 0);
  if (unitEnd === 0 || text[unitEnd] !== "=") {
    return undefined;
  }
  const specs: RangeSpec[] = [];
  let at = unitEnd + 1;
  while (at < text.length) {
    at = skipWhitespace(text, at);
    const end = specEnd(text, at);
    if (end > at) {
      const spec = readSpec(text, at, end);
      if (spec === undefined) {
        return undefined;
      }
      specs.push(spec);
      at = skipWhitespace(text, end);
    }
    if (at < text.length && text[at] !== ",") {
      return undefined;
    }
    at += 1;
  }
  return specs.length === 0 ? undefined : { unit: text.slice(0, unitEnd).toLowerCase(), specs };
}

/**
 * The value of Content-Range.
 *
 * ```abnf
 * Content-Range = range-unit SP ( first-pos "-" last-pos "/" ( complete-length / "*" ) / "*" "/" complete-length )
 * ```
 *
 * @returns undefined where unreadable or contradicting itself (last before first, or not before the
 *   length): such a part must not be combined with others. So are numbers past 2^53 − 1.
 * @throws Never.
 * @source RFC 9110 §14.4.
 */
export function parseContentRange(text: string): ContentRange | undefined {
  const trimmed = trimWhitespace(text);
  const unitEnd = tokenEnd(trimmed, 0);
  const slash = trimmed.indexOf("/", unitEnd);
  if (unitEnd === 0 || trimmed[unitEnd] !== " " || slash < 0) {
    return undefined;
  }
  const unit = trimmed.slice(0, unitEnd).toLowerCase();
  const range = trimmed.slice(unitEnd + 1, slash);
  const complete = trimmed.slice(slash + 1);
  const length = exactNumber(complete);
  if (range === "*") {
    return length === undefined ? undefined : { type: "unsatisfied", unit, length };
  }
  const dash = range.indexOf("-");
  const first = dash < 0 ? undefined : exactNumber(range.slice(0, dash));
  const last = exactNumber(range.slice(dash + 1));
  const lengthKnown = length !== undefined || complete === "*";
  if (first === undefined || last === undefined || last < first || !lengthKnown) {
    return undefined;
  }
  if (last === Number.MAX_SAFE_INTEGER || last >= (length ?? Number.MAX_SAFE_INTEGER)) {
    return undefined;
  }
  return { type: "part", unit, start: first, end: last + 1, length };
}

/**
 * Content-Range of a 206, in bytes.
 *
 * @param end - The first octet not included; greater than `start`.
 * @param length - Of the whole representation; undefined where unknown.
 * @source RFC 9110 §14.4.
 */
export function formatContentRange(start: Octets, end: Octets, length: Octets | undefined): string {
  return `bytes ${start}-${end - 1}/${length ?? "*"}`;
}

/** Content-Range of a 416, in bytes (RFC 9110 §14.4, §15.5.17). */
export function formatUnsatisfiedRange(length: Octets): string {
  return `bytes */${length}`;
}

/** Where the run of digits and dashes that starts at `start` ends. */
function specEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length && (text[at] === "-" || isDigit(text.charCodeAt(at)))) {
    at += 1;
  }
  return at;
}

function readSpec(text: string, start: number, end: number): RangeSpec | undefined {
  const dash = text.indexOf("-", start);
  if (dash < 0 || dash >= end) {
    return undefined;
  }
  const after = readNumber(text, dash + 1, end);
  if (dash === start) {
    return after === undefined ? undefined : { suffix: after };
  }
  const first = readNumber(text, start, dash);
  if (first === undefined || (after === undefined && dash + 1 < end)) {
    return undefined;
  }
  return after !== undefined && after < first ? undefined : { first, last: after };
}

/** The whole number in `text[start, end)`, at most 2^53 − 1; undefined for anything else. */
function readNumber(text: string, start: number, end: number): number | undefined {
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (!isDigit(code)) {
      return undefined;
    }
    value = Math.min(value * 10 + (code - 0x30), Number.MAX_SAFE_INTEGER);
  }
  return end > start ? value : undefined;
}

/** A whole number that a double holds exactly. */
function exactNumber(text: string): number | undefined {
  const value = readNumber(text, 0, text.length);
  return value === Number.MAX_SAFE_INTEGER && !isLargestExact(text) ? undefined : value;
}

function isLargestExact(text: string): boolean {
  return BigInt(text) === BigInt(Number.MAX_SAFE_INTEGER);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}
