/** Which entry of a redirect map answers a path, found by lookups whose number the map bounds and not the path. */
import { type HttpRequest, HttpResponse } from "../../message/index.ts";
import { plainPath, receivedOffset } from "../../routes/index.ts";
import {
  expandTemplate,
  parseTemplate,
  type RedirectStatus,
  redirection,
  type TargetTemplate,
} from "../../semantics/index.ts";
import type { Entry } from "./entry.ts";

export interface Rule {
  readonly from: string;
  readonly status: RedirectStatus;
  readonly target: TargetTemplate;
  /** The answer where nothing of the request is in it. */
  lasting: HttpResponse | undefined;
}

export interface RedirectTable {
  readonly exact: ReadonlyMap<string, Rule>;
  /** By prefix with its last slash. */
  readonly prefixes: ReadonlyMap<string, Rule>;
  /** Slashes in the longest prefix. */
  readonly depth: number;
}

interface Found {
  readonly rule: Rule;
  /** What the "*" stands for, as received. */
  readonly rest: string | undefined;
}

/**
 * @param query - Whether the request's query goes along.
 * @param status - For entries that name none.
 */
export function redirectTable(
  entries: readonly Entry[],
  query: boolean,
  status: RedirectStatus,
): RedirectTable {
  const exact = new Map<string, Rule>();
  const prefixes = new Map<string, Rule>();
  let depth = 0;
  for (const entry of entries) {
    const target = parseTemplate(templateOf(entry.to, query));
    const rule: Rule = { from: entry.from, status: entry.status ?? status, target, lasting: undefined };
    if (entry.from.endsWith("/*")) {
      const prefix = plainPath(entry.from.slice(0, -1));
      prefixes.set(prefix, rule);
      depth = Math.max(depth, prefix.split("/").length - 1);
    } else {
      exact.set(plainPath(entry.from), rule);
    }
  }
  return { exact, prefixes, depth };
}

/** The entry in its own spelling, under which two of them collide. */
export function keyOf(from: string): string {
  return plainPath(from);
}

/** An exact entry before any other, then the longest prefix. */
export function findRule(table: RedirectTable, path: string): Found | undefined {
  const plain = plainPath(path);
  const rule = table.exact.get(plain);
  if (rule !== undefined) {
    return { rule, rest: undefined };
  }
  let found: Found | undefined;
  let slash = plain.indexOf("/");
  for (let depth = 0; depth < table.depth && slash >= 0; depth += 1) {
    const wide = table.prefixes.get(plain.slice(0, slash + 1));
    if (wide !== undefined) {
      found = { rule: wide, rest: path.slice(receivedOffset(path, slash + 1)) };
    }
    slash = plain.indexOf("/", slash + 1);
  }
  return found;
}

/** Where the map sends a request on; undefined: it does not. */
export function locationFor(table: RedirectTable, request: HttpRequest): string | undefined {
  const found = findRule(table, request.path);
  return found && expandTemplate(found.rule.target, request, { "*": found.rest ?? "" });
}

export function redirectBy(table: RedirectTable, request: HttpRequest): HttpResponse | undefined {
  const found = findRule(table, request.path);
  if (found === undefined) {
    return undefined;
  }
  const { rule, rest } = found;
  const isPlain = request.query === undefined && (rest === undefined || rule.target.parameters.length === 0);
  if (isPlain && rule.lasting !== undefined) {
    return rule.lasting;
  }
  // The targets name no host of the request, so there is always one.
  const location = expandTemplate(rule.target, request, { "*": rest ?? "" }) ?? "/";
  const init = redirection(rule.status, location);
  if (!isPlain) {
    return new HttpResponse(init);
  }
  rule.lasting = HttpResponse.lasting(init);
  return rule.lasting;
}

function templateOf(to: string, query: boolean): string {
  const [, target = "", fragment = ""] = /^([^#]*)(.*)$/s.exec(to) ?? [];
  const filled = target.endsWith("/*") ? `${target.slice(0, -1)}{*}` : target;
  return `${filled}${query ? "{query}" : ""}${fragment}`;
}
