/** Whether a conditional request goes on: If-Match and its kin (RFC 9110 §13). */
import {
  type EntityTag,
  parseEntityTag,
  parseEntityTags,
  parseHttpDate,
  strongMatch,
  weakMatch,
} from "../fields/index.ts";
import type { Fields } from "../message/index.ts";

/** The selected representation as preconditions see it. */
export interface Selected {
  /** Whether the target resource has a current representation. */
  readonly exists: boolean;
  readonly etag?: EntityTag | undefined;
  /** Milliseconds since the epoch, whole seconds: exactly what Last-Modified says. */
  readonly lastModified?: number | undefined;
}

export type Verdict =
  | { readonly proceed: true }
  | { readonly proceed: false; readonly status: 304 | 412; readonly because: string };

const proceed: Verdict = Object.freeze({ proceed: true });
/** They select or change no representation, so that conditions mean nothing (RFC 9110 §13.2.1). */
const unconditional: ReadonlySet<string> = new Set(["CONNECT", "OPTIONS", "TRACE"]);

/**
 * Evaluates the preconditions in their order, to be asked only where the answer without
 * them would be 2xx or 412 (§13.2.1).
 *
 * Unreadable dates and dates without a modification time to hold against them are ignored.
 * Unreadable entity tags match nothing; since If-None-Match guards against overwriting, an
 * unreadable one refuses every method but GET and HEAD.
 *
 * @param nowYear - The current year, for dates with two digits of year.
 * @throws Never.
 * @source RFC 9110 §13.2.2.
 */
export function evaluatePreconditions(
  request: { readonly method: string; readonly fields: Fields },
  selected: Selected,
  nowYear?: number,
): Verdict {
  const { method, fields } = request;
  if (unconditional.has(method)) {
    return proceed;
  }
  return (
    evaluateLostUpdate(fields, selected, nowYear) ??
    evaluateFreshness(method === "GET" || method === "HEAD", fields, selected, nowYear) ??
    proceed
  );
}

/**
 * Whether Range is to be applied: true without If-Range; with it, only where it proves that
 * the client's part belongs to the representation selected now.
 *
 * An entity tag is compared strongly. A date must be exactly Last-Modified, and strong: `date`
 * is at least a second later, or the representation could have changed twice in that second.
 *
 * @param ifRange - The value of If-Range, undefined where absent.
 * @param date - When the response is made, milliseconds since the epoch; without it no date is strong.
 * @throws Never. An unreadable value applies no range.
 * @source RFC 9110 §13.1.5, §8.8.2.2.
 */
export function rangeApplies(ifRange: string | undefined, selected: Selected, date?: number): boolean {
  if (ifRange === undefined) {
    return true;
  }
  if (!selected.exists) {
    return false;
  }
  const tag = parseEntityTag(ifRange);
  if (tag !== undefined) {
    return selected.etag !== undefined && strongMatch(tag, selected.etag);
  }
  const { lastModified } = selected;
  if (lastModified === undefined || date === undefined || date - lastModified < 1000) {
    return false;
  }
  return parseHttpDate(ifRange, new Date(date).getUTCFullYear()) === lastModified;
}

/** If-Match, or without it If-Unmodified-Since: steps 1 and 2. */
function evaluateLostUpdate(
  fields: Fields,
  selected: Selected,
  nowYear: number | undefined,
): Verdict | undefined {
  const ifMatch = fields.get("if-match");
  if (ifMatch !== undefined) {
    return matches(ifMatch, selected, strongMatch) === true ? undefined : failed("If-Match does not match");
  }
  const since = dateOf(fields.get("if-unmodified-since"), nowYear);
  if (since === undefined || selected.lastModified === undefined || !selected.exists) {
    return undefined;
  }
  return selected.lastModified <= since ? undefined : failed("modified after If-Unmodified-Since");
}

/** If-None-Match, or without it If-Modified-Since for GET and HEAD: steps 3 and 4. */
function evaluateFreshness(
  retrieves: boolean,
  fields: Fields,
  selected: Selected,
  nowYear: number | undefined,
): Verdict | undefined {
  const ifNoneMatch = fields.get("if-none-match");
  if (ifNoneMatch !== undefined) {
    const matched = matches(ifNoneMatch, selected, weakMatch);
    if (matched === "unreadable") {
      return retrieves ? undefined : failed("If-None-Match is unreadable");
    }
    if (!matched) {
      return undefined;
    }
    return retrieves ? notModified("If-None-Match matches") : failed("If-None-Match matches");
  }
  if (!retrieves || selected.lastModified === undefined || !selected.exists) {
    return undefined;
  }
  const since = dateOf(fields.get("if-modified-since"), nowYear);
  return since !== undefined && selected.lastModified <= since
    ? notModified("not modified after If-Modified-Since")
    : undefined;
}

/** Whether "*" or one of the tags in `value` names the selected representation. */
function matches(
  value: string,
  selected: Selected,
  compare: (a: EntityTag, b: EntityTag) => boolean,
): boolean | "unreadable" {
  const tags = parseEntityTags(value);
  if (tags === undefined) {
    return "unreadable";
  }
  if (tags === "*" || !selected.exists) {
    return selected.exists;
  }
  const { etag } = selected;
  return etag !== undefined && tags.some((tag) => compare(tag, etag));
}

function dateOf(value: string | undefined, nowYear: number | undefined): number | undefined {
  return value === undefined ? undefined : parseHttpDate(value, nowYear);
}

function failed(because: string): Verdict {
  return { proceed: false, status: 412, because };
}

function notModified(because: string): Verdict {
  return { proceed: false, status: 304, because };
}
