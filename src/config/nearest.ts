/** "Did you mean": the valid name nearest to one that is not. */

/**
 * @returns The candidate that differs least in letters, if it is near enough to be meant.
 */
export function nearest(seen: string, candidates: readonly string[]): string | undefined {
  const most = Math.max(1, Math.floor(seen.length / 3));
  let best: string | undefined;
  let least = most + 1;
  for (const candidate of candidates) {
    const distance = editDistance(seen.toLowerCase(), candidate.toLowerCase(), least);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** `, did you mean "x"?`, or nothing. */
export function didYouMean(seen: string, candidates: readonly string[]): string {
  const name = nearest(seen, candidates);
  return name === undefined ? "" : `, did you mean ${JSON.stringify(name)}?`;
}

/** Levenshtein's distance with neighbours exchanged counting one; `limit` or more is answered as `limit`. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) {
    return limit;
  }
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min(
        (row[j - 1] as number) + 1,
        (above[j] as number) + 1,
        (above[j - 1] as number) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cost = Math.min(cost, (before[j - 2] as number) + 1);
      }
      row.push(cost);
    }
    before = above;
    above = row;
  }
  return Math.min(above[b.length] as number, limit);
}
