import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { counted, durationWords } from "./words.ts";

describe("durationWords", () => {
  const rows = [
    // milliseconds  words
    [0, "0 ms"],
    [12.4, "12 ms"],
    [999.7, "1 s"],
    [1_000, "1 s"],
    [1_549, "1.5 s"],
    [119_000, "119 s"],
    [300_000, "5 min"],
    [7_200_000, "2 h"],
    [90_000_000, "25 h"],
  ] as const;
  for (const [millis, words] of rows) {
    it(`says ${words}`, () => strictEqual(durationWords(millis), words));
  }
});

describe("counted", () => {
  it("says one and many", () =>
    strictEqual(`${counted(1, "probe")}, ${counted(2, "probe")}`, "1 probe, 2 probes"));
});
