import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { defaultPriority, formatPriority, type Priority, parsePriority } from "./priority.ts";

describe("parsePriority (RFC 9218 §4, §5)", () => {
  const rows = [
    // rule                                   text                       urgency incremental
    ["nothing said", "", 3, false],
    ["blanks only", "   ", 3, false],
    ["both members", "u=5, i", 5, true],
    ["most urgent", "u=0", 0, false],
    ["background", "u=7", 7, false],
    ["incremental alone", "i", 3, true],
    ["incremental in full", "i=?1", 3, true],
    ["not incremental", "u=2, i=?0", 2, false],
    ["without whitespace", "u=1,i", 1, true],
    ["tabs around the comma", "u=1\t,\ti", 1, true],
    ["zeros before the number", "u=004", 4, false],
    ["minus zero is zero", "u=-0", 0, false],
    ["parameters are ignored", 'u=1;a;b=2;c="x";d=?0, i;q=0.5', 1, true],
    ["the last of a repeated member counts", "u=1, u=6, i, i=?0", 6, false],
    ["a last one out of range leaves the default", "u=1, u=9", 3, false],
    ["unknown members are ignored", 'a, b=?0, c=1.5, d=tok/en, e="u=0", *f=:aGk=:, u=4', 4, false],
    ["an inner list is ignored", 'a=(1 "x";q=1  tok ), b=(), c=( 1);z, u=4', 4, false],
    ["dates and display strings are ignored", 'a=@1659578233, b=%"f%c3%bc", u=4', 4, false],
    ["out of range", "u=8, i", 3, true],
    ["negative", "u=-1, i", 3, true],
    ["another type: decimal", "u=1.0, i", 3, true],
    ["another type: token", "u=high, i", 3, true],
    ["another type: string", 'u="1", i', 3, true],
    ["another type: boolean", "u, i", 3, true],
    ["another type: list", "u=(1), i", 3, true],
    ["another type: i is an integer", "u=1, i=1", 1, false],
  ] as const;
  for (const [rule, text, urgency, incremental] of rows) {
    it(rule, () => deepStrictEqual({ ...parsePriority(text) }, { urgency, incremental }));
  }
});

describe("parsePriority of what is no dictionary (RFC 9651 §4.2)", () => {
  const rows = [
    ["a comma at the end", "u=1,"],
    ["a comma at the end, blanks after it", "u=1, "],
    ["an empty member", "u=1,,i"],
    ["a comma first", ",u=1"],
    ["a capital key", "U=1"],
    ["no value after =", "u="],
    ["a blank before =", "u =1"],
    ["a blank after =", "u= 1"],
    ["a tab before all", "\tu=1"],
    ["no comma between", "u=1 i"],
    ["a number with too many digits", "u=1, a=1234567890123456"],
    ["a decimal with too many digits", "u=1, a=1.2345"],
    ["a number that ends in a point", "u=1, a=1."],
    ["an open string", 'u=1, a="x'],
    ["an escape that is none", 'u=1, a="\\x"'],
    ["an octet that is not ASCII", 'u=1, a="\xff"'],
    ["an open list", "u=1, a=(1 2"],
    ["a list without blanks", 'u=1, a=("a""b")'],
    ["an open byte sequence", "u=1, a=:aGk="],
    ["a boolean that is none", "u=1, i=?2"],
    ["a display string that is not UTF-8", 'u=1, a=%"%c3%28"'],
    ["a parameter without a key", "u=1;"],
    ["a parameter without a value", "u=1;a="],
  ] as const;
  for (const [rule, text] of rows) {
    it(`${rule}: all of it is ignored`, () => strictEqual(parsePriority(text), defaultPriority));
  }
});

describe("parsePriority over a base (RFC 9218 §8)", () => {
  const base: Priority = parsePriority("u=1, i");
  const rows = [
    ["what it does not say stays", "u=5", 5, true],
    ["what it says replaces", "u=2, i=?0", 2, false],
    ["nothing said", "", 1, true],
    ["no dictionary", "u=2,", 1, true],
  ] as const;
  for (const [rule, text, urgency, incremental] of rows) {
    it(rule, () => deepStrictEqual({ ...parsePriority(text, base) }, { urgency, incremental }));
  }
});

describe("formatPriority (RFC 9218 §4)", () => {
  it("leaves out defaults", () => strictEqual(formatPriority(defaultPriority), ""));
  it("names both", () => strictEqual(formatPriority({ urgency: 0, incremental: true }), "u=0, i"));

  it("is read back as the same object", () => {
    const any = fc.record({ urgency: fc.integer({ min: 0, max: 7 }), incremental: fc.boolean() });
    fc.assert(
      fc.property(any, (priority) => {
        const read = parsePriority(formatPriority(priority));
        deepStrictEqual({ ...read }, { ...priority });
        strictEqual(parsePriority(formatPriority(read)), read);
      }),
    );
  });

  it("never throws; answers a priority", () => {
    const near = fc.array(
      fc.constantFrom("u", "i", "=", ",", " ", "?1", "3", "(", ")", '"', ";", ":", ".", "-", "\t", "\\"),
      { maxLength: 16 },
    );
    const texts = fc.oneof(
      fc.string({ unit: "binary" }),
      near.map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const { urgency } = parsePriority(text);
        ok(Number.isInteger(urgency) && urgency >= 0 && urgency <= 7);
      }),
      { numRuns: 2_000 },
    );
  });
});
