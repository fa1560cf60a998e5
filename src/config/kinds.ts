/** Handlers and filters as the configuration knows them: by kind, each with its schema. */
import type { ZodType } from "zod";
import type { Child, Complaint, Description, Destination, NamedParameter } from "../pipeline/index.ts";
import { problemsOf } from "./issues.ts";
import { didYouMean } from "./nearest.ts";
import { type ConfigPath, type Problem, show } from "./problems.ts";

/** What checking needs of a `HandlerKind` or `FilterKind`. */
export interface Kind {
  readonly kind: string;
  readonly schema: ZodType;
  inspect?(options: never, base: string): readonly Complaint[];
  children?(options: unknown): readonly Child[];
  parameters?(options: never): readonly NamedParameter[];
  destination?(options: never, base: string): Destination;
  origins?(options: never, base: string): readonly string[];
}

/** What checking needs of a `FilterKind` besides. */
export interface WrappingKind extends Kind {
  readonly changesRequest?: true;
  merge?(outer: never, inner: never): unknown;
}

/** Every kind there is. */
export interface Kinds {
  readonly handlers: readonly Kind[];
  readonly filters: readonly WrappingKind[];
}

/** What is wrong with a value that should be a handler or a filter. */
export function descriptionProblems(
  kinds: Kinds,
  role: "handler" | "filter",
  value: unknown,
  at: ConfigPath,
): Problem[] {
  const known = role === "handler" ? kinds.handlers : kinds.filters;
  const names = known.map(({ kind }) => `${kind}()`).join(", ");
  if (!isDescription(value)) {
    const seen = value === undefined ? "missing" : show(value);
    const hint =
      typeof value === "function" && known.some(({ kind }) => kind === value.name) ? ": call it" : "";
    return [{ path: at, message: `${seen}: needs a ${role} such as ${names}${hint}` }];
  }
  if (value.role !== role) {
    const list = value.role === "filter" ? "; filters belong in `filters`" : "; handlers belong in `handler`";
    return [
      { path: at, message: `${value.kind}() is a ${value.role}: needs a ${role} such as ${names}${list}` },
    ];
  }
  const kind = known.find((one) => one.kind === value.kind);
  if (kind === undefined) {
    const meant = didYouMean(
      value.kind,
      known.map((one) => one.kind),
    );
    return [
      { path: [...at, "kind"], message: `${show(value.kind)}: needs a ${role} such as ${names}${meant}` },
    ];
  }
  const within = [...at, "options"];
  return [
    ...problemsOf(kind.schema, value.options, within),
    ...childrenOf(kind, value.options).flatMap((child) =>
      descriptionProblems(kinds, child.role, child.value, [...within, ...child.path]),
    ),
  ];
}

/** What a well-formed description asks of the world and the world does not have. */
export function worldProblems(
  kinds: Kinds,
  description: Description,
  base: string,
  at: ConfigPath,
): Problem[] {
  const kind = kindOf(kinds, description);
  const within = [...at, "options"];
  const complaints = kind?.inspect?.(description.options as never, base) ?? [];
  return [
    ...complaints.map(({ path, message }) => ({ path: [...within, ...path], message })),
    ...childrenOf(kind, description.options).flatMap(({ path, value }) =>
      isDescription(value) ? worldProblems(kinds, value, base, [...within, ...path]) : [],
    ),
  ];
}

export function kindOf(kinds: Kinds, { role, kind }: Description): Kind | undefined {
  const known = role === "handler" ? kinds.handlers : kinds.filters;
  return known.find((one) => one.kind === kind);
}

export function childrenOf(kind: Kind | undefined, options: unknown): readonly Child[] {
  return kind?.children?.(options) ?? [];
}

export function isDescription(value: unknown): value is Description {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const { role, kind } = value as Partial<Description>;
  return (role === "handler" || role === "filter") && typeof kind === "string";
}
