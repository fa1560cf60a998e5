import { deepStrictEqual, notStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { blockOctets, giveBlock, takeBlock } from "./block-pool.ts";

describe("blocks for output", () => {
  it("lends a block given back to the next taker", () => {
    const block = takeBlock();
    giveBlock(block);
    const again = takeBlock();
    strictEqual(again, block);
    notStrictEqual(takeBlock(), again);
    giveBlock(again);
  });

  it("lends small ones past a number in use, and large ones again once those are back", () => {
    const taken = Array.from({ length: 600 }, () => takeBlock());
    const sizes = new Set(taken.map(({ length }) => length));
    deepStrictEqual([...sizes], [blockOctets, 16_384]);
    for (const block of taken) {
      giveBlock(block);
    }
    const next = takeBlock();
    strictEqual(next.length, blockOctets);
    giveBlock(next);
  });
});
