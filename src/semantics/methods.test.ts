import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { isIdempotent, isKnownMethod, isSafe } from "./methods.ts";

describe("isSafe, isIdempotent, isKnownMethod (RFC 9110 §9.2, §16.1.1)", () => {
  const rows = [
    // method    safe   idempotent  known
    ["GET", true, true, true],
    ["HEAD", true, true, true],
    ["OPTIONS", true, true, true],
    ["TRACE", true, true, true],
    ["QUERY", true, true, true],
    ["PROPFIND", true, true, true],
    ["PUT", false, true, true],
    ["DELETE", false, true, true],
    ["POST", false, false, true],
    ["PATCH", false, false, true],
    ["CONNECT", false, false, true],
    ["LOCK", false, false, true],
    ["get", false, false, false],
    ["PRI", false, false, false],
    ["*", false, false, false],
    ["BREW", false, false, false],
    ["", false, false, false],
    ["constructor", false, false, false],
  ] as const;
  for (const [method, ...expected] of rows) {
    it(method || "nothing", () =>
      deepStrictEqual([isSafe(method), isIdempotent(method), isKnownMethod(method)], expected),
    );
  }
});
