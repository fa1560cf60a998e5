/** Options of a group and of what is within it, as one. */

/** What `inner` says counts, what only `outer` says stays; a member that is undefined says nothing. */
export function laidOver<T extends object>(outer: T, inner: T): T {
  const said = Object.entries(inner).filter(([, value]) => value !== undefined);
  return { ...outer, ...(Object.fromEntries(said) as Partial<T>) };
}
