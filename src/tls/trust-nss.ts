/**
 * The databases of Chromium and Firefox on Linux, which do not read the system's store
 * (elsewhere both do). NSS keeps one in a directory and has a program for it, `certutil`.
 */
import { mkdir, readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { reasonOf } from "./local-ca-files.ts";
import { quoted, type TrustedRoot, type TrustStep } from "./trust-step.ts";
import type { Change } from "./trust-system.ts";
import type { TrustWorld } from "./trust-world.ts";

/** Below the home directory; `*` stands for one name. */
const chromiumPlaces: readonly string[] = [
  ".pki/nssdb",
  ".local/share/pki/nssdb",
  "snap/chromium/current/.pki/nssdb",
  ".var/app/*/.pki/nssdb",
];

const firefoxPlaces: readonly string[] = [
  ".mozilla/firefox/*",
  ".config/mozilla/firefox/*",
  "snap/firefox/common/.mozilla/firefox/*",
  ".var/app/org.mozilla.firefox/.mozilla/firefox/*",
  ".var/app/org.mozilla.firefox/config/mozilla/firefox/*",
];

/** Any of these makes a database where it finds none, and would begin without ours. */
const chromiumPrograms: readonly string[] = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "brave-browser",
  "microsoft-edge",
  "vivaldi",
];

/** Which package brings `certutil`, by a program that only that family of systems has. */
const packages: readonly (readonly [program: string, command: string])[] = [
  ["apt-get", "sudo apt-get install libnss3-tools"],
  ["dnf", "sudo dnf install nss-tools"],
  ["pacman", "sudo pacman -S nss"],
  ["zypper", "sudo zypper install mozilla-nss-tools"],
  ["apk", "sudo apk add nss-tools"],
];

interface Database {
  readonly store: string;
  readonly directory: string;
  /** As `certutil` names it: the old format has another prefix. */
  readonly name: string;
  readonly exists: boolean;
}

/** Puts the root into every database of this user, or takes it out; one step for each. */
export async function* changeNssDatabases(
  change: Change,
  root: TrustedRoot,
  world: TrustWorld,
): AsyncGenerator<TrustStep> {
  if (world.platform === "darwin" || world.platform === "win32") {
    return;
  }
  const found = await databases(world);
  const wanted = change === "add" ? found : found.filter(({ exists }) => exists);
  const hasProgram = world.find("certutil") !== undefined;
  for (const database of wanted) {
    if (hasProgram) {
      yield await changeDatabase(change, database, root, world);
    } else {
      const command = packages.find(([program]) => world.find(program) !== undefined)?.[1];
      const commands = command === undefined ? undefined : [command];
      const detail = `${database.directory} is changed with the program certutil of NSS`;
      yield { store: database.store, state: "needs program", detail, commands };
    }
  }
}

async function changeDatabase(
  change: Change,
  database: Database,
  root: TrustedRoot,
  world: TrustWorld,
): Promise<TrustStep> {
  const { store, directory, name, exists } = database;
  const certutil = async (...args: readonly string[]): Promise<string | undefined> => {
    const { code, output } = await world.run("certutil", [...args, "-d", name]);
    const words = output.trim().split("\n").at(-1) ?? "";
    return code === 0 ? undefined : `${quoted(directory)}: ${words === "" ? "certutil failed" : words}`;
  };
  const fails = (detail: string): TrustStep => ({ store, state: "failed", detail });
  if (exists) {
    const present = await lookUp(name, root, world);
    if (change === "add" ? present === "trusted" : present === "absent") {
      return { store, state: "already", detail: directory };
    }
  } else {
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
    } catch (error) {
      return fails(`${directory}: ${reasonOf(error)}`);
    }
    const fault = await certutil("-N", "--empty-password");
    if (fault !== undefined) {
      return fails(fault);
    }
  }
  // "C,,": an authority for servers, and for neither mail nor programs.
  const fault =
    change === "add"
      ? await certutil("-A", "-n", root.name, "-t", "C,,", "-i", root.file)
      : await certutil("-D", "-n", root.name);
  return fault === undefined ? { store, state: "done", detail: directory } : fails(fault);
}

async function lookUp(
  database: string,
  root: TrustedRoot,
  world: TrustWorld,
): Promise<"trusted" | "known" | "absent"> {
  const { output } = await world.run("certutil", ["-L", "-d", database]);
  const line = output.split("\n").find((one) => one.startsWith(`${root.name} `));
  if (line === undefined) {
    return "absent";
  }
  // Three lists of flags: for servers, mail and programs.
  return /^[^,]*C/.test(line.slice(root.name.length).trim()) ? "trusted" : "known";
}

async function databases(world: TrustWorld): Promise<Database[]> {
  const chromium = await placesOf(chromiumPlaces, "Chromium", world);
  const firefox = await placesOf(firefoxPlaces, "Firefox", world);
  const plain = join(world.home, ".pki", "nssdb");
  const hasShared = chromium.some(
    ({ directory }) => directory.startsWith(world.home) && !/snap|\.var/.test(directory),
  );
  const hasBrowser = chromiumPrograms.some((program) => world.find(program) !== undefined);
  const fresh =
    hasShared || !hasBrowser
      ? []
      : [{ store: "Chromium", directory: plain, name: `sql:${plain}`, exists: false }];
  return [...fresh, ...chromium, ...firefox];
}

async function placesOf(
  places: readonly string[],
  browser: string,
  { home }: TrustWorld,
): Promise<Database[]> {
  const directories = (await Promise.all(places.map((place) => expand(home, place.split("/"))))).flat();
  const found: Database[] = [];
  for (const directory of directories) {
    const prefix = (await isFile(join(directory, "cert9.db")))
      ? "sql"
      : (await isFile(join(directory, "cert8.db")))
        ? "dbm"
        : undefined;
    if (prefix !== undefined) {
      const which = browser === "Firefox" ? `profile ${basename(directory)}` : packaging(directory);
      const store = which === "" ? browser : `${browser} (${which})`;
      found.push({ store, directory, name: `${prefix}:${directory}`, exists: true });
    }
  }
  return found;
}

function packaging(directory: string): string {
  const app = /\/\.var\/app\/([^/]+)\//.exec(directory)?.[1];
  return app ?? (dirname(directory).includes("/snap/") ? "snap" : "");
}

async function expand(base: string, parts: readonly string[]): Promise<string[]> {
  const [part, ...rest] = parts;
  if (part === undefined) {
    return [base];
  }
  const names = part === "*" ? (await readdir(base).catch(() => [])).sort() : [part];
  return (await Promise.all(names.map((name) => expand(join(base, name), rest)))).flat();
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}
