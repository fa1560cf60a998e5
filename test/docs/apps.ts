/** The applications that a page starts behind Sluice, on ports of their own in place of those it names. */
import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:net";
import { eventually } from "../support/waiting.ts";
import { freeNarrowPort } from "./narrow-port.ts";

/** Ports that pages give to applications. */
const written = /\b30\d\d\b/g;

export class PageApps {
  readonly #directory: string;
  /** Port as written to the one taken. */
  readonly #ports = new Map<string, string>();
  /** As the shell numbers them, the first being `%1`. */
  readonly #jobs: ChildProcess[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** The text with ports that are free. */
  async played(text: string): Promise<string> {
    for (const [port] of text.matchAll(written)) {
      if (!this.#ports.has(port)) {
        const taken = [...this.#ports.values()].map(Number);
        this.#ports.set(port, `${await freeNarrowPort(taken)}`);
      }
    }
    return text.replace(written, (port) => this.#ports.get(port) ?? port);
  }

  /** The text with the ports of the page. */
  shown(text: string): string {
    let shown = text;
    for (const [port, taken] of this.#ports) {
      shown = shown.replace(new RegExp(`\\b${taken}\\b`, "g"), port);
    }
    return shown;
  }

  /** Does what a line of a shell says about applications: `node app.mjs 3001 &`, `kill %1`. @returns Whether it does. */
  async obeys(line: string): Promise<boolean> {
    const [, file, port] = /^node (\S+) (\d+) &$/.exec(line) ?? [];
    if (file !== undefined && port !== undefined) {
      await this.#start(file, port);
      return true;
    }
    const [, signal, number] = /^kill (?:-(\w+) )?%(\d+)$/.exec(line) ?? [];
    const job = this.#jobs[Number(number) - 1];
    if (job === undefined) {
      return false;
    }
    await end(job, signal === "9" ? "SIGKILL" : "SIGTERM");
    return true;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#jobs.map((job) => end(job, "SIGKILL")));
  }

  async #start(file: string, port: string): Promise<void> {
    const job = spawn(process.execPath, [file, port], { cwd: this.#directory, stdio: "ignore" });
    this.#jobs.push(job);
    await eventually(() => accepts(Number(port)), `${file} to listen`);
  }
}

async function end(job: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (job.exitCode === null && job.signalCode === null) {
    const gone = new Promise((resolve) => job.once("close", resolve));
    job.kill(signal);
    await gone;
  }
}

/** Whether somebody listens on this port of 127.0.0.1. */
export function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
