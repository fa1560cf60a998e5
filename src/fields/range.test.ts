import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import {
  formatContentRange,
  formatUnsatisfiedRange,
  parseContentRange,
  parseRange,
  type RangeSpec,
} from "./range.ts";

const from = (first: number, last?: number): RangeSpec => ({ first, last });
const largest = Number.MAX_SAFE_INTEGER;

describe("parseRange (RFC 9110 §14.1.2, §14.2)", () => {
  const rows = [
    ["the first 500 octets", "bytes=0-499", [from(0, 499)]],
    ["the second 500", "bytes=500-999", [from(500, 999)]],
    ["the last 500", "bytes=-500", [{ suffix: 500 }]],
    ["from 9500 on", "bytes=9500-", [from(9500)]],
    ["first and last octet", "bytes=0-0,-1", [from(0, 0), { suffix: 1 }]],
    [
      "first, middle and last 1000",
      "bytes= 0-999, 4500-5499, -1000",
      [from(0, 999), from(4500, 5499), { suffix: 1000 }],
    ],
    ["legal but not canonical", "bytes=500-600,601-999", [from(500, 600), from(601, 999)]],
    ["overlapping", "bytes=500-700,601-999", [from(500, 700), from(601, 999)]],
    ["the unit folds", "BYTES=1-2", [from(1, 2)]],
    ["empty members", "bytes=,1-2 ,\t,3-", [from(1, 2), from(3)]],
    ["a suffix of nothing", "bytes=-0", [{ suffix: 0 }]],
    ["leading zeros", "bytes=007-010", [from(7, 10)]],
    ["past 2^53", "bytes=9007199254740993-99999999999999999999", [from(largest, largest)]],
    ["a thousand digits", `bytes=-${"9".repeat(1000)}`, [{ suffix: largest }]],
  ] as const;
  for (const [rule, text, specs] of rows) {
    it(rule, () => deepStrictEqual(parseRange(text), { unit: "bytes", specs }));
  }

  it("leaves other units to the caller", () => {
    deepStrictEqual(parseRange("Lines=1-2"), { unit: "lines", specs: [from(1, 2)] });
  });

  const unreadable = [
    "",
    "bytes",
    "bytes=",
    "bytes=,",
    "bytes=-",
    "bytes=1",
    "bytes=a-b",
    "bytes=5-4",
    "bytes=1-2,5-4",
    "bytes=1-2,x",
    "bytes=1-2 3-4",
    "bytes=1--2",
    "bytes=--1",
    "bytes=1-2-3",
    "bytes=+1-2",
    "bytes=0x1-2",
    "bytes=1.0-2",
    "bytes=1 - 2",
    "bytes =1-2",
    "bytes: 1-2",
    "=1-2",
    "by tes=1-2",
    "bytes=1-2;q=1",
    "bytes=1-2, bytes=3-4",
    "exampleunit=1.2-4.3",
    "bytes=\u0661-2",
    "bytes=1-2\u0000",
  ];
  for (const text of unreadable) {
    it(`ignores ${JSON.stringify(text)}`, () => strictEqual(parseRange(text), undefined));
  }

  it("never throws; what it reads is in order and whole", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."0195-,= \tx\u0000".split("")) }), (text) => {
        const specs = parseRange(`bytes=${text}`)?.specs ?? [from(0)];
        return (
          specs.length > 0 &&
          specs.every((spec) =>
            "suffix" in spec ? spec.suffix >= 0 : spec.first >= 0 && spec.first <= (spec.last ?? spec.first),
          )
        );
      }),
    );
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseRange(text)));
  });
});

describe("parseContentRange (RFC 9110 §14.4)", () => {
  const part = (start: number, end: number, length: number | undefined) =>
    ({ type: "part", unit: "bytes", start, end, length }) as const;
  const rows = [
    ["a known length", "bytes 42-1233/1234", part(42, 1234, 1234)],
    ["an unknown length", "bytes 42-1233/*", part(42, 1234, undefined)],
    ["the first 500 octets", "bytes 0-499/1234", part(0, 500, 1234)],
    ["the second 500", "bytes 500-999/1234", part(500, 1000, 1234)],
    ["all but the first 500", "bytes 500-1233/1234", part(500, 1234, 1234)],
    ["the last 500", "bytes 734-1233/1234", part(734, 1234, 1234)],
    ["one octet", "bytes 0-0/1", part(0, 1, 1)],
    ["unsatisfied", "bytes */1234", { type: "unsatisfied", unit: "bytes", length: 1234 }],
    ["unsatisfied, empty", "Bytes */0", { type: "unsatisfied", unit: "bytes", length: 0 }],
    [
      "the largest exact length",
      `bytes */${largest}`,
      { type: "unsatisfied", unit: "bytes", length: largest },
    ],
    ["last before first", "bytes 5-4/10", undefined],
    ["last not before the length", "bytes 0-10/10", undefined],
    ["all unknown", "bytes */*", undefined],
    ["no length", "bytes 0-1", undefined],
    ["an empty length", "bytes 0-1/", undefined],
    ["no first", "bytes -1/10", undefined],
    ["no last", "bytes 0-/10", undefined],
    ["no unit", "0-1/10", undefined],
    ["= for the space", "bytes=0-1/10", undefined],
    ["two spaces", "bytes  0-1/10", undefined],
    ["past 2^53", "bytes 0-1/9007199254740992", undefined],
    ["a last past 2^53", "bytes 0-9007199254740992/*", undefined],
    ["two of them", "bytes 0-1/10, bytes 2-3/10", undefined],
    ["nothing", "", undefined],
  ] as const;
  for (const [rule, text, expected] of rows) {
    it(rule, () => deepStrictEqual(parseContentRange(text), expected));
  }

  it("never throws", () => {
    const near = fc.string({ unit: fc.constantFrom(..."bytes 0195-/*=\u0000".split("")) });
    fc.assert(
      fc.property(fc.oneof(near, fc.string({ unit: "binary" })), (text) => void parseContentRange(text)),
    );
  });

  it("is the inverse of formatting", () => {
    const size = fc.nat({ max: 2 ** 52 });
    fc.assert(
      fc.property(
        size,
        fc.integer({ min: 1, max: 2 ** 31 }),
        fc.option(fc.nat(), { nil: undefined }),
        (start, size, more) => {
          const end = start + size;
          const length = more === undefined ? undefined : end + more;
          deepStrictEqual(
            parseContentRange(formatContentRange(start, end, length)),
            part(start, end, length),
          );
          deepStrictEqual(parseContentRange(formatUnsatisfiedRange(end)), {
            type: "unsatisfied",
            unit: "bytes",
            length: end,
          });
        },
      ),
    );
  });
});

describe("formatContentRange, formatUnsatisfiedRange (RFC 9110 §14.4)", () => {
  it("counts the last octet in", () => strictEqual(formatContentRange(42, 1234, 1234), "bytes 42-1233/1234"));
  it("says * for an unknown length", () => strictEqual(formatContentRange(0, 1, undefined), "bytes 0-0/*"));
  it("tells the length that could be had", () => strictEqual(formatUnsatisfiedRange(47022), "bytes */47022"));
});
