/** Plays the shell blocks of a page in order, as a reader would with two terminals. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { eventually } from "../support/waiting.ts";
import { PageApps } from "./apps.ts";
import { blocksOf, type CodeBlock, root } from "./pages.ts";
import type { Workspace } from "./workspace.ts";

const program = ["--import", import.meta.resolve("tsx"), join(root, "src", "cli", "bin.ts")];
/** Commands that end by themselves. */
const brief = ["check", "cert", "status", "upstreams"];
/** The address that pages name. */
const written = "localhost:8080";

export interface Played {
  /** The block that shows what the commands before it print. */
  readonly at: string;
  readonly shown: string;
  readonly printed: string;
}

export class Session implements AsyncDisposable {
  readonly #workspace: Workspace;
  readonly #env: NodeJS.ProcessEnv;
  readonly #apps: PageApps;
  #server: ChildProcess | undefined;
  /** On standard error. */
  #said = "";
  #address = written;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
    this.#apps = new PageApps(workspace.directory);
    const { PATH } = process.env;
    this.#env = { PATH, HOME: workspace.directory, PORT: "0", HOST: "127.0.0.1", LC_ALL: "C.UTF-8" };
  }

  async play(page: string): Promise<readonly Played[]> {
    const played: Played[] = [];
    let printed: string | undefined;
    for (const block of blocksOf(page)) {
      if (block.language === "sh" && block.title !== "") {
        this.#workspace.write(block.title, await this.#apps.played(block.code));
      } else if (block.language === "sh") {
        printed = await this.#shell(block);
      } else if (block.language === "ts" && block.title.endsWith(".config.ts")) {
        this.#workspace.write(block.title, await this.#apps.played(block.code.replace(/\b8080\b/g, "0")));
      } else if (block.language === "js") {
        this.#workspace.write(block.title, await this.#apps.played(block.code));
      } else if (block.title === "log") {
        played.push({ at: block.at, shown: plain(block.code), printed: await this.#log(block.code) });
      } else if (["http", "text", "json"].includes(block.language) && printed !== undefined) {
        played.push({ at: block.at, shown: plain(block.code), printed: plain(printed) });
        printed = undefined;
      }
    }
    return played;
  }

  /** Starts a server as `npx sluice …` does, on a port that the system chooses. */
  async serve(args: readonly string[]): Promise<void> {
    await this.#stop();
    const server = spawn(process.execPath, [...program, ...args], {
      cwd: this.#workspace.directory,
      env: this.#env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    this.#server = server;
    this.#said = "";
    server.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#said += text;
    });
    this.#address = await eventually(
      () => {
        if (server.exitCode !== null) {
          throw new Error(`sluice ${args.join(" ")} ended: ${this.#said}`);
        }
        return /at https?:\/\/(\S+)/.exec(this.#said)?.[1];
      },
      `sluice ${args.join(" ")} to be ready`,
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop();
    await this.#apps.stop();
  }

  /** What the server said since it was ready, once it is as long as what the page shows. */
  async #log(shown: string): Promise<string> {
    const said = (): string => plain(this.#apps.shown(this.#said.replace(/^.*\n/, "")));
    await eventually(() => said().length >= plain(shown).length, "the log");
    return said();
  }

  async #shell({ code }: CodeBlock): Promise<string> {
    let printed = "";
    for (const text of code.trim().split("\n")) {
      const line = await this.#apps.played(text);
      if (await this.#apps.obeys(line)) {
        continue;
      }
      const [tool = "", name = "", ...args] = line.split(" ");
      if (tool === "npx" && name === "sluice" && !brief.includes(args[0] ?? "")) {
        // A port of its own: `sluice proxy 8080 …` names one that may be taken.
        await this.serve(args.map((arg) => (arg === "8080" ? "127.0.0.1:0" : arg)));
      } else if (tool === "npx") {
        const here = args.map((arg) => arg.replaceAll(written, this.#address));
        const { stdout } = this.#run(process.execPath, [...program, ...here]);
        printed += stdout.replace("port 0", "port 8080").replaceAll(this.#address, written);
      } else if (tool !== "npm") {
        const { stdout } = this.#run("sh", ["-c", line.replaceAll(written, this.#address)]);
        printed += stdout.replaceAll(this.#address, written);
      }
    }
    return this.#apps.shown(printed);
  }

  #run(command: string, args: readonly string[]): { readonly stdout: string } {
    const cwd = this.#workspace.directory;
    return spawnSync(command, args, { cwd, env: this.#env, encoding: "utf8", timeout: 20_000 });
  }

  async #stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined && server.exitCode === null) {
      const gone = new Promise((resolve) => server.once("close", resolve));
      server.kill("SIGTERM");
      await gone;
    }
  }
}

/** Without what differs from day to day. */
function plain(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replace(/\b\d{4}-\d\d-\d\d\b/g, "<day>")
    .replace(/(?:[0-9A-F]{2}:){15}[0-9A-F]{2}/g, "<digits>")
    .replace(/\b[0-9A-F]{16,}\b/g, "<serial>")
    .replace(/(Sluice local CA) \S+ [0-9a-f]{8}/g, "$1 <whose>")
    .replace(/^Retry-After: \d+$/gm, "Retry-After: <seconds>")
    .replace(/ +\d+(?:\.\d+)? ms$/gm, " <latency>")
    .replace(/\b\d+ m?s (?=ago: |to go\))/g, "<time> ")
    .replace(/(?<=\(for |idle after )\d+ m?s\b/g, "<time>")
    .replace(/^\n+/, "")
    .replace(/[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT/g, "<date>")
    .trimEnd();
}
