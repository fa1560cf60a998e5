import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { member, membersOf, uniform } from "../../../test/support/members.ts";
import type { Ask, Member } from "../contract.ts";
import { Lottery } from "./lottery.ts";

const ask: Ask = { key: undefined, tried: [] };
const times = 40_000;

function lotteryOf(members: readonly Member[]): Lottery {
  const lottery = new Lottery(uniform(9));
  lottery.assign(members);
  return lottery;
}

/** Most standard deviations that a count is from what is expected of it. */
function deviation(counts: readonly number[], parts: readonly number[], draws: number): number {
  return Math.max(
    ...parts.map((part, i) =>
      part === 0 || part === 1
        ? Math.abs((counts[i] as number) - part * draws) * 100
        : Math.abs((counts[i] as number) - part * draws) / Math.sqrt(draws * part * (1 - part)),
    ),
  );
}

function drawn(members: readonly Member[], draw: () => Member | undefined): number[] {
  const counts = members.map(() => 0);
  for (let i = 0; i < times; i += 1) {
    const one = draw();
    if (one !== undefined) {
      counts[members.indexOf(one)] = (counts[members.indexOf(one)] as number) + 1;
    }
  }
  return counts;
}

describe("drawing by shares", () => {
  const rows = [
    ["equal", [1, 1, 1]],
    ["unequal", [1, 2, 5]],
    ["fractions", [0.1, 0.25, 0.65]],
    ["far apart", [1, 100, 10_000]],
    ["many", Array.from({ length: 40 }, (_, i) => 1 + (i % 7))],
  ] as const;
  for (const [rule, shares] of rows) {
    it(rule, () => {
      const members = membersOf(shares);
      const lottery = lotteryOf(members);
      const total = shares.reduce((sum, one) => sum + one, 0);
      const counts = drawn(members, () => lottery.draw(ask));
      const off = deviation(
        counts,
        shares.map((one) => one / total),
        times,
      );
      ok(off < 4, `${counts}: ${off} standard deviations`);
    });
  }

  it("among those with room, where they are few, still by share", () => {
    const members = [
      ...Array.from({ length: 50 }, (_, i) => member(`full${i}`, { share: 3, capacity: 0 })),
      member("a", { share: 1 }),
      member("b", { share: 3 }),
    ];
    const lottery = lotteryOf(members);
    const counts = drawn(members, () => lottery.draw(ask)).slice(50);
    ok(deviation(counts, [0.25, 0.75], times) < 4, `${counts}`);
  });

  it("leaves out one that it is told to", () => {
    const [a, b] = membersOf([1, 1000]) as [Member, Member];
    const lottery = lotteryOf([a, b]);
    strictEqual(lottery.draw(ask, b), a);
    strictEqual(lottery.draw({ key: undefined, tried: [a] }, b), undefined);
  });
});

describe("a rival beside the first drawn", () => {
  it("is heard as often one way round as the other, so that who always wins gets at most twice its share", () => {
    for (const shares of [
      [1, 1],
      [3, 1],
      [100, 1],
      [1, 1, 1],
      [10, 1, 1],
      [50, 30, 20, 1],
    ]) {
      const members = membersOf(shares);
      const lottery = lotteryOf(members);
      const pairs = members.map(() => members.map(() => 0));
      for (let i = 0; i < times; i += 1) {
        const first = lottery.draw(ask) as Member;
        const second = lottery.rival(first, ask);
        if (second !== undefined) {
          const row = pairs[members.indexOf(first)] as number[];
          row[members.indexOf(second)] = (row[members.indexOf(second)] as number) + 1;
        }
      }
      for (const [i, row] of pairs.entries()) {
        for (const [j, count] of row.entries()) {
          const back = (pairs[j] as number[])[i] as number;
          ok(Math.abs(count - back) <= 5 * Math.sqrt(count + back + 1), `${shares}: ${count} and ${back}`);
        }
      }
    }
  });

  it("of two equal members is always the other", () => {
    const [a, b] = membersOf([1, 1]) as [Member, Member];
    const lottery = lotteryOf([a, b]);
    deepStrictEqual([lottery.rival(a, ask), lottery.rival(b, ask)], [b, a]);
  });
});
