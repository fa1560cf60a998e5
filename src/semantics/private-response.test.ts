import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { privateCacheControl } from "./private-response.ts";

describe("privateCacheControl (RFC 9111 §5.2.2.7)", () => {
  const rows = [
    // said                          sent
    [undefined, "private"],
    ["", "private"],
    ["max-age=60", "private, max-age=60"],
    ["public, max-age=60, s-maxage=600", "private, max-age=60"],
    ["Public,S-MaxAge=1 , immutable", "private, immutable"],
    ["private, max-age=5", "private, max-age=5"],
    ["No-Store", "No-Store"],
  ] as const;
  for (const [said, sent] of rows) {
    it(`${said} becomes ${sent}`, () => strictEqual(privateCacheControl(said), sent));
  }
});
