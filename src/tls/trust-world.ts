/** What installing a root touches of the machine; tests put temporary directories in its place. */
import { execFile } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Millis } from "../message/index.ts";
import { homeDirectory } from "./local-ca-files.ts";

export interface TrustWorld {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The user's home directory. */
  readonly home: string;
  /** Below which the system's directories lie: "/". */
  readonly systemRoot: string;
  /** Whether this user may make files in a directory. */
  mayWrite(directory: string): boolean;
  /** Path of an installed program. */
  find(program: string): string | undefined;
  run(program: string, args: readonly string[]): Promise<ProgramEnd>;
}

export interface ProgramEnd {
  /** undefined when it could not be started or was ended by a signal. */
  readonly code: number | undefined;
  /** Standard output and standard error. */
  readonly output: string;
}

/** A store that asks for a password waits for a person. */
const longestRun: Millis = 120_000;

/** Where system programs lie that are not on an ordinary user's path. */
const systemPath: readonly string[] = ["/usr/local/sbin", "/usr/sbin", "/sbin"];

export function hostWorld(env: TrustWorld["env"] = process.env): TrustWorld {
  const find = (program: string): string | undefined => findProgram(program, env);
  return {
    platform: process.platform,
    env,
    home: homeDirectory(env),
    systemRoot: "/",
    mayWrite: (directory) => isAccessible(directory, constants.W_OK),
    find,
    run: (program, args) =>
      new Promise((resolve) => {
        const options = { timeout: longestRun, env: { ...env, LC_ALL: "C" }, maxBuffer: 16 << 20 };
        const child = execFile(find(program) ?? program, args, options, (error, stdout, stderr) => {
          const code = error === null ? 0 : error.code;
          resolve({ code: typeof code === "number" ? code : undefined, output: stdout + stderr });
        });
        child.stdin?.end();
      }),
  };
}

function findProgram(program: string, env: TrustWorld["env"]): string | undefined {
  const path = (env.PATH ?? env.Path ?? "").split(delimiter).filter((one) => one !== "");
  const names = process.platform === "win32" ? [`${program}.exe`, program] : [program];
  return [...path, ...systemPath]
    .flatMap((directory) => names.map((name) => join(directory, name)))
    .find((file) => isAccessible(file, constants.X_OK) && statSync(file).isFile());
}

function isAccessible(path: string, mode: number): boolean {
  try {
    accessSync(path, mode);
    return true;
  } catch {
    return false;
  }
}
