import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { array, assert, double, property } from "fast-check";
import { LatencyWindow } from "./latency-window.ts";

describe("LatencyWindow", () => {
  it("answers each quantile of a list, up to a tenth above", () => {
    const times = array(double({ min: 0, max: 100_000, noNaN: true }), {
      minLength: 1,
      maxLength: 50,
      size: "max",
    });
    assert(
      property(times, double({ min: 0, max: 1, noNaN: true }), (list, share) => {
        const window = new LatencyWindow(1_000);
        for (const time of list) {
          window.add(time, 0);
        }
        const sorted = list.toSorted((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(share * list.length) - 1)] ?? 0;
        const answered = window.quantile(share, 0);
        ok(answered >= exact && answered <= Math.max(1, exact * 1.1), `${answered} for ${exact}`);
      }),
    );
  });

  it("forgets within the window", () => {
    const window = new LatencyWindow(1_000);
    window.add(100, 0);
    deepStrictEqual(
      [0, 499, 500, 999].map((now) => window.total(now)),
      [1, 1, 1, 1],
    );
    window.add(100, 999);
    deepStrictEqual(
      [1_000, 1_499, 1_500].map((now) => window.total(now)),
      [1, 1, 0],
    );
    window.add(100, 1_600);
    strictEqual(window.total(1e9), 0);
  });

  it("has no quantile without times, and puts the endless last", () => {
    const window = new LatencyWindow(1_000);
    strictEqual(window.quantile(0.5, 0), 0);
    window.add(1e9, 0);
    strictEqual(window.quantile(0.5, 0), 131_072);
  });
});
