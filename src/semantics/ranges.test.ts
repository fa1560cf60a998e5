import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { selectRanges } from "./ranges.ts";

const limits = { ranges: 5 };
const unsatisfiable = { type: "unsatisfiable" } as const;
const whole = (because: string) => ({ type: "whole", because }) as const;
const ranges = (...list: readonly (readonly [number, number])[]) =>
  ({ type: "ranges", ranges: list.map(([start, end]) => ({ start, end })) }) as const;

describe("selectRanges (RFC 9110 §14.1.2, §14.2, §15.3.7.2)", () => {
  const rows = [
    // rule                            Range            length  selection
    ["the first 500 octets", "bytes=0-499", 10_000, ranges([0, 500])],
    ["the last 500", "bytes=-500", 10_000, ranges([9500, 10_000])],
    ["from 9500 on", "bytes=9500-", 10_000, ranges([9500, 10_000])],
    ["first and last octet", "bytes=0-0,-1", 10_000, ranges([0, 1], [9999, 10_000])],
    ["touching are coalesced", "bytes=500-600,601-999", 10_000, ranges([500, 1000])],
    ["overlapping are coalesced", "bytes=500-700,601-999", 10_000, ranges([500, 1000])],
    ["one octet apart are not", "bytes=0-1,3-4", 10, ranges([0, 2], [3, 5])],
    ["one within another", "bytes=0-9,2-3", 100, ranges([0, 10])],
    ["order is kept", "bytes=50-59,0-9,30-39", 100, ranges([50, 60], [0, 10], [30, 40])],
    [
      "the coalesced stands where its first was asked",
      "bytes=50-59,90-99,0-9,10-51",
      100,
      ranges([0, 60], [90, 100]),
    ],
    ["a chain", "bytes=0-1,2-3,4-5,6-7,8-9", 100, ranges([0, 10])],
    ["the end is cut", "bytes=5-99", 10, ranges([5, 10])],
    ["a suffix longer than all", "bytes=-99", 10, ranges([0, 10])],
    ["all of it is still a range", "bytes=0-", 10, ranges([0, 10])],
    ["all of it five times is sent once", "bytes=0-,0-,0-,0-,0-", 10, ranges([0, 10])],
    ["unsatisfiable members are left out", "bytes=20-30,2-3,-0", 10, ranges([2, 4])],
    ["the last octet", "bytes=9-9", 10, ranges([9, 10])],
    ["saturated numbers", "bytes=1-99999999999999999999", 10, ranges([1, 10])],
    ["a saturated suffix", "bytes=-99999999999999999999", 10, ranges([0, 10])],
    ["unit in capitals", "BYTES=1-2", 10, ranges([1, 3])],

    ["at the length", "bytes=10-", 10, unsatisfiable],
    ["past the length", "bytes=10-20,99-", 10, unsatisfiable],
    ["a suffix of nothing", "bytes=-0", 10, unsatisfiable],
    ["from the start of nothing", "bytes=0-", 0, unsatisfiable],
    ["a suffix of an empty representation", "bytes=-5", 0, unsatisfiable],
    ["far past 2^53", "bytes=99999999999999999999-", 10, unsatisfiable],

    ["no Range", undefined, 10, whole("no Range")],
    ["invalid: last before first", "bytes=5-4", 10, whole("Range is unreadable")],
    ["invalid in one member", "bytes=0-1,5-4", 10, whole("Range is unreadable")],
    ["no ranges", "bytes=", 10, whole("Range is unreadable")],
    ["not a range", "bytes=abc", 10, whole("Range is unreadable")],
    ["another unit", "lines=0-1", 10, whole("range unit lines, known is bytes")],
    ["more than the limit", "bytes=0-,0-,0-,0-,0-,0-", 10, whole("6 ranges, limit 5")],
    [
      "more than the limit, though none satisfiable",
      "bytes=10-,10-,10-,10-,10-,10-",
      10,
      whole("6 ranges, limit 5"),
    ],
  ] as const;
  for (const [rule, field, length, expected] of rows) {
    it(rule, () => deepStrictEqual(selectRanges(field, length, limits), expected));
  }

  it("selects exactly the octets asked for, each once", () => {
    const spec = fc.oneof(
      fc
        .tuple(fc.nat(30), fc.nat(30))
        .map(([first, more]) => ({ text: `${first}-${first + more}`, first, last: first + more })),
      fc.nat(30).map((first) => ({ text: `${first}-`, first, last: Number.POSITIVE_INFINITY })),
    );
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 5 }), fc.nat(25), (specs, length) => {
        const asked = Array.from({ length }, (_, n) => n).filter((n) =>
          specs.some((s) => s.first <= n && n <= s.last),
        );
        const selection = selectRanges(`bytes=${specs.map((s) => s.text).join(",")}`, length, limits);
        const got = selection.type === "ranges" ? selection.ranges : [];
        const sent = got.flatMap(({ start, end }) =>
          Array.from({ length: end - start }, (_, n) => start + n),
        );
        deepStrictEqual(
          sent.sort((a, b) => a - b),
          asked,
        );
        deepStrictEqual(selection.type, asked.length === 0 ? "unsatisfiable" : "ranges");
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.nat(), (text, n) => void selectRanges(text, n, limits)),
    );
  });
});
