import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { wantsColour } from "./colour.ts";
import { createReporter } from "./reporter.ts";

describe("the reporter", () => {
  it("writes one marked line each and shows control characters", () => {
    const lines: string[] = [];
    const reporter = createReporter({ write: (text) => lines.push(text) }, {});
    reporter.info("ready");
    reporter.warn("odd\x1b[2J name");
    reporter.error("a\nb");
    deepStrictEqual(lines, [
      "sluice: ready\n",
      "sluice: warning: odd\\x1B[2J name\n",
      "sluice: error: a\nb\n",
    ]);
  });

  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                          terminal  environment                         colour
    ["a terminal",                   true,     {},                                 true],
    ["a file",                       false,    {},                                 false],
    ["a terminal that cannot",       true,     { TERM: "dumb" },                   false],
    ["NO_COLOR",                     true,     { NO_COLOR: "1" },                  false],
    ["NO_COLOR empty",               true,     { NO_COLOR: "" },                   true],
    ["FORCE_COLOR",                  false,    { FORCE_COLOR: "1" },               true],
    ["FORCE_COLOR=0",                true,     { FORCE_COLOR: "0" },               false],
    ["both",                         false,    { NO_COLOR: "1", FORCE_COLOR: "" }, true],
  ] as const;
  for (const [rule, isTTY, env, colour] of rows) {
    it(`colour: ${rule}`, () => strictEqual(wantsColour({ isTTY }, env), colour));
  }
});
