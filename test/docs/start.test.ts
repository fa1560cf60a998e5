/** `npm start`, as a process: it serves, says what there is to try, and gives up in one line on a taken port. */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { describe, it } from "node:test";
import { eventually, within } from "../support/waiting.ts";
import { root } from "./pages.ts";

interface Started {
  readonly said: { stdout: string; stderr: string };
  readonly ended: Promise<number | null>;
  stop(): void;
}

function start(port: string): Started {
  const child = spawn(process.execPath, ["--import", "tsx", "scripts/start.ts"], {
    cwd: root,
    env: { PATH: process.env.PATH, PORT: port, HOST: "127.0.0.1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (text: string) => {
      said[stream] += text;
    });
  }
  return {
    said,
    ended: new Promise((resolve) => child.once("close", resolve)),
    stop: () => child.kill("SIGTERM"),
  };
}

describe("npm start", () => {
  it("serves the manual and says where, and what there is to try", async () => {
    const started = start("0");
    try {
      const url = await eventually(
        () => /Read the manual at (http:\/\/127\.0\.0\.1:\d+) /.exec(started.said.stdout)?.[1],
        "npm start to be ready",
        60_000,
      );
      match(await (await fetch(url)).text(), /<h1 id="sluice">Sluice<\/h1>/);
      const commands = [...started.said.stdout.matchAll(/^ {2}curl .*(http:\S+)$/gm)].map(
        ([, to]) => to ?? "",
      );
      const answers = commands.map(async (to) => (await fetch(to, { method: "HEAD" })).status);
      deepStrictEqual(await Promise.all(answers), [200, 200, 200, 200, 200]);
    } finally {
      started.stop();
    }
    strictEqual(await within(started.ended, "npm start to end"), 0);
  });

  it("gives up in one line on a taken port", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as { readonly port: number };
    const started = start(`${port}`);
    const code = await within(started.ended, "npm start to give up", 60_000);
    other.close();
    deepStrictEqual(
      [code, started.said.stderr, started.said.stdout],
      [1, `sluice: error: port ${port} of 127.0.0.1 is taken by another program\n`, ""],
    );
  });
});
