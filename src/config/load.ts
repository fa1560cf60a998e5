/** Finds and evaluates a config file. */
import { readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createJiti } from "jiti";
import { locator, positionOf } from "./locate.ts";
import { didYouMean } from "./nearest.ts";
import { ConfigError, type Place, type Problem, show } from "./problems.ts";
import type { Config, ConfigContext } from "./types.ts";

/** In the order they are looked for. */
export const configFileNames: readonly string[] = ["ts", "mts", "js", "mjs", "json"].map(
  (extension) => `sluice.config.${extension}`,
);

export interface LoadOptions {
  /** A config file, or a directory that holds one. Without it: `cwd`. */
  readonly file?: string | undefined;
  readonly cwd: string;
  readonly command: ConfigContext["command"];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `import … from "sluice"` gives in the file: the running Sluice, wherever the file lies. */
  readonly face: object;
}

export interface LoadedConfig {
  /** As exported, unchecked. */
  readonly config: Config;
  /** Absolute path. */
  readonly file: string;
  /** The file as messages call it: relative to where the user stands, unless it lies elsewhere. */
  readonly name: string;
  /** The file's directory. */
  readonly base: string;
  /** Adds the line of the file that each problem comes from. */
  locate(problems: readonly Problem[]): Problem[];
}

/** @throws ConfigError - There is no such file, or it fails to give a configuration. */
export async function loadConfig(options: LoadOptions): Promise<LoadedConfig> {
  const file = findConfig(options);
  const name = shortName(file, options.cwd);
  const read: Source = { file, name, text: readSource(file, name) };
  const config = await exportOf(read, options);
  if (typeof config !== "object" || config === null || Array.isArray(config)) {
    const seen = config === undefined ? "nothing" : show(config);
    const message = `the default export needs to be a configuration, not ${seen}: export default defineConfig({ … })`;
    throw failure(message, { file: name });
  }
  return {
    config: config as Config,
    file,
    name,
    base: dirname(file),
    locate: (problems) => {
      const locate = locator(read.text);
      const placed = <T extends Pick<Problem, "path">>(one: T): T & { place: Place } => ({
        ...one,
        place: { file: name, ...locate(one.path) },
      });
      return problems.map(({ other, ...problem }) => ({
        ...placed(problem),
        ...(other !== undefined && { other: placed(other) }),
      }));
    },
  };
}

/** A config file under its absolute path, the name messages call it, and what it says. */
interface Source {
  readonly file: string;
  readonly name: string;
  readonly text: string;
}

/**
 * The absolute path of the config file that is meant.
 *
 * @throws ConfigError - There is no such file.
 */
export function findConfig({ file, cwd }: Pick<LoadOptions, "file" | "cwd">): string {
  const wanted = resolve(cwd, file ?? ".");
  let directory: boolean;
  try {
    directory = statSync(wanted).isDirectory();
  } catch {
    throw failure(`no such config file: ${file}`);
  }
  if (!directory) {
    if (!/\.(?:m?[jt]s|json)$/.test(wanted)) {
      const hint = didYouMean(basename(wanted), configFileNames);
      throw failure(`${file} is no config file: its name must end in .ts, .mts, .js, .mjs or .json${hint}`);
    }
    return wanted;
  }
  const found = configFileNames.map((name) => join(wanted, name)).find((path) => isFile(path));
  if (found === undefined) {
    const names = configFileNames.map((name) => name.slice("sluice.config.".length)).join(", ");
    throw failure(`no sluice.config file (${names}) in ${wanted}`);
  }
  return found;
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

function readSource(file: string, name: string): string {
  try {
    // Editors of Windows begin a file with a byte order mark.
    return readFileSync(file, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    throw failure((error as Error).message, { file: name });
  }
}

async function exportOf(source: Source, { face, command, env }: LoadOptions): Promise<unknown> {
  if (source.file.endsWith(".json")) {
    return parseJson(source);
  }
  try {
    const exported = await evaluate(source.file, face);
    return typeof exported === "function"
      ? await exported({ command, env } satisfies ConfigContext)
      : exported;
  } catch (error) {
    throw evaluationFailure(error, source, Object.keys(face));
  }
}

function parseJson({ text, name }: Source): unknown {
  try {
    return JSON.parse(text, refusePrototype);
  } catch (error) {
    if (error instanceof ConfigError) {
      throw failure(error.message, { file: name });
    }
    const { message } = error as Error;
    const at = / at position (\d+)/.exec(message);
    const place = at === null ? {} : positionOf(text, Number(at[1]));
    throw failure(message.replace(/ at position \d+.*/, ""), { file: name, ...place });
  }
}

/** As an object literal's name it would say nothing, so that no schema looks at it. */
function refusePrototype(key: string, value: unknown): unknown {
  if (key === "__proto__") {
    throw failure('"__proto__" is no name for anything here');
  }
  return value;
}

async function evaluate(file: string, face: object): Promise<unknown> {
  const jiti = createJiti(file, {
    fsCache: false,
    moduleCache: false,
    interopDefault: false,
    virtualModules: { sluice: face },
  });
  const module = await jiti.import<Record<string, unknown>>(file);
  return module.default;
}

/** A syntax error carries its place; of others the stack tells the line, when it leads through the file. */
function evaluationFailure(error: unknown, { file, name }: Source, exports: readonly string[]): ConfigError {
  if (error instanceof ConfigError) {
    return error;
  }
  if (!(error instanceof Error)) {
    return failure(`threw ${show(error)}`, { file: name });
  }
  const message = String(error.message);
  const { stack = "" } = error;
  const unread = /^ParseError: (.*?)\s*\n\s*(.+):(\d+):(\d+)$/s.exec(message);
  if (unread !== null) {
    // The file may be one that the config file imports; its columns count from 0.
    const [, what = "", where = "", line, column] = unread;
    return failure(what, {
      file: where === file ? name : where,
      line: Number(line),
      column: Number(column) + 1,
    });
  }
  const text = plainWords((message.split("\n")[0] as string).replaceAll(file, name), exports);
  // Columns are those of the translated file and would mislead; its lines are the written ones.
  const frame = stack
    .split("\n")
    .find((line) => line.includes(file) || line.includes(pathToFileURL(file).href));
  const line = /:(\d+):\d+\)?$/.exec(frame ?? "")?.[1];
  return failure(text, { file: name, ...(line === undefined ? {} : { line: Number(line) }) });
}

/** Takes the traces of translation out of a message. */
function plainWords(message: string, exports: readonly string[]): string {
  const absent = /\b_sluice\.(\w+)\b/.exec(message)?.[1];
  if (absent !== undefined && !exports.includes(absent)) {
    return `"sluice" exports no ${absent}${didYouMean(absent, exports)}`;
  }
  return message.replace(/\(0 ?, ?\w+\.(\w+)\)/g, "$1");
}

function failure(message: string, place?: Place): ConfigError {
  return new ConfigError([{ path: [], message, ...(place === undefined ? {} : { place }) }]);
}

/** Relative to where the user stands, unless the file lies elsewhere. */
function shortName(file: string, cwd: string): string {
  const short = relative(cwd, file);
  return short.startsWith("..") ? file : short;
}
