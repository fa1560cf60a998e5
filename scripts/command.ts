/** Runs the commands that the scripts are made of, in the repository's root. */
import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root directory, without a trailing slash. */
export const root: string = fileURLToPath(new URL("..", import.meta.url)).replace(/[\\/]$/, "");

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** Kill the command after so many milliseconds; it then counts as failed. */
  readonly timeout?: number;
}

/**
 * Runs a command with our own output streams and no standard input.
 *
 * @returns Its exit code; 124 when it ran out of time, 127 when it could not be started,
 *   128 and more when a signal ended it.
 */
export function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<number> {
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: options.env ?? process.env,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return exitCode(child, options.timeout);
}

/** The path of a program of one of our development dependencies. */
export function localBin(name: string): string {
  return join(root, "node_modules", ".bin", name);
}

/**
 * Finds a program as a shell would, and in the administrators' directories too,
 * where a plain user's PATH does not look but servers are installed.
 */
export function findProgram(name: string, path: string = process.env.PATH ?? ""): string | undefined {
  const directories = [...path.split(delimiter), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return directories
    .filter((directory) => directory !== "")
    .map((directory) => join(directory, name))
    .find(isExecutable);
}

function exitCode(child: ChildProcess, timeout: number | undefined): Promise<number> {
  return new Promise((resolve) => {
    let late = false;
    const timer =
      timeout === undefined
        ? undefined
        : setTimeout(() => {
            late = true;
            child.kill("SIGKILL");
          }, timeout);
    child.once("error", (error) => {
      clearTimeout(timer);
      console.error(error.message);
      resolve(127);
    });
    child.once("close", (code, signal) => {
      clearTimeout(timer);
      resolve(late ? 124 : (code ?? (signal === null ? 1 : 128)));
    });
  });
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
