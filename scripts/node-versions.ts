/**
 * Runs the unit tests and the scenarios under each major version of Node that we support
 * beside the one at hand. The binaries come as npm packages, kept under `node_modules/.cache`.
 *
 * `npm run test:node-versions -- 22 24` runs only those; `--list` only installs and names them.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, dirname, join } from "node:path";
import { root, run } from "./command.ts";

const supported = ["20.19", "22", "24", "26"];

const args = process.argv.slice(2);
const listOnly = args.includes("--list");
const chosen = args.filter((arg) => !arg.startsWith("--"));
const rows: {
  readonly node: string;
  readonly version: string;
  readonly result: string;
  readonly seconds: number;
}[] = [];

for (const node of chosen.length === 0 ? supported : chosen) {
  const start = performance.now();
  const binary = await installed(node);
  const version = binary === undefined ? "" : versionOf(binary);
  let result = "could not be installed";
  if (binary !== undefined) {
    console.log(`\n══ Node ${version}`);
    result = listOnly ? binary : (await testsPass(binary)) ? "passed" : "FAILED";
  }
  rows.push({ node, version, result, seconds: Math.round((performance.now() - start) / 1000) });
}
console.table(rows);
if (rows.some((row) => row.result === "FAILED" || row.version === "")) {
  process.exitCode = 1;
}

/** The path of that Node's binary; undefined when it cannot be had. */
async function installed(version: string): Promise<string | undefined> {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(root, "node_modules", ".cache", "node-versions", version);
  const binary = join(folder, "node_modules", name, "bin", platform === "win" ? "node.exe" : "node");
  if (!existsSync(binary)) {
    mkdirSync(folder, { recursive: true });
    // A package.json of its own, or npm would install into the project around it.
    writeFileSync(join(folder, "package.json"), '{ "private": true }\n');
    await run("npm", ["install", "--no-save", "--ignore-scripts", "--prefer-offline", `${name}@${version}`], {
      cwd: folder,
    });
  }
  return existsSync(binary) ? binary : undefined;
}

function versionOf(binary: string): string {
  return execFileSync(binary, ["--version"], { encoding: "utf8" }).trim();
}

async function testsPass(binary: string): Promise<boolean> {
  const env = { ...process.env, PATH: `${dirname(binary)}${delimiter}${process.env.PATH ?? ""}` };
  return (
    (await run(binary, ["--import", "tsx", "scripts/test.ts", "src/", "test/scenarios/"], { env })) === 0
  );
}
