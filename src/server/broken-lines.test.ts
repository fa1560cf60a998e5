import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { BrokenLines } from "./broken-lines.ts";

describe("BrokenLines", () => {
  it("says fifty lines in ten seconds, and how many more there were", () => {
    let now = 1;
    const said: string[] = [];
    const lines = new BrokenLines({ now: () => now, wall: () => 0 }, (line) => said.push(line));
    for (let i = 0; i < 60; i += 1) {
      lines.tell("a");
    }
    now += 9_999;
    lines.tell("b");
    now += 1;
    lines.tell("c");
    deepStrictEqual(said.slice(49), [
      "a",
      "more than 50 broken connections in 10 s: the others are counted",
      "11 broken connections were left out here",
      "c",
    ]);
  });

  it("says all of a few", () => {
    let now = 1;
    const said: string[] = [];
    const lines = new BrokenLines({ now: () => now, wall: () => 0 }, (line) => said.push(line));
    for (let i = 0; i < 100; i += 1) {
      now += 1_000;
      lines.tell("a");
    }
    deepStrictEqual(
      said,
      Array.from({ length: 100 }, () => "a"),
    );
  });
});
