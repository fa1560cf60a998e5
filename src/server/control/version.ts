/** Which Sluice this is. */
import { readFileSync } from "node:fs";

let known: string | undefined;

/** Of the package that this file is part of, as source or compiled. */
export function ownVersion(): string {
  known ??= (
    JSON.parse(readFileSync(new URL("../../../package.json", import.meta.url), "utf8")) as {
      readonly version: string;
    }
  ).version;
  return known;
}
