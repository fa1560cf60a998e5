import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { end, member, membersOf, start, uniform } from "../../../test/support/members.ts";
import type { Member } from "../contract.ts";
import { ConsistentHash } from "./consistent-hash.ts";

const keys = Array.from({ length: 5000 }, (_, i) => `/item/${i}`);

function policyOf(members: readonly Member[], bound = 1.25): ConsistentHash {
  const policy = new ConsistentHash(bound, uniform(1));
  policy.assign(members);
  return policy;
}

function owners(policy: ConsistentHash, tried: readonly Member[] = []): (Member | undefined)[] {
  return keys.map((key) => policy.pick({ key, tried }, 0));
}

describe("consistent hash", () => {
  it("the same key goes to the same member, in any process and any order of members", () => {
    const members = membersOf([1, 1, 1, 1, 1]);
    const once = owners(policyOf(members)).map((one) => one?.id);
    const again = owners(policyOf([...membersOf([1, 1, 1, 1, 1])].reverse())).map((one) => one?.id);
    deepStrictEqual(again, once);
    deepStrictEqual(once.slice(0, 8).join(""), "acaeceae");
  });

  it("who goes leaves its keys and no others, and finds them again", () => {
    const members = membersOf([1, 2, 1, 1, 0.5]);
    const policy = policyOf(members);
    const before = owners(policy);
    for (const gone of members) {
      policy.assign(members.filter((one) => one !== gone));
      const without = owners(policy);
      ok(before.every((one, i) => (one === gone) === (one !== without[i])));
      policy.assign(members);
      deepStrictEqual(owners(policy), before);
    }
  });

  it("who warms up only takes, from everybody", () => {
    const members = membersOf([1, 1, 1, 1]);
    const cold = members[0] as Member;
    const policy = policyOf(members);
    let before: (Member | undefined)[] | undefined;
    for (const share of [0.1, 0.2, 0.5, 1]) {
      cold.share = share;
      policy.assign(members);
      const after = owners(policy);
      ok((before ?? after).every((one, i) => one === after[i] || after[i] === cold));
      before = after;
    }
  });

  it("a key has an order of members: its next where the first was tried", () => {
    const members = membersOf([1, 1, 1]);
    const policy = policyOf(members);
    for (const key of keys.slice(0, 50)) {
      const first = policy.pick({ key, tried: [] }, 0) as Member;
      const second = policy.pick({ key, tried: [first] }, 0);
      policy.assign(members.filter((one) => one !== first));
      strictEqual(policy.pick({ key, tried: [] }, 0), second);
      policy.assign(members);
    }
  });

  it("a request without a key goes to the idle one of two", () => {
    const members = [member("busy", { active: 5 }), member("idle")];
    const policy = policyOf(members);
    const ids = Array.from({ length: 50 }, () => policy.pick({ key: undefined, tried: [] }, 0)?.id);
    deepStrictEqual(new Set(ids), new Set(["idle"]));
  });
});

describe("the bound of a hash", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    // rule                                 bound     requests under way, of one key
    ["a hot key spreads: 1.25 of 5 each",   1.25,     [1, 6, 6, 7]],
    ["evenly where the bound is 1",         1,        [5, 5, 5, 5]],
    ["onto two where the bound is 2",       2,        [0, 0, 10, 10]],
    ["not at all without a bound",          Infinity, [0, 0, 0, 20]],
  ] as const;
  for (const [rule, bound, wanted] of rows) {
    it(rule, () => {
      const members = membersOf([1, 1, 1, 1]);
      const policy = policyOf(members, bound);
      for (let i = 0; i < 20; i += 1) {
        start(policy, policy.pick({ key: "hot", tried: [] }, 0) as Member);
      }
      deepStrictEqual(
        members.map(({ active }) => active).sort((a, b) => a - b),
        wanted,
      );
    });
  }

  it("holds at every pick, whatever the shares and keys", () => {
    const share = fc.double({ min: 0.1, max: 10, noNaN: true });
    const bounds = fc.double({ min: 1, max: 3, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(share, { minLength: 1, maxLength: 12 }),
        bounds,
        fc.nat(),
        (shares, bound, seed) => {
          const members = membersOf(shares);
          const policy = policyOf(members, bound);
          const random = uniform(seed);
          const all = shares.reduce((sum, one) => sum + one, 0);
          const running: Member[] = [];
          for (let i = 0; i < 200; i += 1) {
            const chosen = policy.pick(
              { key: `key ${Math.floor(random() ** 3 * 20)}`, tried: [] },
              0,
            ) as Member;
            start(policy, chosen);
            running.push(chosen);
            ok(chosen.active <= Math.ceil(((bound * running.length) / all) * chosen.share + 1e-9));
            if (random() < 0.4) {
              end(policy, running.splice(Math.floor(random() * running.length), 1)[0] as Member);
            }
          }
        },
      ),
      { numRuns: 100, seed: 2 },
    );
  });

  it("gives way where all below it were tried", () => {
    const [a, b] = [member("a", { active: 9 }), member("b")];
    strictEqual(policyOf([a, b]).pick({ key: "key", tried: [b] }, 0), a);
  });
});
