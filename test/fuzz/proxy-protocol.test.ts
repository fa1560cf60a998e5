/** The short form of fuzzing, a few seconds with a fixed seed; `npm run fuzz` is the long one. */
import { fail } from "node:assert/strict";
import { describe, it } from "node:test";
import { proxyProtocolTargets } from "./proxy-protocol.ts";
import { describeFinding, fuzz } from "./target.ts";

const milliseconds = 3_000;

describe("fuzzing PROXY headers", () => {
  for (const target of proxyProtocolTargets) {
    it(`${target.name} holds its invariants`, () => {
      const stop = Date.now() + milliseconds;
      const { finding } = fuzz(target, 1, () => Date.now() >= stop);
      if (finding !== undefined) {
        fail(describeFinding(finding));
      }
    });
  }
});
