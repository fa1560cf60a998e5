import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { Fields } from "../../message/index.ts";
import { maxForwards } from "./max-forwards.ts";

describe("maxForwards (RFC 9110 §7.6.2)", () => {
  const rows = [
    ["TRACE", "0", "answer"],
    ["OPTIONS", "0", "answer"],
    ["OPTIONS", "00", "answer"],
    ["TRACE", "1", 0],
    ["OPTIONS", "10", 9],
    ["TRACE", "99999999999999999999", Number.MAX_SAFE_INTEGER - 1],
    ["GET", "0", undefined],
    ["options", "0", undefined],
    ["TRACE", undefined, undefined],
    ["TRACE", "-1", undefined],
    ["TRACE", "0, 1", undefined],
    ["TRACE", "", undefined],
  ] as const;
  for (const [method, text, wanted] of rows) {
    it(`${method} with ${text}: ${wanted}`, () =>
      strictEqual(
        maxForwards(method, text === undefined ? Fields.empty : Fields.of(["max-forwards", text])),
        wanted,
      ));
  }
});
