/** Names that this machine knows by itself: /etc/hosts (hosts(5)). */
import { readFileSync, statSync } from "node:fs";
import { isIP } from "node:net";
import type { Clock, Millis } from "../message/index.ts";

export interface HostsAddress {
  readonly address: string;
  readonly family: 4 | 6;
}

/** How often the file is looked at, at most. */
export const hostsInterval: Millis = 5_000;

/** A larger one is some list of blocked names, and no place where an upstream stands. */
const mostOctets = 16_777_216;

export class HostsFile {
  readonly #path: string;
  readonly #clock: Clock;
  #names: ReadonlyMap<string, readonly HostsAddress[]> = new Map();
  #state = "";
  #looked: Millis = Number.NEGATIVE_INFINITY;

  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
  }

  /** @param name - Lower case, without a final dot. @returns undefined where the file does not know it. */
  addresses(name: string): readonly HostsAddress[] | undefined {
    const now = this.#clock.now();
    if (now - this.#looked >= hostsInterval) {
      this.#looked = now;
      this.#look();
    }
    return this.#names.get(name);
  }

  #look(): void {
    try {
      const { mtimeMs, size, ino } = statSync(this.#path);
      const state = `${mtimeMs} ${size} ${ino}`;
      if (state !== this.#state) {
        this.#names = size > mostOctets ? new Map() : readHosts(readFileSync(this.#path, "utf8"));
        this.#state = state;
      }
    } catch {
      // No such file: it knows no names.
      this.#names = new Map();
      this.#state = "";
    }
  }
}

/** Lines of an address and its names; `#` begins a comment; what is no such line is passed over. */
export function readHosts(text: string): Map<string, HostsAddress[]> {
  const found = new Map<string, HostsAddress[]>();
  for (const line of text.split(/\r?\n/)) {
    const [address = "", ...names] = line.replace(/#.*/, "").trim().split(/\s+/);
    const family = isIP(address);
    if (family !== 4 && family !== 6) {
      continue;
    }
    for (const name of names) {
      const key = name.toLowerCase().replace(/\.$/, "");
      const known = found.get(key);
      if (known === undefined) {
        found.set(key, [{ address, family }]);
      } else if (!known.some((one) => one.address === address)) {
        known.push({ address, family });
      }
    }
  }
  return found;
}
