import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { FailureLines } from "./failure-lines.ts";

describe("FailureLines", () => {
  it("says the first at once, counts the others, and says again after 10 s", () => {
    let now = 0;
    const said: string[] = [];
    const lines = new FailureLines({ now: () => now, wall: () => 0 }, (line) => said.push(line));
    for (const at of [0, 1, 9_999, 10_000, 30_000]) {
      now = at;
      lines.tell("GET", `/${at}`, "a:1: connection refused");
    }
    deepStrictEqual(said, [
      "GET /0 was not answered: a:1: connection refused",
      "GET /10000 was not answered: a:1: connection refused; 2 more since the last line",
      "GET /30000 was not answered: a:1: connection refused",
    ]);
  });
});
