/** Resources that compiled configurations share: counted, closed after the last let go. */
import type { Resource } from "../pipeline/index.ts";

export class Resources {
  readonly #held = new Map<string, { readonly resource: Resource; holders: number }>();

  /** What one compiled configuration takes; `release` gives all of it back. */
  holder(): ResourceHolder {
    return new ResourceHolder(this);
  }

  /** @internal */
  take<R extends Resource>(key: string, make: () => R): R {
    const held = this.#held.get(key);
    if (held !== undefined) {
      held.holders += 1;
      return held.resource as R;
    }
    const resource = make();
    this.#held.set(key, { resource, holders: 1 });
    return resource;
  }

  /** @internal */
  async drop(key: string): Promise<void> {
    const held = this.#held.get(key);
    if (held !== undefined) {
      held.holders -= 1;
      if (held.holders === 0) {
        this.#held.delete(key);
        await held.resource.close();
      }
    }
  }
}

export class ResourceHolder {
  readonly #resources: Resources;
  readonly #keys = new Map<string, Resource>();

  constructor(resources: Resources) {
    this.#resources = resources;
  }

  take<R extends Resource>(key: string, make: () => R): R {
    const mine = this.#keys.get(key);
    if (mine !== undefined) {
      return mine as R;
    }
    const resource = this.#resources.take(key, make);
    this.#keys.set(key, resource);
    return resource;
  }

  async release(): Promise<void> {
    const keys = [...this.#keys.keys()];
    this.#keys.clear();
    await Promise.all(keys.map((key) => this.#resources.drop(key)));
  }
}
