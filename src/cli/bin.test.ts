import { deepStrictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { fileURLToPath } from "node:url";

const directory = mkdtempSync(join(tmpdir(), "sluice-bin-"));
after(() => rmSync(directory, { recursive: true }));

describe("the executable", () => {
  it("says so when a config file waits for what never comes", () => {
    const file = join(directory, "never.ts");
    writeFileSync(file, "export default () => new Promise(() => {});");
    const bin = fileURLToPath(new URL("bin.ts", import.meta.url));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", import.meta.resolve("tsx"), bin, "check", "-c", file],
      { encoding: "utf8", env: { ...process.env, NO_COLOR: "1", NODE_OPTIONS: "" }, timeout: 30_000 },
    );
    deepStrictEqual(
      { status, stdout, stderr },
      {
        status: 1,
        stdout: "",
        stderr: "sluice: error: cannot go on: the config file waits for a promise that never settles\n",
      },
    );
  });
});
