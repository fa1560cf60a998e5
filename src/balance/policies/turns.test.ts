import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { membersOf } from "../../../test/support/members.ts";
import type { Member } from "../contract.ts";
import { Turns } from "./turns.ts";

function turnsOf(members: readonly Member[]): Turns {
  const turns = new Turns();
  turns.assign(members);
  return turns;
}

function take(turns: Turns, members: readonly Member[], times: number): string {
  return Array.from({ length: times }, () => members[turns.next()]?.id ?? "-").join("");
}

describe("turns by shares", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                    shares             turns
    ["nobody has none",                        [],                "---"],
    ["one has all",                            [0.3],             "aaa"],
    ["equal ones go round as configured",      [1, 1, 1],         "abcabcabc"],
    ["so do equal fractions",                  [0.1, 0.1, 0.1],   "abcabcabc"],
    ["a heavy one is spread among the others", [5, 1, 1],         "abaacaaabaacaa"],
    ["two to one",                             [2, 1],            "abaabaaba"],
    ["only ratios count",                      [20, 10],          "abaabaaba"],
    ["one that warms up comes now and then",   [1, 1, 0.25],      "abcababababcababab"],
  ] as const;
  for (const [rule, shares, wanted] of rows) {
    it(rule, () => {
      const members = membersOf(shares);
      strictEqual(take(turnsOf(members), members, wanted.length), wanted);
    });
  }
});

describe("fairness of turns", () => {
  const share = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0.01, max: 100, noNaN: true }));

  /** Furthest that a member was from its share of all turns so far, in turns. */
  function furthest(shares: readonly number[], times: number, next: () => number): number {
    const total = shares.reduce((sum, one) => sum + one, 0);
    const counts = shares.map(() => 0);
    let most = 0;
    for (let turn = 1; turn <= times; turn += 1) {
      const taken = next();
      counts[taken] = (counts[taken] as number) + 1;
      for (const [i, one] of shares.entries()) {
        most = Math.max(most, Math.abs((counts[i] as number) - (turn * one) / total));
      }
    }
    return most;
  }

  it("nobody is ever a whole turn away from its share", () => {
    fc.assert(
      fc.property(fc.array(share, { minLength: 1, maxLength: 30 }), (shares) => {
        const turns = turnsOf(membersOf(shares));
        const most = furthest(shares, 500, () => turns.next());
        ok(most < 1 + 1e-5, `${most} turns away`);
      }),
      { numRuns: 300, seed: 11 },
    );
  });

  it("which the usual smooth weighted round robin does not keep", () => {
    const shares = [64, 64, 32, 16, 8, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
    const current = shares.map(() => 0);
    const total = shares.reduce((sum, one) => sum + one, 0);
    const usual = (): number => {
      let best = 0;
      for (const [i, one] of shares.entries()) {
        current[i] = (current[i] as number) + one;
        best = (current[i] as number) > (current[best] as number) ? i : best;
      }
      current[best] = (current[best] as number) - total;
      return best;
    };
    const turns = turnsOf(membersOf(shares));
    const ours = furthest(shares, 1000, () => turns.next());
    const theirs = furthest(shares, 1000, usual);
    deepStrictEqual([ours < 1, theirs > 1], [true, true], `${ours} and ${theirs}`);
  });

  it("equal members are never more than one turn apart", () => {
    const members = membersOf(Array.from({ length: 1000 }, () => 0.1));
    const turns = turnsOf(members);
    const order = Array.from({ length: 3000 }, () => turns.next());
    deepStrictEqual(
      order,
      order.map((_, i) => i % 1000),
    );
  });
});

describe("turns when members change", () => {
  it("who stays keeps its place", () => {
    const members = membersOf([1, 1, 1, 1]);
    const turns = turnsOf(members);
    strictEqual(take(turns, members, 2), "ab");
    const rest = members.slice(0, 3);
    turns.assign(rest);
    strictEqual(take(turns, rest, 4), "cabc");
  });

  it("a new one is owed nothing of the past", () => {
    const members = membersOf([1, 1, 1]);
    const before = members.slice(0, 2);
    const turns = turnsOf(before);
    strictEqual(take(turns, before, 100).length, 100);
    turns.assign(members);
    const counts = [...take(turns, members, 30)].filter((id) => id === "c").length;
    strictEqual(counts, 10);
  });

  it("assigning again between turns, with new shares, leaves everybody within two turns of its due", () => {
    const members = membersOf([4, 2, 1]);
    const turns = turnsOf(members);
    const [a, b, c] = members as [Member, Member, Member];
    const due = [0, 0, 0];
    const counts = [0, 0, 0];
    for (let i = 0; i < 1000; i += 1) {
      a.share = 1 + (i % 5);
      turns.assign(members);
      const taken = turns.next();
      counts[taken] = (counts[taken] as number) + 1;
      for (const [at, one] of [a, b, c].entries()) {
        due[at] = (due[at] as number) + one.share / (a.share + b.share + c.share);
      }
    }
    const off = Math.max(...due.map((one, i) => Math.abs(one - (counts[i] as number))));
    ok(off < 2, `${counts} instead of ${due}`);
  });
});
