/** The groups of one server: equal options share a group, so that a reload carries over what did not change. */
import { UpstreamGroup } from "./group.ts";
import type { UpstreamOptions } from "./options.ts";
import type { GroupParts } from "./parts.ts";
import { settled } from "./settings.ts";
import { httpSchemes, type Scheme } from "./upstream-url.ts";

export class UpstreamHouse {
  readonly #parts: GroupParts;
  readonly #groups = new Map<string, UpstreamGroup>();
  #begun = false;

  constructor(parts: GroupParts) {
    this.#parts = parts;
  }

  /** In the order made. */
  get groups(): readonly UpstreamGroup[] {
    return [...this.#groups.values()];
  }

  /** Those that go by a name: more than one where several proxies use it, or while a reload replaces one. */
  named(name: string): readonly UpstreamGroup[] {
    return this.groups.filter((group) => group.name === name);
  }

  /**
   * The group for these options, the same one while it is open. Whoever shares it says so to the runtime
   * (`take` under `groupKey`), which closes it after the last.
   *
   * @param schemes - What URLs may begin with: those of proxies unless told.
   * @throws RangeError - Options that the schema would have refused.
   * @throws ClientTlsError - A certificate or key cannot be used.
   */
  group(options: UpstreamOptions, schemes: readonly Scheme[] = httpSchemes): UpstreamGroup {
    const key = groupKey(options);
    const known = this.#groups.get(key);
    if (known !== undefined) {
      return known;
    }
    const group = new UpstreamGroup(settled(options, schemes), this.#parts, () => this.#groups.delete(key));
    this.#groups.set(key, group);
    if (this.#begun) {
      group.begin();
    }
    return group;
  }

  /** The server listens: names are resolved and probes begin, here and for groups made later. */
  begin(): void {
    this.#begun = true;
    for (const group of this.groups) {
      group.begin();
    }
  }

  close(): void {
    for (const group of this.groups) {
      group.close();
    }
    this.#parts.resolver.close();
  }
}

/** Equal for options that say the same, in whatever order. */
export function groupKey(options: UpstreamOptions): string {
  return `upstream ${JSON.stringify(ordered(options))}`;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(ordered);
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined);
    return Object.fromEntries(
      entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, one]) => [name, ordered(one)]),
    );
  }
  return value;
}
