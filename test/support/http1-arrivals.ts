/** The ways in which one input may arrive: whole, octet by octet, cut in two anywhere. */

/** One arrival each octet. */
export function octets(input: string): string[] {
  return [...input];
}

/** Every way to cut `input` in two; for a long one, the cuts near its ends and a spread between. */
export function* cuts(input: string): IterableIterator<[string, string]> {
  const step = Math.max(1, Math.floor(input.length / 400));
  for (let at = 1; at < input.length; at += at < 100 || at > input.length - 100 ? 1 : step) {
    yield [input.slice(0, at), input.slice(at)];
  }
}

/** Cuts `input` at these places, given as any numbers: they are taken modulo its length. */
export function cutAt(input: string, places: readonly number[]): string[] {
  const edges = [...new Set(places.map((place) => place % (input.length + 1)))].sort((a, b) => a - b);
  const parts: string[] = [];
  let from = 0;
  for (const edge of edges) {
    if (edge > from) {
      parts.push(input.slice(from, edge));
      from = edge;
    }
  }
  if (from < input.length) {
    parts.push(input.slice(from));
  }
  return parts;
}
