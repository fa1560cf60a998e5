import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { laidOver } from "./merging.ts";

describe("laidOver", () => {
  const rows: readonly (readonly [string, object, object, object])[] = [
    ["what the inner says counts", { a: 1 }, { a: 2 }, { a: 2 }],
    ["what only one says stays", { a: 1 }, { b: false }, { a: 1, b: false }],
    ["undefined says nothing", { a: 1, b: 2 }, { a: undefined, b: 3 }, { a: 1, b: 3 }],
  ];
  for (const [rule, outer, inner, both] of rows) {
    it(rule, () => deepStrictEqual(laidOver(outer, inner), both));
  }
});
