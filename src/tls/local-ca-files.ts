/** Keeps secrets on disk: whole files or none, and one winner where several processes make the same. */
import { randomBytes } from "node:crypto";
import { lstat, mkdir, mkdtemp, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { homedir, userInfo } from "node:os";
import { basename, dirname, join } from "node:path";
import type { Millis } from "../message/index.ts";

/** What cannot be done with a file of the local authority, with its path and what to do. */
export class LocalAuthorityError extends Error {
  override readonly name = "LocalAuthorityError";
}

/** Left by a process that was killed; one that lives is done in a second. */
const staleAfter: Millis = 600_000;

/**
 * Where the local authority of this user is kept.
 *
 * @returns `$XDG_DATA_HOME/sluice/ca`; without that variable `~/.local/share/sluice/ca`, on macOS
 *   `~/Library/Application Support/sluice/ca`, on Windows `%LOCALAPPDATA%\sluice\ca`.
 * @throws LocalAuthorityError for a user without a home directory, where the variable is not set.
 * @source XDG Base Directory Specification: a relative path in the variable counts as none.
 */
export function localAuthorityDirectory(
  env: Readonly<Record<string, string | undefined>> = process.env,
  platform: NodeJS.Platform = process.platform,
): string {
  const data = env.XDG_DATA_HOME;
  if (data?.startsWith("/") === true) {
    return join(data, "sluice", "ca");
  }
  const home = homeDirectory(env, platform);
  if (platform === "darwin") {
    return join(home, "Library", "Application Support", "sluice", "ca");
  }
  if (platform === "win32") {
    return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "sluice", "ca");
  }
  return join(home, ".local", "share", "sluice", "ca");
}

/** @throws LocalAuthorityError for a user who has none, as in some containers. */
export function homeDirectory(
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform = process.platform,
): string {
  try {
    if (env.HOME === undefined || platform === "win32") {
      return homedir();
    }
    // An empty or relative one would be looked for wherever the command happens to run.
    return env.HOME.startsWith("/") ? env.HOME : userInfo().homedir;
  } catch (error) {
    throw new LocalAuthorityError(
      "this user has no home directory to keep a local certificate authority in; XDG_DATA_HOME can name another place",
      { cause: error },
    );
  }
}

/**
 * Writes a file so that a reader finds the old one or the new one, whole.
 *
 * @param mode - From the first octet on, whatever the process's mask allows.
 */
export async function writeWhole(path: string, text: string, mode: number): Promise<void> {
  const fresh = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}`);
  try {
    await writeSynced(fresh, text, mode);
    await rename(fresh, path);
  } catch (error) {
    await rm(fresh, { force: true });
    throw error;
  }
}

/**
 * Makes a directory with these files, unless it is there already: of several processes
 * one wins, and all find its files afterwards.
 *
 * @param files - Name to text and mode.
 * @returns Whether this call made it.
 * @throws Error of the file system, such as EACCES.
 */
export async function makeDirectoryOnce(
  directory: string,
  files: Readonly<Record<string, { readonly text: string; readonly mode: number }>>,
): Promise<boolean> {
  const parent = dirname(directory);
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const fresh = await mkdtemp(join(parent, `.${basename(directory)}-`));
  try {
    for (const [name, { text, mode }] of Object.entries(files)) {
      await writeSynced(join(fresh, name), text, mode);
    }
    // An empty directory is as good as none; one that is not empty stays and makes the rename fail.
    await rmdir(directory).catch(() => undefined);
    await rename(fresh, directory);
    await sweep(parent, `.${basename(directory)}-`);
    return true;
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    const taken = await lstat(directory).then(
      (found) => found.isDirectory(),
      () => false,
    );
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (taken && ["ENOTEMPTY", "EEXIST", "EPERM"].includes(code)) {
      return false;
    }
    throw error;
  }
}

/** Removes what killed processes left behind: entries that begin so and are old. */
export async function sweep(directory: string, prefix: string): Promise<void> {
  const names = await readdir(directory);
  for (const name of names.filter((one) => one.startsWith(prefix))) {
    const path = join(directory, name);
    const found = await stat(path).catch(() => undefined);
    if (found !== undefined && Date.now() - found.mtimeMs > staleAfter) {
      await rm(path, { recursive: true, force: true });
    }
  }
}

/** A file system's complaint in words. */
export function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "EACCES":
    case "EPERM":
      return "permission denied";
    case "ENOENT":
      return "there is no such file";
    case "EISDIR":
      return "it is a directory";
    case "ENOTDIR":
    case "EEXIST":
      return "a file stands where a directory should be";
    case "EROFS":
      return "the file system cannot be written";
    case "ENOSPC":
      return "the disk is full";
    default:
      return message;
  }
}

async function writeSynced(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, "wx", mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
