/** docs/cli.md says what the command line says of itself. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { main } from "../../src/cli/index.ts";
import { blocksOf, tableBelow } from "./pages.ts";

async function helpOf(...args: readonly string[]): Promise<string> {
  let text = "";
  const sink = { write: (more: string) => (text += more) };
  const never = (): never => {
    throw new Error("help needs none of this");
  };
  const code = await main([...args, "--help"], {
    stdout: sink,
    stderr: sink,
    env: {},
    cwd: "/",
    face: {},
    version: "0.0.0",
    createServer: never,
    signals: { on: never, off: never },
    openBrowser: never,
  });
  strictEqual(code, 0);
  return text;
}

/** The options in a help text, the short ones included, sorted. */
function optionsIn(help: string): readonly string[] {
  const lines = help.split("\n").map((line) => /^ {2}(-.*?)(?: {2}|$)/.exec(line)?.[1] ?? "");
  return lines.flatMap((line) => [...line.matchAll(/(?<=^|\s)--?[\w-]+/g)].map(([name]) => name)).sort();
}

function documented(heading: string): readonly string[] {
  const names = tableBelow("docs/cli.md", heading).map(([name = ""]) => name.replaceAll("`", ""));
  return names.flatMap((name) => [...name.matchAll(/(?<=^|\s)--?[\w-]+/g)].map(([option]) => option)).sort();
}

describe("docs/cli.md", () => {
  it("has every option of sluice [dir]", async () => {
    deepStrictEqual(documented("Options of sluice [dir]"), optionsIn(await helpOf()));
  });

  for (const command of ["run", "check"]) {
    it(`has every option of sluice ${command}`, async () => {
      deepStrictEqual(documented("Options of sluice run and sluice check"), optionsIn(await helpOf(command)));
    });
  }

  it("has every command", async () => {
    const commands = [...(await helpOf()).matchAll(/^ {2}(\w+) \[options\]/gm)].map(([, name]) => name);
    const rows = tableBelow("docs/cli.md", "").map(([name = ""]) => /sluice (\w+)/.exec(name)?.[1]);
    deepStrictEqual(
      rows.filter((name) => name !== undefined),
      commands,
    );
  });

  it("shows the help as it is", async () => {
    const shown = blocksOf("docs/cli.md").filter(({ language }) => language === "text");
    deepStrictEqual(
      shown.map(({ code }) => code),
      [await helpOf()],
    );
  });
});
