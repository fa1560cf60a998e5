/**
 * What is known about paths, bounded in count and octets.
 *
 * Findings and failures are kept apart, so that a client asking for endless names that do not exist
 * drives out other failures and no file.
 */
import type { FieldLine, HttpResponse, Millis, Octets } from "../../message/index.ts";
import { ownCopy } from "./bounded-memo.ts";
import type { RepresentationSet } from "./representation.ts";

export type Outcome =
  | { readonly type: "file"; readonly set: RepresentationSet }
  | { readonly type: "redirect"; readonly to: string; readonly response: HttpResponse }
  | { readonly type: "listing"; readonly relative: string; readonly canonical: string }
  | FailureOutcome;

export interface FailureOutcome {
  readonly type: "failure";
  readonly status: number;
  /** One of few texts: it never contains anything of the request. */
  readonly cause: string;
  /** Whether the fallback page may answer instead. */
  readonly mayFallBack: boolean;
  readonly fields?: readonly FieldLine[];
}

export interface Entry {
  /** Canonical path. */
  readonly path: string;
  readonly outcome: Outcome;
  /** On the monotonic clock; later it has to be looked at again. */
  trustedUntil: Millis;
  /** Asked for since the last search for something to drop. */
  used: boolean;
  /** Octets of content kept for it. */
  octets: Octets;
}

export interface PathCacheLimits {
  /** Paths that lead somewhere. */
  readonly findings: number;
  /** Paths that lead nowhere. */
  readonly failures: number;
  /** Characters of a failing path; longer ones are not kept. */
  readonly failingPath: number;
  /** Octets of content in all. */
  readonly octets: Octets;
}

export class PathCache {
  readonly #limits: PathCacheLimits;
  readonly #findings = new Map<string, Entry>();
  readonly #failures = new Map<string, Entry>();
  #octets: Octets = 0;

  constructor(limits: PathCacheLimits) {
    this.#limits = limits;
  }

  /** Octets of content kept. */
  get octets(): Octets {
    return this.#octets;
  }

  /** Paths kept. */
  get size(): number {
    return this.#findings.size + this.#failures.size;
  }

  /** Trusted or not. */
  get(path: string): Entry | undefined {
    return this.#findings.get(path) ?? this.#failures.get(path);
  }

  set(path: string, outcome: Outcome, trustedUntil: Millis): Entry {
    this.delete(path);
    const entry: Entry = { path: ownCopy(path), outcome, trustedUntil, used: true, octets: 0 };
    if (outcome.type === "failure") {
      this.#keepFailure(entry);
    } else {
      this.#findings.set(entry.path, entry);
      this.#makeRoom();
    }
    return entry;
  }

  delete(path: string): void {
    const entry = this.#findings.get(path);
    if (entry !== undefined) {
      this.#drop(entry);
    }
    this.#failures.delete(path);
  }

  /** The content kept for `entry` now is `octets`; may drop others to make room. */
  weigh(entry: Entry, octets: Octets): void {
    if (this.#findings.get(entry.path) !== entry) {
      return;
    }
    this.#octets += octets - entry.octets;
    entry.octets = octets;
    this.#makeRoom();
  }

  clear(): void {
    this.#findings.clear();
    this.#failures.clear();
    this.#octets = 0;
  }

  #keepFailure(entry: Entry): void {
    if (entry.path.length > this.#limits.failingPath) {
      return;
    }
    if (this.#failures.size >= this.#limits.failures) {
      for (const oldest of this.#failures.keys()) {
        this.#failures.delete(oldest);
        break;
      }
    }
    this.#failures.set(entry.path, entry);
  }

  /** Second chance: the oldest that was not asked for since the last search goes. */
  #makeRoom(): void {
    while (this.#octets > this.#limits.octets || this.#findings.size > this.#limits.findings) {
      const [oldest] = this.#findings.values();
      if (oldest === undefined) {
        return;
      }
      if (oldest.used && this.#findings.size > 1) {
        oldest.used = false;
        this.#findings.delete(oldest.path);
        this.#findings.set(oldest.path, oldest);
      } else {
        this.#drop(oldest);
      }
    }
  }

  #drop(entry: Entry): void {
    this.#findings.delete(entry.path);
    this.#octets -= entry.octets;
    entry.octets = 0;
  }
}
