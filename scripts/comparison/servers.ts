/** The servers that are compared: how each is had, started on a directory, and stopped. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect, createServer as netServer } from "node:net";
import { join } from "node:path";
import { createServer, files } from "../../src/index.ts";
import { run } from "../command.ts";

/** A server on a port of 127.0.0.1. */
export interface Started {
  readonly port: number;
  stop(): Promise<void>;
}

export interface Tool {
  readonly package: string;
  /** As measured first; the nearest that can be had takes its place. */
  readonly version: string;
  /** @param singlePage - undefined means that the tool has no such mode. */
  readonly args: (site: string, port: string, singlePage: boolean) => readonly string[] | undefined;
}

export const tools: readonly Tool[] = [
  {
    package: "serve",
    version: "14.2.7",
    args: (site, port, singlePage) => [
      "-l",
      `tcp://127.0.0.1:${port}`,
      "--no-port-switching",
      "-n",
      ...(singlePage ? ["-s"] : []),
      site,
    ],
  },
  {
    package: "http-server",
    version: "14.1.1",
    args: (site, port, singlePage) =>
      singlePage ? undefined : [site, "-a", "127.0.0.1", "-p", port, "-g", "-b", "-s"],
  },
  {
    package: "sirv-cli",
    version: "3.0.1",
    args: (site, port, singlePage) => [
      site,
      "-H",
      "127.0.0.1",
      "-p",
      port,
      "-G",
      "-B",
      "-e",
      "-q",
      ...(singlePage ? ["-s"] : []),
    ],
  },
  {
    package: "local-web-server",
    version: "5.4.0",
    args: (site, port, singlePage) => [
      "-d",
      site,
      "-p",
      port,
      "--hostname",
      "127.0.0.1",
      "-z",
      ...(singlePage ? ["--spa", "index.html"] : []),
    ],
  },
  {
    package: "vite",
    version: "8.3.8",
    args: (site, port) => [
      "preview",
      "--outDir",
      site,
      "--host",
      "127.0.0.1",
      "--port",
      port,
      "--strictPort",
    ],
  },
];

/** Sluice itself, as `files()` comes. */
export async function startSluice(site: string, singlePage: boolean): Promise<Started> {
  const handler = files({ root: site, ...(singlePage ? { fallback: "index.html" } : {}) });
  const server = createServer({
    listen: { host: "127.0.0.1", port: 0 },
    sites: [{ hosts: ["*"], routes: [{ match: "/*", handler }] }],
  });
  await server.listen();
  return { port: server.addresses[0]?.port ?? 0, stop: () => server.close({ deadline: 0 }) };
}

/**
 * Installs a tool below `cache`, unless it is there: the version asked for, else the nearest.
 *
 * @returns The version had.
 * @throws Error when no version can be had.
 */
export async function install(tool: Tool, cache: string): Promise<string> {
  const place = join(cache, tool.package);
  const manifest = join(place, "node_modules", tool.package, "package.json");
  const [major, minor] = tool.version.split(".");
  for (const wanted of [tool.version, `~${major}.${minor}.0`, `^${major}.0.0`, "*"]) {
    if (!existsSync(manifest)) {
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, "package.json"), '{ "private": true }\n');
      const args = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"];
      await run("npm", [...args, `${tool.package}@${wanted}`], { cwd: place, timeout: 180_000 });
    }
  }
  if (!existsSync(manifest)) {
    throw new Error(`${tool.package} cannot be installed`);
  }
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}

/** @returns undefined when the tool has no single-page mode. */
export async function startTool(
  tool: Tool,
  cache: string,
  site: string,
  singlePage: boolean,
): Promise<Started | undefined> {
  const port = await freePort();
  const args = tool.args(site, String(port), singlePage);
  if (args === undefined) {
    return undefined;
  }
  const place = join(cache, tool.package);
  const home = join(place, "node_modules", tool.package);
  const { bin } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as {
    bin: string | Record<string, string>;
  };
  const program = join(home, typeof bin === "string" ? bin : (Object.values(bin)[0] as string));
  const child = spawn(process.execPath, [program, ...args], {
    cwd: place,
    stdio: "ignore",
    env: { ...process.env, NO_UPDATE_CHECK: "1" },
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async (): Promise<void> => {
    child.kill("SIGKILL");
    await ended;
  };
  for (let tries = 0; !(await answers(port)); tries += 1) {
    if (tries > 200 || child.exitCode !== null) {
      await stop();
      throw new Error(`${tool.package} did not start`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return { port, stop };
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = netServer();
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
