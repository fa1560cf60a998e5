import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { ByteStore } from "./byte-store.ts";

describe("ByteStore", () => {
  it("holds what a plain list would, whatever is appended and taken", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.nat(700)), { maxLength: 60 }),
        (steps) => {
          const store = new ByteStore();
          let model: number[] = [];
          for (const step of steps) {
            if (typeof step === "number") {
              const taken = Math.min(step, model.length);
              store.take(taken);
              model = model.slice(taken);
            } else {
              store.append(step);
              model.push(...step);
            }
            strictEqual(store.length, model.length);
            deepStrictEqual([...store.view()], model);
          }
        },
      ),
    );
  });

  it("keeps a copy, never a view", () => {
    const store = new ByteStore();
    const borrowed = Buffer.from("abc");
    store.append(borrowed);
    borrowed.fill(0xaa);
    strictEqual(store.view().toString(), "abc");
  });
});
