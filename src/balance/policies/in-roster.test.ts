/** Policies that count requests under way stay right through a roster, whoever leaves and comes back meanwhile. */
import { strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { uniform } from "../../../test/support/members.ts";
import { RosterDesk, specOf } from "../../../test/support/roster-desk.ts";
import type { Member } from "../contract.ts";
import { makePolicy, type PolicyChoice } from "./make-policy.ts";

/** Whether a pick is right, given all who take part. */
type Law = (chosen: Member, takers: readonly Member[]) => boolean;

const laws: readonly (readonly [choice: PolicyChoice, law: Law])[] = [
  ["least-requests", ({ active }, takers) => takers.every((other) => other.active >= active)],
  [
    { hash: "path" },
    ({ active }, takers) => {
      const all = takers.reduce((sum, other) => sum + other.active, 0);
      return active < Math.ceil((1.25 * (all + 1)) / takers.length);
    },
  ],
];

describe("policies in a roster", () => {
  for (const [choice, law] of laws) {
    it(JSON.stringify(choice), () => {
      const random = uniform(8);
      const specs = ["a", "b", "c", "d"].map((id) => specOf(id));
      const { roster } = new RosterDesk(specs, { policy: makePolicy(choice, random) });
      const running: Member[] = [];
      let breaches = 0;
      for (let i = 0; i < 2000; i += 1) {
        const without = i % 100 >= 50 && i % 100 < 80;
        if (i % 100 === 50) {
          roster.eject("b", undefined, i);
        } else if (i % 100 === 80) {
          roster.restore("b", i);
        }
        const chosen = roster.pick({ key: "hot", tried: [] }, undefined, i) as Member;
        const takers = roster.members.filter(({ id }) => id !== "b" || !without);
        breaches += law(chosen, takers) ? 0 : 1;
        roster.started(chosen, i);
        running.push(chosen);
        while (running.length > 10 + random() * 20) {
          const [over] = running.splice(Math.floor(random() * running.length), 1) as [Member];
          roster.ended(over, "answered", 200, 1, undefined, i);
        }
      }
      strictEqual(breaches, 0);
    });
  }
});
