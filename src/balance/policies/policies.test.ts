/** What every policy promises, whatever it goes by. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { end, member, membersOf, start, uniform } from "../../../test/support/members.ts";
import type { Ask, Member, Policy } from "../contract.ts";
import { makePolicy, type PolicyChoice } from "./make-policy.ts";

const choices: readonly PolicyChoice[] = [
  "round-robin",
  "least-requests",
  "two-choices",
  "latency",
  "random",
  { hash: "path" },
  { hash: "client", bound: 1 },
  { hash: "url", bound: Number.POSITIVE_INFINITY },
];

const nothing: Ask = { key: undefined, tried: [] };

function policyOf(choice: PolicyChoice, members: readonly Member[], seed = 1): Policy {
  const policy = makePolicy(choice, uniform(seed))();
  policy.assign(members);
  return policy;
}

/** Ids of `times` members picked, each idle again before the next is. */
function picks(policy: Policy, times: number, tried: readonly Member[] = []): string[] {
  return Array.from({ length: times }, (_, i) => policy.pick({ key: `key ${i}`, tried }, i)?.id ?? "none");
}

function countsOf(policy: Policy, members: readonly Member[], times: number): number[] {
  const ids = picks(policy, times);
  return members.map(({ id }) => ids.filter((picked) => picked === id).length);
}

for (const choice of choices) {
  describe(`every policy: ${JSON.stringify(choice)}`, () => {
    it("chooses nobody before it was told of anybody", () =>
      strictEqual(makePolicy(choice, uniform(1))().pick(nothing, 0), undefined));

    it("chooses nobody among nobody", () => strictEqual(policyOf(choice, []).pick(nothing, 0), undefined));

    it("chooses the only one", () => {
      deepStrictEqual(picks(policyOf(choice, membersOf([0.1])), 3), ["a", "a", "a"]);
    });

    it("leaves out who is full", () => {
      const members = [member("a", { active: 2, capacity: 2 }), member("b"), member("c", { capacity: 0 })];
      deepStrictEqual(new Set(picks(policyOf(choice, members), 50)), new Set(["b"]));
    });

    it("chooses nobody where all are full", () => {
      const members = Array.from({ length: 40 }, (_, i) => member(`${i}`, { active: 1, capacity: 1 }));
      strictEqual(policyOf(choice, members).pick(nothing, 0), undefined);
    });

    it("leaves out who was tried", () => {
      const members = membersOf([1, 1, 1]);
      const policy = policyOf(choice, members);
      deepStrictEqual(new Set(picks(policy, 50, members.slice(0, 2))), new Set(["c"]));
      strictEqual(policy.pick({ key: undefined, tried: members }, 0), undefined);
    });

    it("finds the one who has room among a thousand", () => {
      const members = Array.from({ length: 1000 }, (_, i) => member(`${i}`, { active: 5, capacity: 5 }));
      const policy = policyOf(choice, members);
      const lucky = members[617] as Member;
      end(policy, lucky);
      strictEqual(policy.pick({ key: "key", tried: [] }, 0), lucky);
    });

    it("chooses among those it was told of last", () => {
      const members = membersOf([1, 1, 1, 1]);
      const policy = policyOf(choice, members);
      picks(policy, 10);
      policy.assign(members.slice(1, 3));
      deepStrictEqual(new Set(picks(policy, 50)), new Set(["b", "c"]));
      policy.assign(members);
      deepStrictEqual(new Set(picks(policy, 200)), new Set(["a", "b", "c", "d"]));
    });

    it("gives idle members what their shares say, fractions too", () => {
      const members = membersOf([4, 2, 1, 0.5, 0.5]);
      const counts = countsOf(policyOf(choice, members), members, 8000);
      for (const [i, wanted] of [4000, 2000, 1000, 500, 500].entries()) {
        const off = Math.abs((counts[i] as number) - wanted) / wanted;
        ok(off < 0.2, `${counts} instead of about 4000, 2000, 1000, 500, 500`);
      }
    });

    it("heeds a new share", () => {
      const members = membersOf([1, 1, 1]);
      const policy = policyOf(choice, members);
      picks(policy, 100);
      const [a] = members as [Member];
      a.share = 0.1;
      policy.assign(members);
      const [count = 0] = countsOf(policy, members, 2100);
      ok(count > 50 && count < 150, `${count} instead of about 100`);
    });

    it("does the same again with the same numbers", () => {
      const run = (): string[] => picks(policyOf(choice, membersOf([3, 1, 2, 1]), 42), 500);
      deepStrictEqual(run(), run());
    });

    it("chooses somebody free exactly when there is one, whatever came before", () => {
      fc.assert(
        fc.property(fc.integer(), steps, (seed, list) => runSteps(choice, seed, list)),
        {
          numRuns: 150,
          seed: 7,
        },
      );
    });
  });
}

