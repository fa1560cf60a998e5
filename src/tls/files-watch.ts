/**
 * Notices that files changed: by the system's word for their directories, and by looking now and then
 * where the system says nothing (network file systems, watches used up).
 *
 * Directories are watched and not files, because renewals replace: certbot puts another symbolic link
 * in place, Kubernetes swaps the directory that links lead through, others rename a new file over the old.
 */
import { type FSWatcher, readlinkSync, statSync, watch } from "node:fs";
import { dirname, resolve } from "node:path";
import type { Millis } from "../message/index.ts";

export interface WatchTimes {
  /** A change is looked at this long after the last word of it. */
  readonly settle: Millis;
  /** Without any word, this often. */
  readonly look: Millis;
}

export const standardTimes: WatchTimes = { settle: 200, look: 30_000 };

/** Links that lead to links, at most. */
const hops = 16;

export class FilesWatch {
  readonly #changed: () => void;
  readonly #times: WatchTimes;
  readonly #watchers = new Map<string, FSWatcher>();
  readonly #interval: NodeJS.Timeout;
  #files: readonly string[] = [];
  #seen = "";
  #settling: NodeJS.Timeout | undefined;
  #closed = false;

  /**
   * @param changed - Called once after files changed.
   * @param looked - Called each time it looked, changed or not.
   */
  constructor(changed: () => void, looked: () => void, times: WatchTimes = standardTimes) {
    this.#changed = changed;
    this.#times = times;
    this.#interval = setInterval(() => {
      this.look();
      looked();
    }, times.look).unref();
  }

  /** @param files - Absolute paths; those of the call before are let go. */
  follow(files: Iterable<string>): void {
    this.#files = [...new Set(files)];
    this.#seen = this.#signature();
    this.#watch();
  }

  /** Looks now whether files changed. */
  look(): void {
    const signature = this.#signature();
    if (!this.#closed && signature !== this.#seen) {
      this.#seen = signature;
      this.#watch();
      this.#changed();
    }
  }

  close(): void {
    this.#closed = true;
    clearInterval(this.#interval);
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers.values()) {
      watcher.close();
    }
    this.#watchers.clear();
  }

  #signature(): string {
    return this.#files.map(signatureOf).join("\n");
  }

  #watch(): void {
    const wanted = new Set(this.#files.flatMap(directoriesOf));
    for (const [directory, watcher] of this.#watchers) {
      // A directory that was replaced under its name is another one now.
      watcher.close();
      this.#watchers.delete(directory);
    }
    for (const directory of wanted) {
      try {
        const watcher = watch(directory, { persistent: false }, () => this.#word());
        watcher.on("error", () => watcher.close());
        this.#watchers.set(directory, watcher);
      } catch {
        // It is gone, or the system has no watch left: the interval looks.
      }
    }
  }

  #word(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.look(), this.#times.settle).unref();
  }
}

function signatureOf(file: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(file);
    return `${dev} ${ino} ${size} ${mtimeMs} ${ctimeMs}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

/** That of the file and, where it is a link, those that the link leads through. */
function directoriesOf(file: string): string[] {
  const directories: string[] = [];
  let path = file;
  for (let hop = 0; hop < hops; hop += 1) {
    const directory = dirname(path);
    directories.push(directory);
    try {
      path = resolve(directory, readlinkSync(path));
    } catch {
      break;
    }
  }
  return directories;
}
