/** The script of docs/load-balancing.md that replaces applications, run while requests keep coming: none fails. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { loadConfig } from "../../src/config/index.ts";
import * as face from "../../src/index.ts";
import { createServer } from "../../src/index.ts";
import { eventually, within } from "../support/waiting.ts";
import { accepts, PageApps } from "./apps.ts";
import { blocksOf, root } from "./pages.ts";
import { openWorkspace, type Workspace } from "./workspace.ts";

const page = "docs/load-balancing.md";
const command = `${process.execPath} --import ${import.meta.resolve("tsx")} ${join(root, "src/cli/bin.ts")}`;

/** The page's files, and programs that stand for `npx` and `systemctl`. */
async function furnished(workspace: Workspace, apps: PageApps): Promise<void> {
  for (const { title, code } of blocksOf(page)) {
    if (["app.mjs", "sluice.config.ts", "replace.sh"].includes(title)) {
      workspace.write(title, await apps.played(code.replace(/\b8080\b/g, "0")));
    }
  }
  mkdirSync(join(workspace.directory, "pids"));
  const programs = {
    npx: `shift\nexec ${command} "$@" --control ${join(workspace.directory, "control")}\n`,
    systemctl: [
      `port=\${2#app@}`,
      `if [ "$1" = restart ]; then`,
      `  kill $(cat pids/$port)`,
      `  while kill -0 $(cat pids/$port) 2>/dev/null; do sleep 0.05; done`,
      `  echo $port >> restarted`,
      "fi",
      `${process.execPath} app.mjs $port </dev/null >/dev/null 2>&1 &`,
      `echo $! > pids/$port\n`,
    ].join("\n"),
  };
  for (const [name, text] of Object.entries(programs)) {
    chmodSync(workspace.write(`bin/${name}`, `#!/bin/sh\n${text}`), 0o755);
  }
}

function run({ directory }: Workspace, program: string, args: readonly string[]): ChildProcess {
  const env = { PATH: `${join(directory, "bin")}:${process.env.PATH}`, HOME: directory };
  return spawn(program, args, { cwd: directory, env, stdio: ["ignore", "ignore", "inherit"] });
}

async function startApps(workspace: Workspace, ports: readonly string[]): Promise<void> {
  for (const port of ports) {
    await once(run(workspace, "systemctl", ["start", `app@${port}`]), "close");
    await eventually(() => accepts(Number(port)), `the application on ${port}`);
  }
}

function stopApps({ directory }: Workspace, ports: readonly string[]): void {
  for (const port of ports) {
    try {
      process.kill(Number(readFileSync(join(directory, "pids", port), "utf8")), "SIGKILL");
    } catch {
      // It is gone, which is what we want.
    }
  }
}

/** Asks again and again, four at once, until `work` is done. @returns How often each answer came, the ports left out. */
async function meanwhile(url: string, work: Promise<unknown>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  let going = true;
  const client = async (): Promise<void> => {
    while (going) {
      const response = await fetch(url);
      const answer = `${response.status} ${(await response.text()).replace(/\d+\n/, "")}`;
      counts.set(answer, (counts.get(answer) ?? 0) + 1);
      await pause(20);
    }
  };
  const clients = Array.from({ length: 4 }, client);
  await work.finally(() => {
    going = false;
  });
  await within(Promise.all(clients), "the last answers");
  return counts;
}

function quiet(): void {
  // What the server says of it is another test's matter.
}

describe("replace.sh", { timeout: 120_000 }, () => {
  it("replaces every application, and no request fails or is even retried", async () => {
    using workspace = openWorkspace();
    const { directory } = workspace;
    const apps = new PageApps(directory);
    await furnished(workspace, apps);
    const ports = (await apps.played("3001 3002 3003")).split(" ");
    const { config } = await loadConfig({ cwd: directory, file: undefined, command: "run", env: {}, face });
    const listen = { host: "127.0.0.1", port: 0 };
    const server = createServer(
      { ...config, listen, control: join(directory, "control") },
      { reporter: { info: quiet, warn: quiet, error: quiet } },
    );
    try {
      await startApps(workspace, ports);
      await server.listen();
      const script = run(workspace, "sh", ["replace.sh"]);
      const done = once(script, "close");
      const counts = await meanwhile(
        `http://127.0.0.1:${server.addresses[0]?.port}/`,
        within(done, "replace.sh", 90_000),
      );
      strictEqual(script.exitCode, 0);
      deepStrictEqual([...counts.keys()], ["200 hello from "]);
      ok((counts.get("200 hello from ") ?? 0) > 100, "there was load");
      deepStrictEqual(readFileSync(join(directory, "restarted"), "utf8").trim().split("\n"), ports);
      const list = spawn("npx", ["sluice", "upstreams", "--json"], {
        cwd: directory,
        env: { PATH: `${join(directory, "bin")}:${process.env.PATH}`, HOME: directory },
        stdio: ["ignore", "pipe", "inherit"],
      });
      const said = await within(list.stdout.toArray(), "sluice upstreams");
      const { groups } = JSON.parse(Buffer.concat(said).toString()) as {
        readonly groups: readonly { readonly members: readonly Record<string, unknown>[] }[];
      };
      deepStrictEqual(
        groups.flatMap(({ members }) =>
          members.map(({ state, failures, retries }) => [state, failures, retries]),
        ),
        ports.map(() => ["up", 0, 0]),
      );
    } finally {
      await server.close({ deadline: 0 });
      stopApps(workspace, ports);
    }
  });
});
