/**
 * What stands at a path below the root, symbolic links judged: the only place that lets a name in.
 *
 * `realpath` first, so that every later step works on a path without links. Someone who may write
 * below the root can still put a link in a directory's place between two steps; so the open file,
 * which nobody can exchange, is asked where it lies.
 */
import { constants, readlinkSync } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Millis, Octets } from "../../message/index.ts";

/** A regular file as it was when we looked. */
export interface FileFacts {
  /** Absolute, without symbolic links. */
  readonly path: string;
  readonly size: Octets;
  readonly modified: Millis;
  /** The later of content change and inode change. */
  readonly changed: Millis;
  /** Names this very file: device and inode. */
  readonly identity: string;
  /** Differs when the file was replaced or changed, down to the file system's clock granule. */
  readonly fingerprint: string;
  /** Says the same on every look at the same content; for entity tags. */
  readonly times: string;
}

export type Probe =
  | { readonly type: "file"; readonly facts: FileFacts }
  | { readonly type: "directory"; readonly path: string }
  | { readonly type: "absent" }
  | { readonly type: "denied" };

const absent: Probe = { type: "absent" };
const denied: Probe = { type: "denied" };
// Windows has neither; there, opening waits for nothing and links need privileges.
const openFlags: number = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);

export class Root {
  /** As configured, absolute. */
  readonly path: string;
  readonly #symlinks: "inside" | "follow" | "deny";
  /** Without symbolic links; a deployment may point the root elsewhere at any time. */
  #real: string | undefined;

  constructor(path: string, symlinks: "inside" | "follow" | "deny") {
    this.path = path;
    this.#symlinks = symlinks;
  }

  /**
   * @param relative - Below the root, from `resolvePath`; "" is the root itself.
   * @throws Error - The system cannot say, such as EMFILE or EIO; absence and refusal are answers.
   */
  async probe(relative: string): Promise<Probe> {
    try {
      const real = await realpath(join(this.path, relative));
      if (!(await this.#lets(real, relative))) {
        return absent;
      }
      const stats = await lstat(real, { bigint: true });
      if (stats.isDirectory()) {
        return { type: "directory", path: real };
      }
      // A pipe, device or socket is not content, and reading one may never end.
      return stats.isFile() ? { type: "file", facts: factsOf(real, stats) } : absent;
    } catch (error) {
      return missing(error);
    }
  }

  /**
   * As `openFile`, of a file that lies within the root where links are not followed out of it.
   *
   * @throws ReplacedError - Another file is there now, or none, or it lies elsewhere.
   */
  async open(facts: FileFacts): Promise<{ handle: FileHandle; facts: FileFacts }> {
    const opened = await openFile(facts);
    if (this.#symlinks === "follow" || isWithin(this.#real ?? this.path, await placeOf(opened))) {
      return opened;
    }
    await opened.handle.close();
    throw new ReplacedError(`${facts.path} leads out of ${this.path}`);
  }

  async #lets(real: string, relative: string): Promise<boolean> {
    if (this.#symlinks === "follow") {
      return true;
    }
    if (this.#real !== undefined && this.#admits(this.#real, real, relative)) {
      return true;
    }
    this.#real = await realpath(this.path);
    return this.#admits(this.#real, real, relative);
  }

  #admits(root: string, real: string, relative: string): boolean {
    return this.#symlinks === "deny" ? real === join(root, relative) : isWithin(root, real);
  }
}

/** Whether `path` is `root` or below it; both absolute and without symbolic links. */
function isWithin(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** Where an open file lies: Linux knows it; elsewhere its path is followed once more. */
function placeOf({ handle, facts }: { handle: FileHandle; facts: FileFacts }): string | Promise<string> {
  try {
    // Answered from memory, in microseconds.
    return readlinkSync(`/proc/self/fd/${handle.fd}`);
  } catch {
    return realpath(facts.path).catch(() => "");
  }
}

/** The file at this path is not the one that was looked at: look again. */
export class ReplacedError extends Error {
  override readonly name = "ReplacedError";
}

/**
 * Opens what `facts` describe, without following a link and without waiting for a pipe's writer.
 *
 * @returns The open file and its facts as they are now: it may have been written to since.
 * @throws ReplacedError - Another file is there now, or none.
 * @throws Error - The system refuses, such as EMFILE or EACCES.
 */
async function openFile(facts: FileFacts): Promise<{ handle: FileHandle; facts: FileFacts }> {
  let handle: FileHandle;
  try {
    handle = await open(facts.path, openFlags);
  } catch (error) {
    if (missing(error) === absent) {
      throw new ReplacedError(`${facts.path} vanished`);
    }
    throw error;
  }
  try {
    const stats = await handle.stat({ bigint: true });
    const now = factsOf(facts.path, stats);
    if (!stats.isFile() || now.identity !== facts.identity) {
      throw new ReplacedError(`${facts.path} was replaced`);
    }
    return { handle, facts: now };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

interface BigStats {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
}

function factsOf(path: string, stats: BigStats): FileFacts {
  const times = `${stats.mtimeNs.toString(36)}-${stats.ctimeNs.toString(36)}`;
  const identity = `${stats.dev.toString(36)}.${stats.ino.toString(36)}`;
  const modified = Number(stats.mtimeNs / 1_000_000n);
  return {
    path,
    size: Number(stats.size),
    modified,
    changed: Math.max(modified, Number(stats.ctimeNs / 1_000_000n)),
    identity,
    fingerprint: `${path}|${identity}|${stats.size.toString(36)}|${times}`,
    times,
  };
}

/** @throws The error itself where it says nothing about the name. */
function missing(error: unknown): Probe {
  switch ((error as NodeJS.ErrnoException).code) {
    case "ENOENT":
    case "ENOTDIR":
    case "ENAMETOOLONG":
    case "ELOOP":
    case "EINVAL":
    case "ENXIO":
      return absent;
    case "EACCES":
    case "EPERM":
      return denied;
    default:
      throw error;
  }
}
