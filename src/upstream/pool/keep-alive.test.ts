import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { Fields } from "../../message/index.ts";
import { KeepAlive, keepAliveHint } from "./keep-alive.ts";

describe("how long an idle connection is kept", () => {
  const rows = [
    // rule                                               set        hint       kept
    ["4 s where nobody says anything", undefined, undefined, 4_000],
    ["a second less than the upstream says", undefined, 75_000, 60_000],
    ["a second less than the upstream says, below ours", undefined, 5_000, 4_000],
    ["half of a short time", undefined, 1_000, 500],
    ["not at all where the upstream closes at once", undefined, 0, 0],
    ["as long as was set", 90_000, undefined, 90_000],
    ["less where the upstream says so", 90_000, 5_000, 4_000],
    ["not longer where the upstream says so", 2_000, 75_000, 2_000],
  ] as const;
  for (const [rule, set, hint, kept] of rows) {
    it(rule, () => strictEqual(new KeepAlive(set).time(hint, 0), kept));
  }
});

describe("what early closes teach", () => {
  const rows = [
    // rule                                                closes                         asked at  kept
    ["a second less than it lasted", [[3_000, 10_000]], 10_001, 2_000],
    ["half of a short life", [[1_500, 10_000]], 10_001, 750],
    ["nothing where it was hardly idle: all were closed", [[400, 10_000]], 10_001, 10_000],
    [
      "the shortest of several",
      [
        [3_000, 0],
        [5_000, 10_000],
      ],
      10_001,
      2_000,
    ],
    ["it is forgotten after five minutes", [[3_000, 10_000]], 310_000, 10_000],
    [
      "and learnt anew",
      [
        [3_000, 0],
        [5_000, 400_000],
      ],
      400_001,
      4_000,
    ],
  ] as const;
  for (const [rule, closes, asked, kept] of rows) {
    it(rule, () => {
      const keepAlive = new KeepAlive(10_000);
      for (const [idle, at] of closes) {
        keepAlive.closedEarly(idle, at);
      }
      strictEqual(keepAlive.time(undefined, asked), kept);
    });
  }
});

describe("the timeout of a Keep-Alive field", () => {
  const rows = [
    ["timeout=5", 5_000],
    ["timeout=5, max=100", 5_000],
    ["max=100, Timeout = 15", 15_000],
    ['timeout="5"', 5_000],
    ["max=100", undefined],
    ["xtimeout=5", undefined],
    ["timeout=soon", undefined],
    ["", undefined],
  ] as const;
  for (const [value, hint] of rows) {
    it(JSON.stringify(value), () => strictEqual(keepAliveHint(Fields.of(["keep-alive", value])), hint));
  }

  it("no field", () => strictEqual(keepAliveHint(Fields.empty), undefined));
});
