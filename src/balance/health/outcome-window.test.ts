import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { array, assert, boolean, integer, property, tuple } from "fast-check";
import { OutcomeWindow } from "./outcome-window.ts";

describe("OutcomeWindow", () => {
  const rows = [
    // rule                                    [time, failed] …                                   asked at  failed  total
    ["knows nothing at first", [], 0, 0, 0],
    [
      "counts both kinds",
      [
        [0, true],
        [1, false],
        [2, true],
      ],
      5,
      2,
      3,
    ],
    [
      "forgets a slice after a whole window",
      [
        [0, true],
        [100, true],
      ],
      1_050,
      1,
      1,
    ],
    [
      "forgets all after a long silence",
      [
        [0, true],
        [500, false],
      ],
      1e12,
      0,
      0,
    ],
    ["keeps what is nine tenths of it old", [[0, true]], 999, 1, 1],
  ] as const;
  for (const [rule, happened, at, failed, total] of rows) {
    it(rule, () => {
      const window = new OutcomeWindow(1_000);
      for (const [time, fails] of happened) {
        window.add(fails, time);
      }
      deepStrictEqual([window.failed(at), window.total(at)], [failed, total]);
    });
  }

  it("counts what a list of all requests would, by tenths", () => {
    assert(
      property(
        array(tuple(integer({ min: 0, max: 700 }), boolean()), { size: "max", maxLength: 60 }),
        (steps) => {
          const window = new OutcomeWindow(1_000);
          const all: (readonly [slice: number, failed: boolean])[] = [];
          let now = 5_000;
          for (const [pause, failed] of steps) {
            now += pause;
            window.add(failed, now);
            all.push([Math.floor(now / 100), failed]);
            const recent = all.filter(([slice]) => slice > Math.floor(now / 100) - 10);
            deepStrictEqual(
              [window.failed(now), window.total(now)],
              [recent.filter(([, fails]) => fails).length, recent.length],
            );
          }
        },
      ),
    );
  });
});
