import { strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Duration, parseDuration, parseSize, type Size } from "./quantities.ts";

describe("parseSize", () => {
  const rows = [
    ["10MB", 10_000_000],
    ["64KiB", 65_536],
    ["1.5KB", 1_500],
    ["0.0001KB", 0],
    ["2GiB", 2_147_483_648],
    ["0B", 0],
    [512, 512],
  ] as const;
  for (const [text, octets] of rows) {
    it(`${text} is ${octets} octets`, () => strictEqual(parseSize(text), octets));
  }

  for (const text of ["", "10", "10 MB", "10mb", "-1MB", "1e3B", "MB", "1.MB", "10TB", "1constructor"]) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      throws(() => parseSize(text as Size), {
        name: "RangeError",
        message: /is no size: write a number and B, KB/,
      }));
  }

  for (const number of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    it(`refuses ${number}`, () => throws(() => parseSize(number), { name: "RangeError" }));
  }
});

describe("parseDuration", () => {
  const rows = [
    ["250ms", 250],
    ["30s", 30_000],
    ["1.5m", 90_000],
    ["1h", 3_600_000],
    ["7d", 604_800_000],
  ] as const;
  for (const [text, millis] of rows) {
    it(`${text} is ${millis} ms`, () => strictEqual(parseDuration(text), millis));
  }

  for (const text of ["", "30", "30 s", "30S", "-1s", "1w"]) {
    it(`refuses ${JSON.stringify(text)}`, () =>
      throws(() => parseDuration(text as Duration), {
        name: "RangeError",
        message: /is no duration: write/,
      }));
  }
});
