/** Redirects that lead back to themselves, found by following each entry of a map (RFC 9110 §15.4). */
import { HttpRequest } from "../../message/index.ts";
import { findRule, locationFor, type RedirectTable } from "./table.ts";

export interface Loop {
  /** The entry at which it was met. */
  readonly from: string;
  /** The paths on the way, the first and the last by the same entry. */
  readonly way: readonly string[];
}

/** Each loop once, at the first of its entries. */
export function loopsIn(table: RedirectTable): readonly Loop[] {
  const loops: Loop[] = [];
  /** Entries that are known to end, or to loop. */
  const settled = new Set<string>();
  for (const { from } of [...table.exact.values(), ...table.prefixes.values()]) {
    const way: string[] = [];
    /** Where on the way each entry stands. */
    const met = new Map<string, number>();
    let path: string | undefined = from.endsWith("/*") ? `${from.slice(0, -1)}x` : from;
    while (path !== undefined) {
      const rule = findRule(table, path)?.rule;
      if (rule === undefined || settled.has(rule.from)) {
        break;
      }
      way.push(path);
      const before = met.get(rule.from);
      if (before !== undefined) {
        loops.push({ from: rule.from, way: way.slice(before) });
        break;
      }
      met.set(rule.from, met.size);
      path = nextPath(table, path);
    }
    for (const name of met.keys()) {
      settled.add(name);
    }
  }
  return loops;
}

/** The path an entry leads to on the same host. */
function nextPath(table: RedirectTable, path: string): string | undefined {
  const location = locationFor(table, HttpRequest.make(path));
  return location?.startsWith("/") ? location.replace(/[?#].*$/s, "") : undefined;
}
