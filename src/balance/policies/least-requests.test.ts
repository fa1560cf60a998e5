import { ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { end, member, membersOf, start, uniform } from "../../../test/support/members.ts";
import type { Ask, Member } from "../contract.ts";
import { LeastRequests } from "./least-requests.ts";

const ask: Ask = { key: undefined, tried: [] };

function policyOf(members: readonly Member[]): LeastRequests {
  const policy = new LeastRequests();
  policy.assign(members);
  return policy;
}

/** Starts a request at each member picked and lets none end. */
function filling(members: readonly Member[], times: number): string {
  const policy = policyOf(members);
  let ids = "";
  for (let i = 0; i < times; i += 1) {
    const chosen = policy.pick(ask) as Member;
    start(policy, chosen);
    ids += chosen.id;
  }
  return ids;
}

describe("least requests", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                      active     shares     picks while none ends
    ["equal ones fill up evenly",                [0, 0, 0], [1, 1, 1], "abcabc"],
    ["who has less is filled up first",          [2, 0, 1], [1, 1, 1], "bbcabc"],
    ["who bears more gets more",                 [0, 0],    [3, 1],    "abaaabaa"],
    ["a light idle one has its turns",           [1, 0],    [4, 1],    "abaaaabaaa"],
    ["a light one that is busy waits for longer", [0, 1],   [4, 1],    "aaaaaab"],
  ] as const;
  for (const [rule, active, shares, wanted] of rows) {
    it(rule, () => {
      const members = membersOf(shares);
      for (const [i, one] of members.entries()) {
        one.active = active[i] as number;
      }
      strictEqual(filling(members, wanted.length), wanted);
    });
  }

  it("of equal members always takes one with the fewest", () => {
    const members = membersOf(Array.from({ length: 50 }, () => 1));
    const policy = policyOf(members);
    const random = uniform(5);
    for (let i = 0; i < 5000; i += 1) {
      const chosen = policy.pick(ask) as Member;
      const fewest = Math.min(...members.map(({ active }) => active));
      strictEqual(chosen.active, fewest);
      start(policy, chosen);
      const other = members[Math.floor(random() * 50)] as Member;
      if (other.active > 0) {
        end(policy, other);
      }
    }
  });

  it("with any shares, gives nobody more than one request above the least that was to be had", () => {
    const random = uniform(6);
    const members = membersOf(Array.from({ length: 30 }, () => 0.1 + 5 * random()));
    const policy = policyOf(members);
    for (let i = 0; i < 5000; i += 1) {
      const chosen = policy.pick(ask) as Member;
      const least = Math.min(...members.map(({ active, share }) => (active + 1) / share));
      ok(chosen.active / chosen.share < least + 1e-9);
      start(policy, chosen);
      const other = members[Math.floor(random() * 30)] as Member;
      if (other.active > 0) {
        end(policy, other);
      }
    }
  });

  it("looks past any number that are full", () => {
    const full = Array.from({ length: 20 }, (_, i) => member(`full${i}`, { capacity: 0 }));
    const policy = policyOf([...full, member("x", { active: 7 }), member("y", { active: 6 })]);
    strictEqual(policy.pick(ask)?.id, "y");
  });
});
