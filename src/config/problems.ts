/** What is wrong with a configuration, and where. */

/** A way into the configuration, such as `["sites", 0, "routes", 2, "handler", "options", "root"]`. */
export type ConfigPath = readonly (string | number)[];

export interface Problem {
  /** [] for the configuration as a whole. */
  readonly path: ConfigPath;
  /** Value seen, value allowed, nearest valid name. */
  readonly message: string;
  /** The other place that it takes to be wrong, such as that of a duplicate. */
  readonly other?: { readonly path: ConfigPath; readonly place?: Place };
  /** Where it stands in the config file, as far as that can be told. */
  readonly place?: Place;
}

export interface Place {
  readonly file: string;
  /** From 1. */
  readonly line?: number;
  readonly column?: number;
}

/** A configuration that cannot be used; `problems` has one entry or more. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

/** `sluice.config.ts:12:7 sites[0].routes[2].handler.root: message (sluice.config.ts:9:3 sites[0].routes[1])`. */
export function formatProblem({ path, message, place, other }: Problem): string {
  const front = formatWhere(path, place);
  const rest = other === undefined ? message : `${message} (${formatWhere(other.path, other.place)})`;
  return front === "" ? rest : `${front}: ${rest}`;
}

function formatWhere(path: ConfigPath, place: Place | undefined): string {
  const where = place === undefined ? [] : [formatPlace(place)];
  const way = path.length === 0 ? [] : [formatPath(path)];
  return [...where, ...way].join(" ");
}

export function formatPlace({ file, line, column }: Place): string {
  return [file, line, column].filter((part) => part !== undefined).join(":");
}

/**
 * As one would write it in the config file: the `options` of a handler or filter
 * are the argument of its function and have no name there.
 */
export function formatPath(path: ConfigPath): string {
  let text = "";
  for (const [index, part] of path.entries()) {
    if (part === "options" && isDescription(path.slice(0, index))) {
      continue;
    }
    if (typeof part === "number") {
      text += `[${part}]`;
    } else if (/^[A-Za-z_$][\w$]*$/.test(part)) {
      text += text === "" ? part : `.${part}`;
    } else {
      text += `[${JSON.stringify(part)}]`;
    }
  }
  return text;
}

/** Whether a handler or filter stands at this path. */
function isDescription(path: ConfigPath): boolean {
  return path.at(-1) === "handler" || (typeof path.at(-1) === "number" && path.at(-2) === "filters");
}

/** A value as a message shows it. */
export function show(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
    case "function":
      return "a function";
    case "object":
      if (value instanceof RegExp) {
        return String(value);
      }
      if (Array.isArray(value)) {
        return value.length === 0 ? "an empty list" : "a list";
      }
      return value === null ? "null" : "an object";
    default:
      return String(value);
  }
}
