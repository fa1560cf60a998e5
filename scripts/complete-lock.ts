/**
 * Completes `package-lock.json` after `npm install`.
 *
 * npm leaves out of the lock the optional packages (binaries for other platforms) that the
 * registry in use did not answer for, and then `npm ci` refuses the lock as out of step.
 * This writes the entries that are missing: version and platform, as their names tell.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "./command.ts";

interface LockEntry {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

interface Lock {
  packages: Record<string, LockEntry>;
}

const path = join(root, "package-lock.json");
const lock = JSON.parse(readFileSync(path, "utf8")) as Lock;
const added = missingEntries(lock);
lock.packages = Object.fromEntries(
  [...Object.entries(lock.packages), ...added].sort(([a], [b]) => a.localeCompare(b, "en")),
);
writeFileSync(path, `${JSON.stringify(lock, undefined, 2)}\n`);
console.log(added.length === 0 ? "nothing is missing" : added.map(([name]) => `added ${name}`).join("\n"));

function missingEntries({ packages }: Lock): [string, LockEntry][] {
  return Object.entries(packages).flatMap(([parent, entry]) =>
    Object.entries(entry.optionalDependencies ?? {})
      .filter(
        ([name]) => !(`node_modules/${name}` in packages) && !(`${parent}/node_modules/${name}` in packages),
      )
      .map(([name, version]): [string, LockEntry] => [
        `node_modules/${name}`,
        platformEntry(name, version, entry),
      ]),
  );
}

/** `@scope/binding-linux-x64-musl` says os, processor and C library, in this order. */
function platformEntry(name: string, version: string, parent: LockEntry): LockEntry {
  const parts = name.slice(name.indexOf("/") + 1).split("-");
  const at = parts.findIndex((part) => /^(aix|android|darwin|freebsd|linux|openharmony|win32)$/.test(part));
  const [os, cpu, abi] = parts.slice(at);
  if (at < 0 || os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+/.test(version)) {
    throw new Error(`${name}@${version} is missing from the lock, and its name does not tell its platform`);
  }
  const libc = os !== "linux" ? [] : [abi?.includes("musl") ? "musl" : "glibc"];
  return {
    version,
    ...{ cpu: [cpu], os: [os], optional: true },
    ...(libc.length > 0 ? { libc } : {}),
    ...(parent.dev === true ? { dev: true } : {}),
    ...(parent.license === undefined ? {} : { license: parent.license }),
  };
}
