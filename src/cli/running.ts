/** Finds the server that a command means, and asks it. */
import { resolve } from "node:path";
import { ConfigError, findConfig, loadConfig } from "../config/index.ts";
import {
  askControl,
  type ControlAnswer,
  type ControlQuestion,
  controlPlaces,
  controlWorld,
  type RefusalFacts,
} from "../server/index.ts";
import type { Io } from "./io.ts";
import type { ServerChoice } from "./upstreams-commands.ts";

/** Why a running server could not be asked, or what it refused, in words. */
export class ControlError extends Error {
  override readonly name = "ControlError";
}

/** A server that answered. */
export interface RunningServer {
  /** @throws ControlError - It is gone, or it refuses. */
  ask(question: ControlQuestion): Promise<unknown>;
}

/**
 * @throws ControlError - Nobody answers; the message names what was looked at.
 * @throws ConfigError - The config file cannot be found or read.
 */
export async function findRunning(choice: ServerChoice, io: Io): Promise<RunningServer> {
  const { paths, name } = await placesOf(choice, io);
  const faults: string[] = [];
  for (const path of paths) {
    try {
      await asked(path, { method: "GET", target: "/status" }, "pid", "listeners", "streams");
      return { ask: (question) => asked(path, question) };
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "EACCES" || code === "EPERM") {
        faults.push(`${path}: it is another user's`);
      } else if (code !== "ENOENT" && code !== "ECONNREFUSED" && code !== "ENOTDIR") {
        throw error instanceof ControlError ? error : new ControlError((error as Error).message);
      }
    }
  }
  const where = faults.length > 0 ? faults.join(", ") : `nobody answers at ${paths.join(", ")}`;
  throw new ControlError(`no Sluice runs${name === undefined ? "" : ` ${name}`} that can be asked: ${where}`);
}

/** @param parts - What its answer has if it is a Sluice; other programs speak HTTP and JSON, too. */
async function asked(path: string, question: ControlQuestion, ...parts: readonly string[]): Promise<unknown> {
  const { status, value }: ControlAnswer = await askControl(path, question);
  const facts: Partial<RefusalFacts> = typeof value === "object" && value !== null ? value : {};
  if (status >= 400 && typeof facts.error === "string") {
    throw new ControlError(facts.error);
  }
  if (status >= 400 || !parts.every((part) => part in facts)) {
    throw new ControlError(`${path}: no Sluice answers there: status ${status}, and other facts than it has`);
  }
  return value;
}

/** The sockets that may be meant, and the config file as messages call it. */
async function placesOf(
  { config, control }: ServerChoice,
  io: Io,
): Promise<{ readonly paths: readonly string[]; readonly name: string | undefined }> {
  if (control !== undefined) {
    return { paths: [resolve(io.cwd, control)], name: undefined };
  }
  const file = findConfig({ file: config, cwd: io.cwd });
  const usual = controlPlaces(file, controlWorld(io.env));
  const named = await namedIn(file, io);
  if (named === false) {
    throw new ControlError(`${config ?? file} says \`control: false\`: its server answers nobody`);
  }
  return { paths: named === undefined ? usual : [named], name: config ?? file };
}

/** What the config file says of its control socket; undefined where it says nothing, or cannot be evaluated here. */
async function namedIn(file: string, io: Io): Promise<string | false | undefined> {
  try {
    const { env, face, cwd } = io;
    const { config, base } = await loadConfig({ file, cwd, command: "check", env, face });
    return typeof config.control === "string" ? resolve(base, config.control) : config.control;
  } catch (error) {
    // It may want an environment that only its server has.
    if (error instanceof ConfigError) {
      return undefined;
    }
    throw error;
  }
}
