/** The control socket: a Unix socket of its owner's alone on which a running server answers. */
import { chmodSync, lstatSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../../message/index.ts";
import type { Reporter } from "../../observe/index.ts";
import { defaultHttp1Limits } from "../../protocol/http1/index.ts";
import { defaultHttp2Limits } from "../../protocol/http2/index.ts";
import { CurrentDate, Deadlines, type OpenListener, openListener } from "../../transport/index.ts";
import { Service } from "../service.ts";
import { answerControl, type Controlled } from "./answers.ts";
import { askControl } from "./client.ts";

export interface ControlOptions {
  /** Absolute. Its directory is made (0700) where it is missing. */
  readonly path: string;
  /**
   * Nobody named the path: without it the server runs all the same, and says so. A path in a directory for
   * everybody is then only used where it is this user's own.
   */
  readonly chosen: boolean;
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly controlled: Controlled;
}

export class ControlSocket {
  readonly #options: ControlOptions;
  readonly #service: Service;
  #listener: OpenListener | undefined;

  constructor(options: ControlOptions) {
    this.#options = options;
    const { clock, reporter, controlled } = options;
    const date = new CurrentDate(clock);
    this.#service = new Service({
      clock,
      date,
      deadlines: new Deadlines(clock),
      http1: { limits: defaultHttp1Limits, dateline: date },
      http2: { limits: defaultHttp2Limits, dateline: date },
      timeouts: { writeStall: 10_000, linger: 1_000 },
      respond: (request) => answerControl(request, controlled),
      reporter,
    });
  }

  /** @throws Error - The path was named, and the socket cannot be had. */
  async open(): Promise<void> {
    const { path, chosen, reporter } = this.#options;
    try {
      ownDirectory(dirname(path), chosen);
      this.#listener = await openListener(
        { type: "unix", path, mode: 0o600 },
        (channel) => this.#service.accept(channel, false),
        { onError: (error) => reporter.warn(`the control socket failed: ${error.message}`) },
      );
    } catch (error) {
      const why = await reasonOf(error as NodeJS.ErrnoException, path);
      if (!chosen) {
        throw new Error(`control: ${why}`, { cause: error });
      }
      reporter.warn(`no control socket, so that sluice status and sluice upstreams find nobody: ${why}`);
    }
  }

  /** Takes the socket away; an answer under way may still leave. */
  async close(): Promise<void> {
    await this.#listener?.close();
    this.#listener = undefined;
    for (const connection of [...this.#service.connections]) {
      connection.shutdown();
    }
  }
}

/**
 * Others may enter it, for a service may have more in there; the socket is its owner's from its first moment on.
 *
 * @param chosen - Nobody named the directory: one that another user made, or that others may write to, might
 *   have been laid out for us.
 */
function ownDirectory(directory: string, chosen: boolean): void {
  if (process.platform === "win32") {
    return;
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  if (!chosen) {
    return;
  }
  const stat = lstatSync(directory);
  if (!stat.isDirectory() || stat.uid !== process.getuid?.()) {
    throw new Error(`${directory} belongs to somebody else`);
  }
  if ((stat.mode & 0o022) !== 0) {
    chmodSync(directory, stat.mode & 0o755);
  }
}

async function reasonOf(error: NodeJS.ErrnoException, path: string): Promise<string> {
  switch (error.code) {
    case "EADDRINUSE":
      return `${path}: ${await whoAnswers(path)} answers there already`;
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return `${path}: permission denied`;
    default:
      return error.message;
  }
}

async function whoAnswers(path: string): Promise<string> {
  try {
    const { value } = await askControl(path, { method: "GET", target: "/status", patience: 1_000 });
    const { pid } = value as { readonly pid?: unknown };
    return typeof pid === "number" ? `another Sluice (process ${pid})` : "another program";
  } catch {
    return "another program";
  }
}
