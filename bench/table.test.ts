import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { idleResult, loadResult } from "./example-results.ts";
import { align, number, renderResult } from "./table.ts";

describe("renderResult", () => {
  it("shows medians and ratios, and why a row is not valid", () => {
    strictEqual(
      renderResult(loadResult),
      `1k: 1 KB file
  peer       req/s   CPU µs/req    core   p99 ms        ×nginx          ×h2o   ×bare   peak MB
  nginx     80,000        12.50   100 %     1.20   1.00 (1.00)   0.75 (0.80)       –      10.0
  h2o      100,000         9.38    94 %     0.90   1.33 (1.25)   1.00 (1.00)       –       8.0
  node !    40,000        25.00   100 %     2.00             –             –       –      70.0
  sluice   120,000         8.00   100 %     0.80   1.56 (1.50)   1.17 (1.20)    0.88      60.0
  ! node: 3 socket errors
  nginx: other work took up to 12 % of the server's core in a round
`,
    );
  });

  it("shows memory for idle connections, and a dash for what was not measured", () => {
    strictEqual(
      renderResult(idleResult),
      `idle: 10,000 idle connections
  peer      connections   MB before   MB after   KB per connection
  sluice         10,000        20.0       50.0                3.07
  nginx !             0           –          –                   –
  ! nginx: ended at once
`,
    );
  });

  it("keeps to 100 columns", () => {
    const widest = Math.max(...`${renderResult(loadResult)}`.split("\n").map((line) => line.length));
    ok(widest <= 100, `${widest} columns`);
  });
});

describe("number", () => {
  const rows = [
    [1234.5678, 2, "1,234.57"],
    [0, 1, "0.0"],
    [Number.NaN, 1, "–"],
  ] as const;

  for (const [value, digits, expected] of rows) {
    it(`${value} with ${digits} digits is ${expected}`, () => strictEqual(number(value, digits), expected));
  }
});

describe("align", () => {
  it("sets the first column flush left and the others flush right", () => {
    deepStrictEqual(
      align([
        ["a", "bb"],
        ["ccc", "d"],
      ]),
      ["  a     bb", "  ccc    d"],
    );
  });
});
