import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { BoundedMemo } from "./bounded-memo.ts";
import { type Outcome, PathCache } from "./path-cache.ts";

const failure: Outcome = { type: "failure", status: 404, cause: "missing", mayFallBack: false };
const found: Outcome = { type: "listing", relative: "", canonical: "/" };
const limits = { findings: 3, failures: 2, failingPath: 8, octets: 100 };

function kept(cache: PathCache, ...paths: readonly string[]): readonly string[] {
  return paths.filter((path) => cache.get(path) !== undefined);
}

describe("PathCache", () => {
  it("failures drive out failures only", () => {
    const cache = new PathCache(limits);
    cache.set("/hot", found, 0);
    for (let i = 0; i < 1000; i += 1) {
      cache.set(`/${i}`, failure, 0);
    }
    deepStrictEqual([kept(cache, "/hot", "/0", "/998", "/999"), cache.size], [["/hot", "/998", "/999"], 3]);
  });

  it("does not keep failing paths that are long", () => {
    const cache = new PathCache(limits);
    cache.set("/123456789", failure, 0);
    strictEqual(cache.size, 0);
  });

  it("drops what was not asked for since the last search", () => {
    const cache = new PathCache(limits);
    for (const path of ["/a", "/b", "/c"]) {
      cache.set(path, found, 0).used = path === "/b";
    }
    cache.set("/d", found, 0);
    deepStrictEqual(kept(cache, "/a", "/b", "/c", "/d"), ["/b", "/c", "/d"]);
    cache.set("/e", found, 0);
    deepStrictEqual(kept(cache, "/b", "/c", "/d", "/e"), ["/b", "/d", "/e"]);
  });

  it("keeps its octets within the budget", () => {
    const cache = new PathCache(limits);
    const weights = [
      ["/a", 60],
      ["/b", 40],
      ["/c", 50],
    ] as const;
    for (const [path, octets] of weights) {
      const entry = cache.set(path, found, 0);
      cache.weigh(entry, octets);
      entry.used = false;
    }
    deepStrictEqual([kept(cache, "/a", "/b", "/c"), cache.octets], [["/b", "/c"], 90]);
  });

  it("an entry too heavy alone is not kept", () => {
    const cache = new PathCache(limits);
    cache.weigh(cache.set("/a", found, 0), 101);
    deepStrictEqual([cache.size, cache.octets], [0, 0]);
  });

  it("a replaced entry no longer counts, nor does weighing it", () => {
    const cache = new PathCache(limits);
    const first = cache.set("/a", found, 0);
    cache.weigh(first, 50);
    cache.set("/a", found, 0);
    cache.weigh(first, 70);
    strictEqual(cache.octets, 0);
    cache.set("/a", failure, 0);
    deepStrictEqual([cache.get("/a")?.outcome, cache.size], [failure, 1]);
    cache.clear();
    strictEqual(cache.size, 0);
  });
});

describe("BoundedMemo", () => {
  it("forgets the oldest, and does not keep long keys", () => {
    const memo = new BoundedMemo<number>(2);
    for (const [key, value] of [
      ["a", 1],
      ["b", 2],
      ["c", 3],
      ["x".repeat(257), 4],
    ] as const) {
      memo.set(key, value);
    }
    deepStrictEqual(
      ["a", "b", "c", "x".repeat(257)].map((key) => memo.get(key)),
      [undefined, 2, 3, undefined],
    );
  });
});
