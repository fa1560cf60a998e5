/** Every piece of TypeScript in the manual and in README: it has types, it is a configuration, or it runs. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { after, describe, it } from "node:test";
import { checkConfig, formatProblem, loadConfig } from "../../src/config/index.ts";
import * as face from "../../src/index.ts";
import { createServer } from "../../src/index.ts";
import { isBroken, isConfig, moduleOf } from "./fragments.ts";
import { blocksOf, type CodeBlock, root, sources } from "./pages.ts";
import { furnish, furnishCertificates, openWorkspace } from "./workspace.ts";

const workspace = openWorkspace();
after(() => workspace[Symbol.dispose]());
furnish(workspace);
await furnishCertificates(workspace);

const blocks = sources.flatMap(blocksOf).filter(({ language }) => language === "ts");
const fileOf = ({ at }: CodeBlock): string => `${at.replace(/\W/g, "-")}.ts`;
for (const block of blocks) {
  workspace.write(fileOf(block), moduleOf(block));
}

describe("TypeScript in the manual", () => {
  it("is there", () => strictEqual(blocks.length > 20, true));

  it("has no type errors, but where the page says so", () => {
    const compilerOptions = {
      noEmit: true,
      declaration: false,
      isolatedDeclarations: false,
      noUnusedLocals: false,
      paths: { sluice: [join(root, "src/index.ts")] },
      typeRoots: [join(root, "node_modules/@types")],
    };
    const config = { extends: join(root, "tsconfig.json"), compilerOptions, include: ["*.ts"] };
    workspace.write("tsconfig.json", JSON.stringify(config));
    const tsc = join(root, "node_modules", ".bin", "tsc");
    const { stdout } = spawnSync(tsc, ["-p", "."], { cwd: workspace.directory, encoding: "utf8" });
    // What is wrong elsewhere is told by the project's own type check.
    const errors = stdout.split("\n").filter((line) => line !== "" && !line.startsWith(".."));
    deepStrictEqual(errors, []);
  });
});

describe("configurations in the manual", () => {
  for (const block of blocks.filter(isConfig).filter((one) => !isBroken(one))) {
    it(block.at, async () => {
      const config = await loaded(block);
      deepStrictEqual(checkConfig(config, workspace.directory).map(formatProblem), []);
      createServer(config, { base: workspace.directory });
    });
  }
});

describe("programs in the manual", () => {
  for (const block of blocks.filter((one) => !isConfig(one))) {
    it(block.at, () => {
      const { status, stderr } = spawnSync(process.execPath, ["--import", tsx, fileOf(block)], {
        cwd: workspace.directory,
        env: { PATH: process.env.PATH },
        encoding: "utf8",
        timeout: 30_000,
      });
      deepStrictEqual([status, stderr], [0, ""]);
    });
  }
});

const tsx = import.meta.resolve("tsx");

async function loaded(block: CodeBlock): Promise<face.Config> {
  const file = join(workspace.directory, fileOf(block));
  const { config } = await loadConfig({ file, cwd: dirname(file), command: "run", env: {}, face });
  return config;
}
