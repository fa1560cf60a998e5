import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { ALWAYS, RecentBlocks } from "./recent-blocks.ts";

function seen(recent: RecentBlocks<string>, text: string, state: number): string | undefined {
  const bytes = Buffer.from(`<${text}>`);
  const found = recent.find(bytes, 1, 1 + text.length, state);
  bytes.fill(0xaa);
  return found;
}

function note(recent: RecentBlocks<string>, text: string, state: number, times = 1): void {
  for (let left = times; left > 0; left -= 1) {
    const bytes = Buffer.from(`<${text}>`);
    recent.note(bytes, 1, 1 + text.length, state, text);
    bytes.fill(0xaa);
  }
}

describe("RecentBlocks", () => {
  const rows: readonly (readonly [
    rule: string,
    notedFor: number,
    times: number,
    state: number,
    found: boolean,
  ])[] = [
    ["forgets what came once", 1, 1, 1, false],
    ["keeps what came twice", 1, 2, 1, true],
    ["knows it no more in another state", 1, 2, 2, false],
    ["knows it in every state where it refers to none", ALWAYS, 2, 7, true],
  ];

  for (const [rule, notedFor, times, state, found] of rows) {
    it(rule, () => {
      const recent = new RecentBlocks<string>();
      note(recent, "abc", notedFor, times);
      strictEqual(seen(recent, "abc", state), found ? "abc" : undefined);
      deepStrictEqual(
        ["", "ab", "abd", "abcd", "xbc"].map((other) => seen(recent, other, state)),
        Array(5).fill(undefined),
      );
    });
  }

  it("keeps the last eight", () => {
    const recent = new RecentBlocks<string>();
    const texts = Array.from({ length: 9 }, (_, n) => `block ${n}`);
    for (const text of texts) {
      note(recent, text, ALWAYS, 2);
    }
    deepStrictEqual(
      texts.map((text) => seen(recent, text, 0)),
      [undefined, ...texts.slice(1)],
    );
  });

  it("keeps none longer than 256 octets", () => {
    const recent = new RecentBlocks<string>();
    for (const length of [256, 257]) {
      note(recent, "a".repeat(length), ALWAYS, 2);
      strictEqual(seen(recent, "a".repeat(length), 0) !== undefined, length === 256);
    }
  });
});
