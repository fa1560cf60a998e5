/** Runs the real clients that scenarios use. A missing one fails the test, with the package that holds it. */
import { type ChildProcess, spawn } from "node:child_process";
import { findProgram } from "../../scripts/command.ts";
import { systemPackages } from "../../scripts/system-packages.ts";
import type { Millis } from "../../src/message/index.ts";
import { within } from "./waiting.ts";

export interface ProgramResult {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

export interface ProgramOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly timeout?: Millis;
}

/** @throws Error naming program and package when it is not installed. */
export function programPath(name: string): string {
  const path = findProgram(name);
  if (path === undefined) {
    const holder = systemPackages.find(({ program }) => program === name)?.package ?? name;
    throw new Error(`${name} is not installed: apt-get install ${holder}`);
  }
  return path;
}

export interface StartedProgram {
  readonly child: ChildProcess;
  readonly result: Promise<ProgramResult>;
}

export function startProgram(
  name: string,
  args: readonly string[],
  options: ProgramOptions = {},
): StartedProgram {
  const { cwd, input, timeout = 60_000 } = options;
  // No proxies, no user's own settings, messages in English.
  const env = { PATH: process.env.PATH, HOME: "/nonexistent", LC_ALL: "C" };
  const child = spawn(programPath(name), args, { cwd, env, stdio: ["pipe", "pipe", "pipe"] });
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
  child.stdin.on("error", () => undefined);
  child.stdin.end(input);
  const closed = new Promise<ProgramResult>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) =>
      resolve({ code, signal, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString("latin1") }),
    );
  });
  const result = within(closed, `${name} to end`, timeout).finally(() => {
    if (child.exitCode === null) {
      child.kill("SIGKILL");
    }
  });
  return { child, result };
}

export function runProgram(
  name: string,
  args: readonly string[],
  options?: ProgramOptions,
): Promise<ProgramResult> {
  return startProgram(name, args, options).result;
}
