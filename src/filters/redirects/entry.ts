/** One line of a redirect map: what it may say, and where it says it. */
import { type RedirectStatus, redirectStatuses, templateFault } from "../../semantics/index.ts";

export interface Entry {
  /** `/old`, or `/old/*` for all below it. */
  readonly from: string;
  /** A path or a URI; with a `/*` at its end it takes over what the `*` of `from` stands for. */
  readonly to: string;
  readonly status: RedirectStatus | undefined;
}

/** An entry before anyone looked at it, and where in its file each part stands. */
export interface RawEntry {
  readonly from: string;
  readonly to: unknown;
  readonly status: unknown;
  readonly places: EntryPlaces;
}

export interface EntryPlaces {
  readonly from: Place;
  readonly to: Place;
  readonly status: Place;
}

/** Both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface EntryFault {
  readonly part: "from" | "to" | "status";
  /** Value seen, value allowed. */
  readonly message: string;
}

/** What is wrong with an entry; undefined for a good one. */
export function entryFault({ from, to, status }: Omit<RawEntry, "places">): EntryFault | undefined {
  const wrongFrom = fromFault(from);
  if (wrongFrom !== undefined) {
    return { part: "from", message: `${JSON.stringify(from)}: needs ${wrongFrom}` };
  }
  if (typeof to !== "string") {
    return { part: "to", message: `${shown(to)}: needs a path or a URI to redirect to` };
  }
  const wrongTo = toFault(to, from);
  if (wrongTo !== undefined) {
    return { part: "to", message: `${JSON.stringify(to)}: needs ${wrongTo}` };
  }
  if (status !== undefined && !redirectStatuses.some((one) => one === status)) {
    return { part: "status", message: `${shown(status)}: needs one of ${redirectStatuses.join(", ")}` };
  }
  return undefined;
}

/** An entry in which `entryFault` found nothing wrong. */
export function checkedEntry({ from, to, status }: Omit<RawEntry, "places">): Entry {
  return { from, to: to as string, status: status as RedirectStatus | undefined };
}

/** What is wrong with an old path; undefined for a good one. */
export function fromFault(from: string): string | undefined {
  if (!from.startsWith("/")) {
    return /^https?:\/\//i.test(from) ? "a path alone; hosts belong to sites" : 'a path that starts with "/"';
  }
  const star = from.indexOf("*");
  if (star >= 0 && !(star === from.length - 1 && from[star - 1] === "/")) {
    return 'a "*" only as the whole last segment, such as "/old/*"';
  }
  if (/[?#]/.test(from)) {
    return "a path without query or fragment";
  }
  return /^(?:[\w\-.~!$&'()*+,;=:@/]|%[0-9A-Fa-f]{2})*$/.test(from)
    ? undefined
    : "a path as requests carry it, percent-encoded";
}

function toFault(to: string, from: string): string | undefined {
  if (/[{}]/.test(to)) {
    return "a target without { and }: places to fill in belong to redirect()";
  }
  if (to.endsWith("/*") && !from.endsWith("/*")) {
    return 'a target without "*", as its from has none';
  }
  return templateFault(to);
}

function shown(value: unknown): string {
  return value === undefined ? "missing" : (JSON.stringify(value) ?? typeof value);
}
