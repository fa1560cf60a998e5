/**
 * Whether conditions hold for every request for which others hold, as far as that can be told from how
 * they are written: false where it cannot.
 */
import { hostCovers } from "./hosts.ts";
import type { Conditions, NamedValues, ValueMatch } from "./match.ts";
import { networkCovers } from "./networks.ts";
import { patternCovers } from "./patterns.ts";

/**
 * Whether every request that fits all of `inner` fits `outer`.
 *
 * @param outer - Each member must follow from the same member of one of `inner`.
 */
export function conditionsCover(outer: Conditions, inner: readonly Conditions[]): boolean {
  return (
    follows(outer, inner, (one) => one.method, methodCovers) &&
    follows(outer, inner, (one) => one.scheme, isSame) &&
    follows(outer, inner, (one) => one.protocol, isSame) &&
    follows(outer, inner, (one) => one.host, hostCovers) &&
    follows(outer, inner, (one) => one.client, networkCovers) &&
    namesFollow(outer, inner, (one) => one.fields) &&
    namesFollow(outer, inner, (one) => one.query) &&
    namesFollow(outer, inner, (one) => one.cookies) &&
    follows(outer, inner, (one) => one.path, patternCovers) &&
    (outer.not ?? []).every((unwanted) =>
      inner.some(({ not }) => not?.some((wider) => conditionsCover(wider, [unwanted])) ?? false),
    )
  );
}

/** Whether one of the lists that `inner` has lies within that of `outer`. */
function follows<T>(
  outer: Conditions,
  inner: readonly Conditions[],
  listOf: (one: Conditions) => readonly T[] | undefined,
  covers: (outer: T, inner: T) => boolean,
): boolean {
  const wide = listOf(outer);
  return (
    wide === undefined ||
    inner.some((one) => {
      const narrow = listOf(one);
      return narrow !== undefined && within(wide, narrow, covers);
    })
  );
}

function within<T>(
  outer: readonly T[],
  inner: readonly T[],
  covers: (outer: T, inner: T) => boolean,
): boolean {
  return inner.every((narrow) => outer.some((wide) => covers(wide, narrow)));
}

function namesFollow(
  outer: Conditions,
  inner: readonly Conditions[],
  listOf: (one: Conditions) => readonly NamedValues[] | undefined,
): boolean {
  const wanted = listOf(outer) ?? [];
  return wanted.every((wide) =>
    inner.some((one) => listOf(one)?.some((narrow) => sameNameCovers(wide, narrow)) ?? false),
  );
}

function sameNameCovers(outer: NamedValues, inner: NamedValues): boolean {
  return outer.name === inner.name && within(outer.values, inner.values, valueCovers);
}

function valueCovers(outer: ValueMatch, inner: ValueMatch): boolean {
  if (typeof outer === "boolean" || typeof inner === "boolean") {
    return outer === true ? inner !== false : outer === inner;
  }
  if (typeof outer === "string") {
    return outer === inner;
  }
  return typeof inner === "string"
    ? outer.test(inner)
    : outer.source === inner.source && outer.flags === inner.flags;
}

export function methodCovers(outer: string, inner: string): boolean {
  return outer === inner || (outer === "GET" && inner === "HEAD");
}

function isSame(one: string, other: string): boolean {
  return one === other;
}
