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

/** The commands that a help lists, in its order. */
async function commandsOf(...args: readonly string[]): Promise<readonly string[]> {
  const list = (await helpOf(...args)).split("\nCommands:\n")[1] ?? "";
  return [...list.matchAll(/^ {2}(\w+)/gm)].map(([, name = ""]) => name);
}

function documented(heading: string): readonly string[] {
  const names = tableBelow("docs/cli.md", heading).map(([name = ""]) => name.replaceAll("`", ""));
  return names.flatMap((name) => [...name.matchAll(/(?<=^|\s)--?[\w-]+/g)].map(([option]) => option)).sort();
}

describe("docs/cli.md", () => {
  it("has every option of sluice [dir]", async () => {
    deepStrictEqual(documented("Options of sluice [dir]"), optionsIn(await helpOf()));
  });

  // biome-ignore format: a table is read by columns
  const shared = [
    ["Options of sluice run and sluice check", [["run"], ["check"]]],
    ["Options of sluice proxy",                [["proxy"]]],
    ["Options of sluice status and sluice upstreams",
      [["status"], ["upstreams"], ...["weight", "drain", "eject", "restore"].map((name) => ["upstreams", name])]],
    ["Options of sluice cert",                 [["cert", "show"], ["cert", "issue"], ["cert", "ca"]]],
  ] as const;
  for (const [heading, commands] of shared) {
    it(`has every option of ${commands.map((words) => words.join(" ")).join(", ")}`, async () => {
      const helps = await Promise.all(commands.map((words) => helpOf(...words)));
      deepStrictEqual(documented(heading), [...new Set(helps.flatMap(optionsIn))].sort());
    });
  }

  it("has every command", async () => {
    const rows = tableBelow("docs/cli.md", "").map(([name = ""]) => /sluice ([\w ]+\w)/.exec(name)?.[1]);
    const commands = await commandsOf();
    const cert = (await commandsOf("cert")).map((name) => `cert ${name}`);
    const upstreams = (await commandsOf("upstreams")).map((name) => `upstreams ${name}`);
    deepStrictEqual(
      rows.filter((name) => name !== undefined),
      commands.flatMap((name) =>
        name === "cert" ? cert : name === "upstreams" ? [name, ...upstreams] : [name],
      ),
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
