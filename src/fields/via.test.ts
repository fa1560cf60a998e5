import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { countVia, formatVia } from "./via.ts";

describe("countVia (RFC 9110 §7.6.3)", () => {
  const rows: readonly (readonly [rule: string, text: string, count: number])[] = [
    ["none", "", 0],
    ["one", "1.1 sluice", 1],
    ["the protocol's name may be there", "HTTP/1.1 sluice", 1],
    ["in any case", "1.1 SLUICE", 1],
    ["a port does not matter", "1.1 sluice:8080", 1],
    ["a comment does not matter", "1.1 sluice (Debian)", 1],
    ["others", "1.1 varnish, 1.0 fred", 0],
    ["several", "1.1 sluice, 1.0 fred, 2.0 sluice", 2],
    ["blanks around", "  1.1\tsluice  ,  1.1   sluice ", 2],
    ["names that only begin so", "1.1 sluice-2, 1.1 sluices", 0],
    ["names that only end so", "1.1 my-sluice", 0],
    ["a comma in a comment separates nothing", "1.1 fred (a, 1.1 sluice)", 0],
    ["comments nest", "1.1 fred (a (b, 1.1 sluice), 1.1 sluice), 1.1 sluice", 1],
    ["a quoted bracket ends no comment", "1.1 fred (a \\), 1.1 sluice)", 0],
    ["without a protocol it is none", "sluice", 0],
    ["the protocol alone is none", "sluice/1.1", 0],
    ["empty members", ",, ,1.1 sluice,", 1],
  ];
  for (const [rule, text, count] of rows) {
    it(`${rule}: ${text}`, () => strictEqual(countVia(text, "sluice"), count));
  }
});

describe("formatVia", () => {
  const rows = [
    ["1.0", "1.0 edge"],
    ["1.1", "1.1 edge"],
    ["2", "2.0 edge"],
    ["3", "3.0 edge"],
  ] as const;
  for (const [version, text] of rows) {
    it(text, () => strictEqual(formatVia(version, "edge"), text));
  }
});
