import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { type FieldLine, Fields } from "../message/index.ts";
import { cookieValue } from "./cookie.ts";

describe("a cookie's value (RFC 6265 §4.2, §5.4)", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                    Cookie                        name    value
    ["the only one",                           ["a=1"],                      "a",    "1"],
    ["one of several",                         ["a=1; b=2; c=3"],            "b",    "2"],
    ["the last",                               ["a=1; b=2; c=3"],            "c",    "3"],
    ["the first of one name",                  ["a=1; a=2"],                 "a",    "1"],
    ["names are case-sensitive",               ["A=1"],                      "a",    undefined],
    ["a name is not another's end",            ["ba=1; a=2"],                "a",    "2"],
    ["nor a value's part",                     ["b=a=1"],                    "a",    undefined],
    ["a value may have equals signs",          ["a=b=c=="],                  "a",    "b=c=="],
    ["quotes belong to the value",             ['a="1"'],                    "a",    '"1"'],
    ["an empty value",                         ["a=; b=2"],                  "a",    ""],
    ["no space after the semicolon",           ["a=1;b=2"],                  "b",    "2"],
    ["whitespace around",                      ["a=1;  b = 2 ;c=3"],         "b",    "2"],
    ["a pair without an equals sign is passed", ["a; b=2"],                  "a",    undefined],
    ["and what follows it found",              ["x; b=2"],                   "b",    "2"],
    ["several lines (RFC 9113 §8.2.3)",        ["a=1", "b=2"],               "b",    "2"],
    ["a pair without a name has none",         ["=1"],                       "",     undefined],
    ["one pair behind many without",           [`${";;x".repeat(9)}; a=1`],  "a",    "1"],
    ["only semicolons",                        [";;;"],                      "a",    undefined],
    ["an empty field",                         [""],                         "a",    undefined],
    ["no field",                               [],                           "a",    undefined],
  ] as const;
  for (const [rule, lines, name, value] of rows) {
    it(rule, () => {
      const fields = Fields.of(["host", "x"], ...lines.map((line): FieldLine => ["cookie", line]));
      strictEqual(cookieValue(fields, name), value);
    });
  }
});
