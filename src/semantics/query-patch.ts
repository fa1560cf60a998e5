/** Changes to a query as forms write it (WHATWG URL, application/x-www-form-urlencoded); the rest stays as received. */

export interface QueryPatch {
  /** Pairs that take the place of all of their name. */
  readonly set: readonly (readonly [name: string, value: string])[];
  /** Pairs put behind what is there. */
  readonly add: readonly (readonly [name: string, value: string])[];
  readonly remove: readonly string[];
}

/**
 * First `remove`, then `set`, then `add`. Names are compared decoded.
 *
 * @param patch - Names as they are; values percent-encoded already.
 * @returns undefined where nothing is left.
 */
export function patchQuery(query: string | undefined, patch: QueryPatch): string | undefined {
  const gone = new Set([...patch.remove, ...patch.set.map(([name]) => name)]);
  const kept =
    query === undefined || query === "" ? [] : query.split("&").filter((pair) => !gone.has(nameOf(pair)));
  const further = [...patch.set, ...patch.add].map(([name, value]) => `${encodeURIComponent(name)}=${value}`);
  const pairs = [...kept, ...further];
  return pairs.length === 0 ? undefined : pairs.join("&");
}

function nameOf(pair: string): string {
  const equals = pair.indexOf("=");
  const name = (equals < 0 ? pair : pair.slice(0, equals)).replaceAll("+", " ");
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
