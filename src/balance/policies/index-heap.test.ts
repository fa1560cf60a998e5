import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { IndexHeap } from "./index-heap.ts";

describe("a heap of numbers with keys", () => {
  const room = 12;
  const operation = fc.oneof(
    fc.record({ item: fc.nat(room - 1), key: fc.nat(5), rank: fc.nat(3) }),
    fc.record({ item: fc.nat(room - 1), key: fc.constant(undefined), rank: fc.constant(0) }),
  );

  it("has the least in front, whatever was put in, changed and taken out", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 80 }), (operations) => {
        const heap = new IndexHeap(room);
        const model = new Map<number, readonly [key: number, rank: number]>();
        for (const { item, key, rank } of operations) {
          if (key === undefined) {
            heap.remove(item);
            model.delete(item);
          } else {
            heap.set(item, key, rank);
            model.set(item, [key, rank]);
          }
          const least = [...model.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1])[0];
          strictEqual(heap.size, model.size);
          deepStrictEqual(heap.first < 0 ? undefined : model.get(heap.first), least);
        }
        const order: (readonly [number, number])[] = [];
        for (let item = heap.first; item >= 0; item = heap.first) {
          order.push([heap.key(item), heap.rank(item)]);
          heap.remove(item);
        }
        deepStrictEqual(
          order,
          [...model.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]),
        );
      }),
      { numRuns: 300, seed: 3 },
    );
  });
});
