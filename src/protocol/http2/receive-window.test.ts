import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { ReceiveWindow } from "./receive-window.ts";

describe("ReceiveWindow (RFC 9113 §6.9)", () => {
  it("opens when half of it was read", () => {
    const window = new ReceiveWindow(100, 100, 100, 0);
    deepStrictEqual([window.charge(100), window.isOpen, window.charge(1)], [true, false, false]);
    deepStrictEqual([window.consumed(49, 0, 1), window.consumed(1, 0, 1), window.isOpen], [0, 50, true]);
  });

  it("tells of what it is larger than the peer knows", () => {
    const window = new ReceiveWindow(100, 250, 250, 0);
    strictEqual(window.consumed(0, 0, 1), 150);
    strictEqual(window.consumed(0, 0, 1), 0);
  });

  const rows: readonly (readonly [rule: string, elapsed: number, roundTrip: number, increment: number])[] = [
    ["half in two round trips: doubles", 20, 10, 150],
    ["half in more: stays", 21, 10, 50],
    ["half at once, however short the path: doubles", 0, 0, 150],
  ];
  for (const [rule, elapsed, roundTrip, increment] of rows) {
    it(rule, () => {
      const window = new ReceiveWindow(100, 100, 1_000, 0);
      window.charge(50);
      strictEqual(window.consumed(50, elapsed, roundTrip), increment);
    });
  }

  it("grows to its limit and no further", () => {
    const window = new ReceiveWindow(100, 100, 150, 0);
    window.charge(100);
    deepStrictEqual([window.consumed(100, 0, 1), window.size], [150, 150]);
    window.charge(150);
    deepStrictEqual([window.consumed(150, 0, 1), window.size], [150, 150]);
  });
});
