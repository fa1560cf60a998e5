#!/usr/bin/env node
/** The executable. */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createReporter } from "../observe/index.ts";
import { createServer } from "../server/index.ts";
import { exitCodes } from "./exit-codes.ts";
import { main } from "./index.ts";

const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
  readonly version: string;
};

/** Where the public face lies: beside us, as source or compiled. */
const facePlace = new URL(`../index${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url);

// Whoever read our words may be gone; that is no reason to stop serving.
process.stdout.on("error", () => undefined);
process.stderr.on("error", () => undefined);

// All is done before this, unless a promise holds us up that nothing can settle any more.
process.once("beforeExit", () => {
  createReporter().error("cannot go on: the config file waits for a promise that never settles");
  process.exit(exitCodes.failedStart);
});

const code = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  // Not an import of ours: it is what `import … from "sluice"` means in the user's file.
  face: await import(facePlace.href),
  version,
  createServer,
  signals: process,
  openBrowser,
});
// Connections after a forced stop, or timers of a config file, must not keep the process; words must get out.
process.stdout.write("", () => process.exit(code));

function openBrowser(url: string): void {
  const [command, args] =
    process.platform === "darwin"
      ? (["open", [url]] as const)
      : process.platform === "win32"
        ? (["cmd", ["/c", "start", "", url]] as const)
        : (["xdg-open", [url]] as const);
  const child = spawn(command, args, { stdio: "ignore", detached: true });
  // A machine without a browser still serves.
  child.on("error", () => process.stderr.write(`sluice: no browser to open; go to ${url}\n`));
  child.unref();
}
