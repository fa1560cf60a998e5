/** Zod's findings in our words: value seen, value allowed, nearest valid name. */
import type { ZodType } from "zod";
import type { $ZodIssue, $ZodRawIssue } from "zod/v4/core";
import { didYouMean } from "./nearest.ts";
import { type ConfigPath, type Problem, show } from "./problems.ts";

/**
 * What `schema` finds wrong with `value`.
 *
 * @param at - Where `value` stands in the configuration.
 */
export function problemsOf(schema: ZodType, value: unknown, at: ConfigPath): Problem[] {
  const result = schema.safeParse(value, { error: allowed });
  return result.success ? [] : result.error.issues.flatMap((issue) => problems(issue, value, at));
}

function problems(issue: $ZodIssue, value: unknown, at: ConfigPath): Problem[] {
  const path = [...at, ...(issue.path as (string | number)[])];
  if (issue.code === "unrecognized_keys") {
    const messages = issue.message.split("\n");
    return issue.keys.map((key, i) => ({ path: [...path, key], message: messages[i] ?? issue.message }));
  }
  const seen = valueAt(value, issue.path);
  if (issue.code === "invalid_union") {
    const branch = meantBranch(issue.errors);
    if (branch !== undefined) {
      return branch.flatMap((one) => problems(one, seen, path));
    }
  }
  if (issue.code === "invalid_key") {
    return [{ path, message: `${show(issue.path.at(-1))}: ${issue.issues[0]?.message ?? issue.message}` }];
  }
  if (issue.message.startsWith(show(seen))) {
    return [{ path, message: issue.message }];
  }
  return [{ path, message: `${seen === undefined ? "missing" : show(seen)}: ${issue.message}` }];
}

/**
 * Of a union's branches the one whose kind of value this is; of several the one
 * that knows all names used, or else finds least wrong.
 */
function meantBranch(branches: readonly (readonly $ZodIssue[])[]): readonly $ZodIssue[] | undefined {
  const score = (issues: readonly $ZodIssue[]): number =>
    issues.length + issues.filter(({ code }) => code === "unrecognized_keys").length * 100;
  return flattened(branches)
    .filter((issues) => !issues.some(isOfOtherKind))
    .toSorted((one, other) => score(one) - score(other))[0];
}

function isOfOtherKind({ path, code }: $ZodIssue): boolean {
  return path.length === 0 && (code === "invalid_type" || code === "invalid_value");
}

/** The branches of a union within a union stand beside those of the outer one. */
function flattened(branches: readonly (readonly $ZodIssue[])[]): readonly (readonly $ZodIssue[])[] {
  return branches.flatMap((issues) => {
    const [only] = issues;
    return only?.code === "invalid_union" && only.path.length === 0 ? flattened(only.errors) : [issues];
  });
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const part of path) {
    if (typeof at !== "object" || at === null) {
      return undefined;
    }
    at = (at as Record<PropertyKey, unknown>)[part];
  }
  return at;
}

/** What is needed instead; for unknown names, one line a name. */
function allowed(issue: $ZodRawIssue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return `needs ${typeName(issue.expected)}`;
    case "invalid_value": {
      const values = issue.values as readonly unknown[];
      const names = values.filter((value) => typeof value === "string");
      const hint = typeof issue.input === "string" ? didYouMean(issue.input, names) : "";
      return `needs ${values.length > 1 ? "one of " : ""}${values.map(show).join(", ")}${hint}`;
    }
    case "unrecognized_keys": {
      const names = knownNames(issue.inst);
      const list = names.length === 0 ? "" : `; allowed: ${names.join(", ")}`;
      return issue.keys.map((key) => `unknown name${didYouMean(key, names) || list}`).join("\n");
    }
    case "too_small":
      return `needs ${issue.minimum}${counted(issue.origin, issue.minimum)} or more`;
    case "too_big":
      return `needs ${issue.maximum}${counted(issue.origin, issue.maximum)} or less`;
    case "invalid_union":
      return unionNames(issue.errors);
    default:
      return undefined;
  }
}

function counted(origin: string, count: number | bigint): string {
  switch (origin) {
    case "array":
      return count === 1 ? " entry" : " entries";
    case "string":
      return count === 1 ? " character" : " characters";
    default:
      return "";
  }
}

function typeName(expected: string): string {
  const names: Readonly<Record<string, string>> = {
    array: "a list",
    boolean: "true or false",
    int: "a whole number",
    number: "a number",
    object: "an object",
    record: "an object",
    string: "a string",
    function: "a function",
    regexp: "a regular expression",
  };
  return names[expected] ?? expected;
}

/** Names of the object schema that refused a name. */
function knownNames(inst: unknown): readonly string[] {
  const shape = (inst as { _zod?: { def?: { shape?: object } } } | undefined)?._zod?.def?.shape;
  return shape === undefined ? [] : Object.keys(shape);
}

function unionNames(branches: readonly (readonly $ZodIssue[])[]): string {
  const needs = flattened(branches).flatMap((issues) =>
    issues.filter((issue) => isOfOtherKind(issue)).map(({ message }) => message.replace(/^needs /, "")),
  );
  const hints = needs.map((text) => /, did you mean .*$/.exec(text)?.[0] ?? "");
  const names = needs.map((text, i) => text.slice(0, text.length - (hints[i] as string).length));
  return `needs ${[...new Set(names)].join(" or ")}${hints.find((hint) => hint !== "") ?? ""}`;
}