type Step =
  | { readonly type: "assign"; readonly takers: readonly boolean[] }
  | { readonly type: "pick"; readonly key: string | undefined; readonly tried: readonly boolean[] }
  | { readonly type: "end"; readonly which: number }
  | { readonly type: "share"; readonly which: number; readonly share: number }
  | { readonly type: "capacity"; readonly which: number; readonly capacity: number };

const size = 7;
const some = fc.array(fc.boolean(), { minLength: size, maxLength: size });
const few = some.map((all) => all.map((one, i) => one && i % 3 === 0));
const which = fc.nat(size - 1);
const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ type: fc.constant("assign" as const), takers: some }) },
    {
      weight: 6,
      arbitrary: fc.record({
        type: fc.constant("pick" as const),
        key: fc.option(fc.string(), { nil: undefined }),
        tried: few,
      }),
    },
    { weight: 3, arbitrary: fc.record({ type: fc.constant("end" as const), which }) },
    {
      weight: 1,
      arbitrary: fc.record({
        type: fc.constant("share" as const),
        which,
        share: fc.double({ min: 0.01, max: 100, noNaN: true }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ type: fc.constant("capacity" as const), which, capacity: fc.nat(4) }),
    },
  ),
  { minLength: 20, maxLength: 120 },
);

/** Shares change only along with an assignment, capacities at any time: so does the roster. */
function runSteps(choice: PolicyChoice, seed: number, list: readonly Step[]): void {
  const members = Array.from({ length: size }, (_, i) => member(`m${i}`, { capacity: 3 }));
  const policy = policyOf(choice, members, seed);
  let takers: readonly Member[] = members;
  for (const [now, step] of list.entries()) {
    const one = "which" in step ? (members[step.which] as Member) : undefined;
    if (step.type === "assign") {
      takers = members.filter((_, i) => step.takers[i]);
      policy.assign(takers);
    } else if (step.type === "pick") {
      const tried = members.filter((_, i) => step.tried[i]);
      const free = takers.filter((taker) => taker.active < taker.capacity && !tried.includes(taker));
      const chosen = policy.pick({ key: step.key, tried }, now);
      if (chosen === undefined) {
        deepStrictEqual(free, []);
      } else {
        ok(free.includes(chosen), `${chosen.id} is not free`);
        start(policy, chosen);
      }
    } else if (step.type === "end" && one !== undefined && one.active > 0) {
      end(policy, one);
    } else if (step.type === "share" && one !== undefined) {
      one.share = step.share;
      policy.assign(takers);
    } else if (step.type === "capacity" && one !== undefined) {
      Object.assign(one, { capacity: step.capacity });
    }
  }
}

describe("a policy's choice", () => {
  it("is refused where nobody could stay within its bound", () => {
    for (const bound of [0.99, Number.NaN, -1]) {
      let message = "";
      try {
        makePolicy({ hash: "path", bound }, uniform(1));
      } catch (thrown) {
        message = String(thrown);
      }
      strictEqual(message, `RangeError: the bound of a hash is ${bound}, 1 or more is allowed`);
    }
  });
});
