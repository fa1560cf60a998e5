import { deepStrictEqual } from "node:assert/strict";
import { describe, it, mock } from "node:test";
import { Answers, type Found } from "./answers.ts";

describe("Answers", () => {
  it("gives a stale answer where a fresh one takes longer than 1.8 s, and the fresh one after (RFC 8767 §5)", async () => {
    mock.timers.enable({ apis: ["setTimeout"] });
    try {
      let now = 0;
      let answer: (found: Found<string>) => void = () => undefined;
      const answers = new Answers<string>(
        { now: () => now, wall: () => 0 },
        300_000,
        () =>
          new Promise((resolve) => {
            answer = resolve;
          }),
      );
      const first = answers.get("app.test");
      answer({ value: "old", lasts: 10_000 });
      await first;
      now = 10_000;
      const late = answers.get("app.test");
      mock.timers.tick(1_800);
      const stale = await late;
      const asked = answers.known("app.test");
      answer({ value: "new", lasts: 10_000 });
      await Promise.resolve();
      const fresh = await answers.get("app.test");
      deepStrictEqual(
        [stale.value, stale.expires, stale.stale?.message, asked?.value, fresh],
        [
          "old",
          11_000,
          "app.test: no DNS server has answered yet",
          "old",
          { value: "new", expires: 20_000, stale: undefined },
        ],
      );
    } finally {
      mock.timers.reset();
    }
  });

  it("forgets the name asked for first when there are too many", async () => {
    const asked: string[] = [];
    const answers = new Answers<string>({ now: () => 0, wall: () => 0 }, 0, async (name) => {
      asked.push(name);
      return { value: name, lasts: 10_000 };
    });
    for (let at = 0; at <= 1_000; at += 1) {
      await answers.get(`${at}.test`);
    }
    await answers.get("1000.test");
    await answers.get("0.test");
    deepStrictEqual(asked.slice(-2), ["1000.test", "0.test"]);
  });
});
