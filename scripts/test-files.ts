/** Which files hold tests. Node 20's own globbing finds too few, so we look ourselves. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { root } from "./command.ts";

const places = ["src", "test", "scripts", "bench", "examples"];

/**
 * All test files, as paths relative to the root with "/" between, sorted.
 *
 * @param patterns - Keep only paths that contain one of these; none keeps all.
 */
export function testFiles(patterns: readonly string[] = []): string[] {
  return places
    .flatMap((place) => below(place))
    .filter((path) => path.endsWith(".test.ts"))
    .filter((path) => patterns.length === 0 || patterns.some((pattern) => path.includes(pattern)))
    .sort();
}

function below(directory: string): string[] {
  let entries: string[];
  try {
    entries = readdirSync(join(root, directory), { recursive: true, encoding: "utf8" });
  } catch {
    return [];
  }
  return entries
    .map((entry) => `${directory}/${entry.replaceAll("\\", "/")}`)
    .filter((path) => !path.includes("/node_modules/"));
}
