/**
 * Entries by path pattern, in a tree of segments: a path's entries are found in one pass over the path,
 * down to the deepest pattern it could fit, however many patterns there are.
 *
 * Segments are found by a hash made in passing, so that a lookup cuts nothing out of the path.
 */
import type { PathPattern, Segment } from "./patterns.ts";

/** A route under one of its patterns. */
export interface Linked<E> {
  /** Place of the route within its site: of those that fit, the least answers. */
  readonly order: number;
  /** The next one of the same pattern. */
  next: E | undefined;
}

/** The patterns that begin with the same segments. What a lookup reads stands in few objects. */
export interface PathNode<E> {
  /** The last of those segments. */
  readonly segment: string;
  readonly hash: number;
  /** The least order of an entry here or below. */
  least: number;
  /** Where the path ends here, in order. */
  exact: E | undefined;
  lastExact: E | undefined;
  /** Where the path goes on with a slash, in order. */
  below: E | undefined;
  lastBelow: E | undefined;
  parameter: PathNode<E> | undefined;
  /** The first of the children for literals, while they are few. */
  child: PathNode<E> | undefined;
  /** Another child of the same parent; once they are many, another with the same hash. */
  sibling: PathNode<E> | undefined;
  /** The children by hash, once they are many. */
  byHash: Map<number, PathNode<E>> | undefined;
}

/** As many children are looked through one by one. */
const few = 4;

export function emptyNode<E>(segment = ""): PathNode<E> {
  return {
    segment,
    hash: hashOf(segment),
    least: Number.POSITIVE_INFINITY,
    exact: undefined,
    lastExact: undefined,
    below: undefined,
    lastBelow: undefined,
    parameter: undefined,
    child: undefined,
    sibling: undefined,
    byHash: undefined,
  };
}

/** Entries are added in order. */
export function addEntry<E extends Linked<E>>(root: PathNode<E>, pattern: PathPattern, entry: E): void {
  let node = root;
  node.least = Math.min(node.least, entry.order);
  for (const segment of pattern.segments) {
    node = childOf(node, segment);
    node.least = Math.min(node.least, entry.order);
  }
  if (pattern.below) {
    node.below ??= entry;
    node.lastBelow = linked(node.lastBelow, entry);
  } else {
    node.exact ??= entry;
    node.lastExact = linked(node.lastExact, entry);
  }
}

function linked<E extends Linked<E>>(last: E | undefined, entry: E): E {
  if (last !== undefined) {
    last.next = entry;
  }
  return entry;
}

function childOf<E>(node: PathNode<E>, segment: Segment): PathNode<E> {
  if (typeof segment !== "string") {
    node.parameter ??= emptyNode();
    return node.parameter;
  }
  const known = literalChild(node, segment, 0, segment.length, hashOf(segment));
  if (known !== undefined) {
    return known;
  }
  const child = emptyNode<E>(segment);
  addChild(node, child);
  return child;
}

function addChild<E>(node: PathNode<E>, child: PathNode<E>): void {
  if (node.byHash !== undefined) {
    child.sibling = node.byHash.get(child.hash);
    node.byHash.set(child.hash, child);
    return;
  }
  child.sibling = node.child;
  node.child = child;
  const children = siblingsFrom(child);
  if (children.length > few) {
    node.child = undefined;
    node.byHash = new Map();
    for (const one of children) {
      addChild(node, one);
    }
  }
}

function siblingsFrom<E>(first: PathNode<E>): PathNode<E>[] {
  const all: PathNode<E>[] = [];
  for (let one: PathNode<E> | undefined = first; one !== undefined; one = one.sibling) {
    all.push(one);
  }
  return all;
}

/** The child for the segment from `start` to `end` of `path`. */
export function literalChild<E>(
  node: PathNode<E>,
  path: string,
  start: number,
  end: number,
  hash: number,
): PathNode<E> | undefined {
  let child = node.byHash === undefined ? node.child : node.byHash.get(hash);
  while (child !== undefined) {
    const { segment } = child;
    if (child.hash === hash && segment.length === end - start && standsAt(segment, path, start)) {
      return child;
    }
    child = child.sibling;
  }
  return undefined;
}

/** `startsWith`, which for short texts costs more than to look. */
function standsAt(text: string, whole: string, start: number): boolean {
  for (let i = 0; i < text.length; i += 1) {
    if (whole.charCodeAt(start + i) !== text.charCodeAt(i)) {
      return false;
    }
  }
  return true;
}

/** Kept within 30 bits, which V8 stores without a heap number. */
export function hashStep(hash: number, code: number): number {
  return (Math.imul(hash, 31) + code) & 0x3fffffff;
}

function hashOf(segment: string): number {
  let hash = 0;
  for (let at = 0; at < segment.length; at += 1) {
    hash = hashStep(hash, segment.charCodeAt(at));
  }
  return hash;
}

/**
 * The first entry that `accepts`, of those whose pattern covers `pattern`.
 *
 * @param best - The first accepted so far.
 * @param at - Of the segments of `pattern`, those before it lead to `node`.
 */
export function firstCovering<E extends Linked<E>>(
  node: PathNode<E>,
  pattern: PathPattern,
  accepts: (entry: E) => boolean,
  best?: E,
  at = 0,
): E | undefined {
  if (best !== undefined && best.order <= node.least) {
    return best;
  }
  const segment = pattern.segments[at];
  let first = best;
  let entry = segment === undefined && !pattern.below ? node.exact : node.below;
  for (; entry !== undefined && (first === undefined || entry.order < first.order); entry = entry.next) {
    first = accepts(entry) ? entry : first;
  }
  if (typeof segment === "string") {
    const child = literalChild(node, segment, 0, segment.length, hashOf(segment));
    first = child === undefined ? first : firstCovering(child, pattern, accepts, first, at + 1);
  }
  if (segment !== undefined && segment !== "" && node.parameter !== undefined) {
    first = firstCovering(node.parameter, pattern, accepts, first, at + 1);
  }
  return first;
}
