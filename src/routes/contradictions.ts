/** Routes that no request can fit, because what they ask for contradicts itself: for `sluice check`. */
import { conditionsCover, methodCovers } from "./covers.ts";
import { hostCovers } from "./hosts.ts";
import { type Conditions, type Match, parseMatch } from "./match.ts";
import { networkCovers } from "./networks.ts";
import { isOnePath, type Pattern, type Segment } from "./patterns.ts";

export type Contradicted = "path" | "method" | "scheme" | "host" | "client" | "protocol" | "not";

/**
 * What condition `condition` of a route asks for and condition `by`, which stands around it, rules out;
 * or a `not` of `by` (then any of the route's conditions) that holds for all that the route asks for.
 */
export interface Contradiction {
  readonly site: number;
  readonly route: number;
  readonly condition: number;
  readonly by: number;
  readonly member: Contradicted;
  /** Which of the condition's paths it is; 0 for other members. */
  readonly path: number;
}

interface Routes {
  readonly routes: readonly { readonly conditions: readonly Match[] }[];
}

export function contradictions(sites: readonly Routes[]): Contradiction[] {
  return sites.flatMap(({ routes }, site) =>
    routes.flatMap(({ conditions }, route) =>
      contradictionsOf(conditions.map(parseMatch)).map((one) => ({ site, route, ...one })),
    ),
  );
}

type Found = Omit<Contradiction, "site" | "route">;

function contradictionsOf(conditions: readonly Conditions[]): Found[] {
  const found = conditions.flatMap((inner, condition) =>
    conditions
      .slice(0, condition)
      .flatMap((outer, by) => [
        ...strayPaths(outer, inner).map((path): Found => ({ condition, by, member: "path", path })),
        ...members
          .filter((member) => excludes[member](outer, inner))
          .map((member): Found => ({ condition, by, member, path: 0 })),
      ]),
  );
  const by = conditions.findIndex(
    ({ not }) => not?.some((unwanted) => conditionsCover(unwanted, conditions)) ?? false,
  );
  return by < 0 ? found : [...found, { condition: by, by, member: "not", path: 0 }];
}

/** Which paths of `inner` are none of those that `outer` means. */
function strayPaths(outer: Conditions, inner: Conditions): number[] {
  const { path: wide } = outer;
  return wide === undefined
    ? []
    : (inner.path ?? []).flatMap((path, index) => (wide.some((one) => pathsMeet(one, path)) ? [] : [index]));
}

const members = ["method", "scheme", "host", "client", "protocol"] as const;

const excludes: Readonly<
  Record<(typeof members)[number], (outer: Conditions, inner: Conditions) => boolean>
> = {
  method: (outer, inner) => apart(outer.method, inner.method, methodCovers),
  scheme: (outer, inner) => apart(outer.scheme, inner.scheme, Object.is),
  host: (outer, inner) => apart(outer.host, inner.host, hostCovers),
  client: (outer, inner) => apart(outer.client, inner.client, networkCovers),
  protocol: (outer, inner) => apart(outer.protocol, inner.protocol, Object.is),
};

/** Whether both lists name something, and no two of them can hold at once. */
function apart<T>(
  outer: readonly T[] | undefined,
  inner: readonly T[] | undefined,
  covers: (one: T, other: T) => boolean,
): boolean {
  return (
    outer !== undefined &&
    inner !== undefined &&
    !outer.some((one) => inner.some((other) => covers(one, other) || covers(other, one)))
  );
}

/** Whether some path fits both, as far as that can be told: true where it cannot. */
export function pathsMeet(one: Pattern, other: Pattern): boolean {
  if (one.type === "regexp") {
    return mayFit(one.regexp, other);
  }
  if (other.type === "regexp") {
    return mayFit(other.regexp, one);
  }
  const depth = one.segments.length - other.segments.length;
  const fitsInLength =
    (one.below && other.below) || (one.below ? depth < 0 : other.below ? depth > 0 : depth === 0);
  return (
    fitsInLength &&
    one.segments.every((segment, index) => {
      const beside = other.segments[index];
      return beside === undefined || segmentsMeet(segment, beside);
    })
  );
}

function mayFit(regexp: RegExp, pattern: Pattern): boolean {
  return pattern.type === "regexp" || !isOnePath(pattern) || regexp.test(`/${pattern.segments.join("/")}`);
}

function segmentsMeet(one: Segment, other: Segment): boolean {
  return typeof one === "string" && typeof other === "string" ? one === other : one !== "" && other !== "";
}
