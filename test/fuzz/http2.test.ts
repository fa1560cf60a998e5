/** The short form of fuzzing, a few seconds with a fixed seed; `npm run fuzz` is the long one. */
import { fail } from "node:assert/strict";
import { describe, it } from "node:test";
import { http2Targets } from "./http2.ts";
import { describeFinding, fuzz } from "./target.ts";

const milliseconds = 8_000 / http2Targets.length;

describe("fuzzing HTTP/2", () => {
  for (const target of http2Targets) {
    it(`${target.name} holds its invariants`, () => {
      const stop = Date.now() + milliseconds;
      const { finding } = fuzz(target, 1, () => Date.now() >= stop);
      if (finding !== undefined) {
        fail(describeFinding(finding));
      }
    });
  }
});
