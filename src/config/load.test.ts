import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { type LoadedConfig, loadConfig } from "./load.ts";

/** Far from any node_modules. */
const directory = realpathSync(mkdtempSync(join(tmpdir(), "sluice-config-")));
after(() => rmSync(directory, { recursive: true }));

/** Stands for the public face: a config file must get these very values. */
const face = { marker: Symbol("the running Sluice"), defineConfig: (config: unknown) => config };

function load(file: string | undefined, cwd = directory): Promise<LoadedConfig> {
  return loadConfig({ file, cwd, command: "check", env: { NAME: "value" }, face });
}

function written(name: string, text: string): string {
  mkdirSync(dirname(join(directory, name)), { recursive: true });
  writeFileSync(join(directory, name), text);
  return name;
}

describe("loading a config file", () => {
  const rows = [
    // rule, name, text, what it exports
    [
      "TypeScript that imports sluice",
      "import.config.ts",
      `import { defineConfig, marker } from "sluice"; import type { Nothing } from "sluice";
       const list: readonly unknown[] = [marker] satisfies unknown[]; export default defineConfig({ list });`,
      { list: [face.marker] },
    ],
    [
      "JavaScript",
      "plain.config.mjs",
      `import { marker } from "sluice"; export default { marker };`,
      { marker: face.marker },
    ],
    ["JSON", "data.config.json", `{ "sites": [] }`, { sites: [] }],
    ["JSON after a byte order mark", "marked.config.json", `\ufeff{ "sites": [] }`, { sites: [] }],
    [
      "a function, told command and environment",
      "function.config.ts",
      "export default ({ command, env }: any) => ({ command, name: env.NAME });",
      { command: "check", name: "value" },
    ],
    [
      "an asynchronous function, after a top-level await",
      "async.config.mts",
      "const sites = await Promise.resolve([]); export default async () => ({ sites });",
      { sites: [] },
    ],
  ] as const;
  for (const [rule, name, text, config] of rows) {
    it(rule, async () => deepStrictEqual((await load(written(name, text))).config, config));
  }

  it("with files beside it, which import sluice too", async () => {
    written(
      "part.ts",
      `import { marker } from "sluice"; export const part: { marker: symbol } = { marker };`,
    );
    const name = written("parts.config.ts", `import { part } from "./part.ts"; export default part;`);
    deepStrictEqual((await load(name)).config, { marker: face.marker });
  });

  it("anew each time", async () => {
    written("again.config.ts", "export default { sites: 1 };");
    await load("again.config.ts");
    written("again.config.ts", "export default { sites: 2 };");
    deepStrictEqual((await load("again.config.ts")).config, { sites: 2 });
  });

  it("finds it in a directory, TypeScript first, and tells its base", async () => {
    written("project/sluice.config.json", "{}");
    written("project/sluice.config.ts", "export default { sites: [] };");
    const { file, name, base } = await load("project");
    deepStrictEqual(
      [file, name, base],
      [join(directory, "project/sluice.config.ts"), "project/sluice.config.ts", join(directory, "project")],
    );
    strictEqual((await load(undefined, join(directory, "project"))).name, "sluice.config.ts");
  });

  it("tells the line of a problem", async () => {
    const loaded = await load(
      written("line.config.ts", "export default {\n  sites: [\n    { host: 1 },\n  ],\n};"),
    );
    deepStrictEqual(loaded.locate([{ path: ["sites", 0, "host"], message: "unknown name" }]), [
      {
        path: ["sites", 0, "host"],
        message: "unknown name",
        place: { file: "line.config.ts", line: 3, column: 7 },
      },
    ]);
  });

  it("tells the line of the other place, too, through groups", async () => {
    const text = `export default {
  sites: [
    { routes: [
      { match: "/a" },
      { routes: [
        { match: ["/b", "/a"] },
      ] },
    ] },
  ],
};`;
    const path = ["sites", 0, "routes", 1, "routes", 0, "match", 1];
    const other = { path: ["sites", 0, "routes", 0, "match"] };
    const { locate } = await load(written("two.config.ts", text));
    deepStrictEqual(locate([{ path, message: "", other }]), [
      {
        ...{ path, message: "", place: { file: "two.config.ts", line: 6, column: 25 } },
        other: { ...other, place: { file: "two.config.ts", line: 4, column: 9 } },
      },
    ]);
  });
});

describe("a config file that gives no configuration", () => {
  const rows = [
    ["syntax.config.ts", "export default {\n  a: 1,,\n};", "syntax.config.ts:2:8: Unexpected token"],
    ["throws.config.ts", "\nconst a: number = 1;\nthrow new Error('no ' + a);", "throws.config.ts:3: no 1"],
    [
      "rejects.config.ts",
      "export default async () => {\n  throw new Error('told');\n};",
      "rejects.config.ts:2: told",
    ],
    ["odd.config.ts", "throw 1;", "odd.config.ts: threw 1"],
    [
      "missing.config.ts",
      `import { defineConfg } from "sluice";\nexport default defineConfg({});`,
      'missing.config.ts:2: "sluice" exports no defineConfg, did you mean "defineConfig"?',
    ],
    [
      "speechless.config.ts",
      "throw Object.assign(new Error(), { message: 5 });",
      "speechless.config.ts:1: 5",
    ],
    ["data.json", '{ "a": 1,\n  b }', undefined],
    [
      "prototype.json",
      '{ "a": { "__proto__": "b" } }',
      'prototype.json: "__proto__" is no name for anything here',
    ],
    [
      "nothing.config.ts",
      "export const a = 1;",
      "nothing.config.ts: the default export needs to be a configuration, not nothing: export default defineConfig({ … })",
    ],
    [
      "list.config.ts",
      "export default [1];",
      "list.config.ts: the default export needs to be a configuration, not a list: export default defineConfig({ … })",
    ],
    ["broken/part.config.ts", `import "./other.ts";`, `${directory}/broken/other.ts:1:11: Unexpected token`],
  ] as const;
  for (const [name, text, message] of rows) {
    it(name, async () => {
      written("broken/other.ts", "const a = ;");
      written(name, text);
      await rejects(
        load(name),
        message === undefined ? { name: "ConfigError" } : { name: "ConfigError", message },
      );
    });
  }

  it("is not there", async () => {
    await rejects(load("none.ts"), { message: "no such config file: none.ts" });
    await rejects(load(written("empty/x.txt", "").slice(0, 5)), {
      message: `no sluice.config file (ts, mts, js, mjs, json) in ${directory}/empty`,
    });
    await rejects(load("empty/x.txt"), {
      message: "empty/x.txt is no config file: its name must end in .ts, .mts, .js, .mjs or .json",
    });
  });
});
