/** Handlers and filters as the configuration knows them: by kind, each with its schema. */
import type { ZodType } from "zod";
import type { Complaint, FilterDescription, HandlerDescription } from "../pipeline/index.ts";
import { problemsOf } from "./issues.ts";
import { didYouMean } from "./nearest.ts";
import { type ConfigPath, type Problem, show } from "./problems.ts";

/** What checking needs of a `HandlerKind` or `FilterKind`. */
export interface Kind {
  readonly kind: string;
  readonly schema: ZodType;
  inspect?(options: never, base: string): readonly Complaint[];
}

/** Every kind there is. */
export interface Kinds {
  readonly handlers: readonly Kind[];
  readonly filters: readonly Kind[];
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
  return problemsOf(kind.schema, value.options, [...at, "options"]);
}

/** What a well-formed description asks of the world and the world does not have. */
export function worldProblems(
  kinds: Kinds,
  description: HandlerDescription | FilterDescription,
  base: string,
  at: ConfigPath,
): Problem[] {
  const known = description.role === "handler" ? kinds.handlers : kinds.filters;
  const kind = known.find((one) => one.kind === description.kind);
  const complaints = kind?.inspect?.(description.options as never, base) ?? [];
  return complaints.map(({ path, message }) => ({ path: [...at, "options", ...path], message }));
}

function isDescription(value: unknown): value is HandlerDescription | FilterDescription {
  if (typeof value !== "object" || value === null) {
    return false;
  }
  const { role, kind } = value as Partial<HandlerDescription | FilterDescription>;
  return (role === "handler" || role === "filter") && typeof kind === "string";
}
