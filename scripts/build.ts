/**
 * Builds `dist/`: JavaScript and declarations of everything under `src/` but the tests.
 *
 * The new tree is made aside and put in place at the end, so that a failed build leaves
 * the old one, and a server running from the old one never sees half a tree.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { localBin, root, run } from "./command.ts";

const made = join(root, "node_modules", ".cache", `build-${process.pid}`);
const code = await run(localBin("tsc"), ["-p", "tsconfig.build.json", "--outDir", made]);
if (code !== 0) {
  rmSync(made, { recursive: true, force: true });
  process.exit(code);
}
for (const file of readdirSync(made, { recursive: true, encoding: "utf8" })) {
  if (file.endsWith(".d.ts")) {
    pointAtJavaScript(join(made, file));
  }
}
const program = join(made, "cli", "bin.js");
if (existsSync(program)) {
  chmodSync(program, 0o755);
}
const target = join(root, "dist");
const old = `${made}-old`;
mkdirSync(target, { recursive: true });
renameSync(target, old);
renameSync(made, target);
rmSync(old, { recursive: true, force: true });

/** tsc rewrites `./x.ts` in what it emits as JavaScript, but leaves it so in declarations. */
function pointAtJavaScript(path: string): void {
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(/(\bfrom\s*|\bimport\s*\(\s*|\bimport\s+)(["'])(\.[^"']*)\.ts\2/g, "$1$2$3.js$2"),
  );
}
