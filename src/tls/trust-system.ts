/** The system's trust store: a file and a command on Linux, a keychain on macOS, a store on Windows. */
import { readFile, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf, writeWhole } from "./local-ca-files.ts";
import { quoted, type TrustedRoot, type TrustStep } from "./trust-step.ts";
import type { ProgramEnd, TrustWorld } from "./trust-world.ts";

interface LinuxStore {
  readonly name: string;
  /** Where administrators put roots, below the system's root. */
  readonly directory: string;
  readonly extension: string;
  /** Makes the system read the directory. */
  readonly refresh: readonly [program: string, ...args: string[]];
  /** What `refresh` needs besides when a root was taken out. */
  readonly afterRemoval?: readonly string[];
  /** What the command writes, and most programs read. */
  readonly bundle: string;
}

/** The directory tells the distribution; Debian's is last, because others may have one of that name too. */
const linuxStores: readonly LinuxStore[] = [
  {
    name: "system store (Fedora, RHEL)",
    directory: "etc/pki/ca-trust/source/anchors",
    extension: ".pem",
    refresh: ["update-ca-trust", "extract"],
    bundle: "etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  },
  {
    name: "system store (Arch)",
    directory: "etc/ca-certificates/trust-source/anchors",
    extension: ".crt",
    refresh: ["trust", "extract-compat"],
    bundle: "etc/ca-certificates/extracted/tls-ca-bundle.pem",
  },
  {
    name: "system store (openSUSE)",
    directory: "etc/pki/trust/anchors",
    extension: ".pem",
    refresh: ["update-ca-certificates"],
    bundle: "var/lib/ca-certificates/ca-bundle.pem",
  },
  {
    name: "system store (Debian, Ubuntu, Alpine)",
    directory: "usr/local/share/ca-certificates",
    extension: ".crt",
    refresh: ["update-ca-certificates"],
    // Otherwise links to a file that is gone stay in /etc/ssl/certs.
    afterRemoval: ["--fresh"],
    bundle: "etc/ssl/certs/ca-certificates.crt",
  },
];

export type Change = "add" | "remove";

/** Puts the root into the system's store, or takes it out. */
export function changeSystemStore(change: Change, root: TrustedRoot, world: TrustWorld): Promise<TrustStep> {
  switch (world.platform) {
    case "darwin":
      return changeKeychain(change, root, world);
    case "win32":
      return changeWindowsStore(change, root, world);
    default:
      return changeLinuxStore(change, root, world);
  }
}

async function changeLinuxStore(change: Change, root: TrustedRoot, world: TrustWorld): Promise<TrustStep> {
  const place = await linuxStore(world);
  if (place === undefined) {
    const install = "install the package ca-certificates, then run this again";
    return { store: "system store", state: "absent", detail: change === "add" ? install : "there is none" };
  }
  const { name: store, bundle, refresh, afterRemoval = [] } = place;
  const directory = join(world.systemRoot, place.directory);
  const file = join(directory, `sluice-local-ca-${root.id}${place.extension}`);
  const listed = await holds(join(world.systemRoot, bundle), root.pem);
  const present = await holds(file, root.pem);
  if (change === "add" ? listed && present : !listed && !present) {
    return { store, state: "already" };
  }
  const [program, ...args] = change === "add" ? refresh : [...refresh, ...afterRemoval];
  if (!world.mayWrite(directory)) {
    const command = [program, ...args].join(" ");
    const first = change === "add" ? `install -m 644 ${quoted(root.file)} ${file}` : `rm -f ${file}`;
    return { store, state: "needs root", commands: [`sudo ${first}`, `sudo ${command}`] };
  }
  try {
    await (change === "add" ? writeWhole(file, root.pem, 0o644) : rm(file, { force: true }));
  } catch (error) {
    return { store, state: "failed", detail: `${file}: ${reasonOf(error)}` };
  }
  const end = await world.run(program, args);
  if (end.code !== 0) {
    return failed(store, `${program} ${args.join(" ")}`.trim(), end);
  }
  return { store, state: "done", detail: change === "add" ? file : undefined };
}

async function linuxStore(world: TrustWorld): Promise<LinuxStore | undefined> {
  for (const one of linuxStores) {
    const found = await stat(join(world.systemRoot, one.directory)).catch(() => undefined);
    if (found?.isDirectory() === true && world.find(one.refresh[0]) !== undefined) {
      return one;
    }
  }
  return undefined;
}

/** In the user's own keychain, which asks for no administrator. */
async function changeKeychain(change: Change, root: TrustedRoot, world: TrustWorld): Promise<TrustStep> {
  const store = "login keychain";
  const keychain = join(world.home, "Library", "Keychains", "login.keychain-db");
  const known = await world.run("security", ["find-certificate", "-a", "-Z", keychain]);
  const present = known.output.includes(root.sha1);
  const trusted = present && (await world.run("security", ["verify-cert", "-c", root.file])).code === 0;
  if (change === "add" ? trusted : !present) {
    return { store, state: "already" };
  }
  if (change === "add") {
    const end = await world.run("security", [
      "add-trusted-cert",
      "-r",
      "trustRoot",
      "-k",
      keychain,
      root.file,
    ]);
    return end.code === 0 ? { store, state: "done" } : failed(store, "security add-trusted-cert", end);
  }
  // Fails where it was never trusted; that it is gone from the keychain is what counts.
  await world.run("security", ["remove-trusted-cert", root.file]);
  const end = await world.run("security", ["delete-certificate", "-Z", root.sha1, keychain]);
  return end.code === 0 ? { store, state: "done" } : failed(store, "security delete-certificate", end);
}

async function changeWindowsStore(change: Change, root: TrustedRoot, world: TrustWorld): Promise<TrustStep> {
  const store = "Windows root store of this user";
  const present = (await world.run("certutil", ["-user", "-verifystore", "Root", root.sha1])).code === 0;
  if (present === (change === "add")) {
    return { store, state: "already" };
  }
  const end =
    change === "add"
      ? await world.run("certutil", ["-user", "-f", "-addstore", "Root", root.file])
      : await world.run("certutil", ["-user", "-delstore", "Root", root.sha1]);
  return end.code === 0 ? { store, state: "done" } : failed(store, "certutil", end);
}

function failed(store: string, command: string, { code, output }: ProgramEnd): TrustStep {
  const words = output.trim().split("\n").at(-1) ?? "";
  const how = code === undefined ? "could not be run" : `ended with ${code}`;
  return { store, state: "failed", detail: `${command} ${how}${words === "" ? "" : `: ${words}`}` };
}

/** Whether a PEM file holds a certificate, however its lines are broken. */
async function holds(file: string, pem: string): Promise<boolean> {
  const text = await readFile(file, "latin1").catch(() => "");
  return text.replace(/\s/g, "").includes(pem.replace(/\s/g, ""));
}
