import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { counted, quick, size, span } from "./words.ts";

describe("words for a terminal", () => {
  const second = 1_000;
  const minute = 60 * second;
  const hour = 60 * minute;
  // biome-ignore format: a table is read by columns
  const rows = [
    ["spans of time", span, [
      [0, "0 ms"], [849.6, "850 ms"], [999.4, "999 ms"], [second, "1 s"], [59_400, "59 s"], [59_600, "1 min"],
      [119 * second, "1 min"], [hour, "1 h"], [hour + 5 * minute, "1 h 5 min"], [76 * hour, "3 d 4 h"], [48 * hour, "2 d"],
    ]],
    ["latencies", quick, [[0.04, "0.0 ms"], [2.14, "2.1 ms"], [9.94, "9.9 ms"], [9.96, "10 ms"], [845.2, "845 ms"], [12_000, "12 s"]]],
    ["sizes",     size,  [[400_000, "0 MB"], [85_300_000, "85 MB"], [2_340_000_000, "2.3 GB"]]],
  ] as const;
  for (const [what, words, pairs] of rows) {
    it(what, () =>
      deepStrictEqual(
        pairs.map(([value]) => [value, words(value)]),
        pairs,
      ),
    );
  }

  it("counts", () => {
    deepStrictEqual(
      [counted(0, "route"), counted(1, "route"), counted(1_234, "route")],
      ["0 routes", "1 route", "1,234 routes"],
    );
  });
});
