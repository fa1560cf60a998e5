import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { errorCodeText } from "./error-codes.ts";

describe("errorCodeText (RFC 9113 §7)", () => {
  const rows: readonly (readonly [code: number, text: string])[] = [
    [0x0, "NO_ERROR"],
    [0xb, "ENHANCE_YOUR_CALM"],
    [0xd, "HTTP_1_1_REQUIRED"],
    [0xe, "error 14"],
  ];
  for (const [code, text] of rows) {
    it(text, () => strictEqual(errorCodeText(code), text));
  }
});
