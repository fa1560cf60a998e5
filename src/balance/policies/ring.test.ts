import { deepStrictEqual, ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { hashText } from "./hash.ts";
import { type Owner, Ring } from "./ring.ts";

const owner = (id: string, share = 1): Owner => ({ id, share });

function ringOf(...owners: readonly Owner[]): Ring {
  const ring = new Ring();
  ring.assign(owners);
  return ring;
}

/** Points of each owner, in their order. */
function pointsOf(ring: Ring, owners: readonly Owner[]): number[] {
  const numbers = owners.map(({ id }) => ring.numberOf(id));
  const counts = owners.map(() => 0);
  for (let at = 0; at < ring.size; at += 1) {
    const i = numbers.indexOf(ring.owner(at));
    counts[i] = (counts[i] as number) + 1;
  }
  return counts;
}

describe("the circle", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                      shares             points
    ["256 points for a share of 1",              [1, 2, 0.5],       [256, 512, 128]],
    ["at least one",                             [0.001, 1],        [1, 256]],
    ["fewer for each where shares are large",    [1000, 2000, 500], [128_000, 256_000, 64_000]],
  ] as const;
  for (const [rule, shares, wanted] of rows) {
    it(rule, () => {
      const owners = shares.map((share, i) => owner(`m${i}`, share));
      deepStrictEqual(pointsOf(ringOf(...owners), owners), wanted);
    });
  }

  it("is the same whatever came and went before", () => {
    const walked = (ring: Ring, owners: readonly Owner[]): string[] =>
      Array.from({ length: 2000 }, (_, i) => {
        const number = ring.owner(ring.find(`key ${i}`));
        return owners.find(({ id }) => ring.numberOf(id) === number)?.id ?? "none";
      });
    const owners = [owner("a"), owner("b", 3), owner("c", 0.25)];
    const ring = ringOf(owner("x"), owner("b"), owner("y", 2));
    ring.assign([owner("c"), owner("b", 2), owner("x", 4)]);
    ring.assign([]);
    ring.assign([owner("z"), owner("c", 0.25)]);
    ring.assign(owners);
    deepStrictEqual(walked(ring, owners), walked(ringOf(...owners), owners));
    deepStrictEqual([ring.numberOf("x"), ring.numberOf("z")], [-1, -1]);
  });

  it("its points part the keys, in the order of their hashes, and the first takes what is after the last", () => {
    const ring = ringOf(owner("a", 0.02), owner("b", 0.02));
    const keys = Array.from({ length: 5000 }, (_, i) => `key ${i}`).sort((a, b) => hashText(a) - hashText(b));
    const found = keys.map((key) => ring.find(key));
    const runs = found.filter((at, i) => at !== found[i - 1]);
    deepStrictEqual(runs, [...Array.from({ length: ring.size }, (_, at) => at), 0]);
    deepStrictEqual(
      Array.from({ length: ring.size }, (_, at) => ring.after(at)),
      [...Array.from({ length: ring.size - 1 }, (_, at) => at + 1), 0],
    );
  });
});

describe("hash of a text", () => {
  it("fills all stretches of its range evenly, for keys that hardly differ", () => {
    const counts = new Array<number>(64).fill(0);
    for (let i = 0; i < 64_000; i += 1) {
      const stretch = hashText(`10.0.${i >> 8}.${i & 255}`) >>> 26;
      counts[stretch] = (counts[stretch] as number) + 1;
    }
    ok(Math.max(...counts) < 1150 && Math.min(...counts) > 850, `${counts}`);
  });
});
