import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { RosterDesk, specOf } from "../../test/support/roster-desk.ts";
import { makePolicy } from "./index.ts";

describe("Roster: tiers and capacity", () => {
  const two = [specOf("a"), specOf("backup", { tier: 1 })];

  it("asks a backup only when nobody of the first tier takes requests", () => {
    const desk = new RosterDesk(two);
    deepStrictEqual(desk.picks(3), ["a", "a", "a"]);
    desk.roster.eject("a", undefined, 0);
    deepStrictEqual(desk.picks(2), ["backup", "backup"]);
    desk.roster.restore("a", 0);
    deepStrictEqual(desk.picks(2), ["a", "a"]);
  });

  it("goes by the tiers' numbers, not by the order written", () => {
    deepStrictEqual(new RosterDesk(two.toReversed()).picks(2), ["a", "a"]);
  });

  it("lets a full tier overflow into the next", () => {
    const desk = new RosterDesk([specOf("a", { capacity: 2 }), specOf("backup", { tier: 7, capacity: 1 })]);
    desk.start("a", 2);
    strictEqual(desk.pick(), "backup");
    desk.start("backup");
    strictEqual(desk.pick(), undefined);
    strictEqual(desk.roster.takesRequests, true, "waiting helps");
    desk.answer("a", 0);
    desk.roster.released(desk.member("a"));
    strictEqual(desk.pick(), "a");
  });

  it("asks a backup rather than the same again, and the same again rather than nobody", () => {
    const desk = new RosterDesk(two);
    const [a, backup] = desk.roster.members;
    strictEqual(desk.pick({ tried: [a].filter((member) => member !== undefined) }), "backup");
    strictEqual(desk.pick({ tried: [a, backup].filter((member) => member !== undefined) }), "a");
  });

  it("says that waiting does not help when nobody is left", () => {
    const desk = new RosterDesk([specOf("a", { weight: 0 })]);
    deepStrictEqual([desk.pick(), desk.roster.takesRequests], [undefined, false]);
    deepStrictEqual(desk.roster.refusal(0), {
      reasons: [{ member: "a", detail: "its weight is 0" }],
      retryAfter: undefined,
    });
  });

  it("is empty without members", () => {
    const desk = new RosterDesk([]);
    deepStrictEqual(
      [desk.pick(), desk.roster.takesRequests, desk.roster.deadline],
      [undefined, false, undefined],
    );
    deepStrictEqual(desk.roster.refusal(0), { reasons: [], retryAfter: undefined });
  });

  it("does not count a request's end twice", () => {
    const desk = new RosterDesk(two);
    throws(() => desk.roster.released(desk.member("a")), /a request to a was over twice/);
  });

  it("knows its own members only", () => {
    const desk = new RosterDesk(two);
    throws(() => desk.roster.started({ ...desk.member("a"), id: "x" }, 0), /x is no roster's member/);
  });
});

describe("Roster: latency", () => {
  const rows = [
    // rule                                     then                                                    latency
    ["jumps up with a slow answer", (desk: RosterDesk) => desk.answer("a", 1, 200, 500), 500],
    ["falls with quick ones as time passes", (desk: RosterDesk) => desk.answer("a", 1, 200, 0), 36.79],
    ["does not fall with a quick failure", (desk: RosterDesk) => desk.fail("a"), 100],
    ["does not fall with a quick 503", (desk: RosterDesk) => desk.answer("a", 1, 503, 0), 100],
    ["jumps up with a late failure", (desk: RosterDesk) => desk.answer("a", 1, 504, 700), 700],
  ] as const;
  for (const [rule, then, expected] of rows) {
    it(rule, () => {
      const desk = new RosterDesk([specOf("a")]);
      desk.answer("a", 1, 200, 100);
      desk.until(10_000);
      then(desk);
      strictEqual(Math.round(desk.member("a").latency * 100) / 100, expected);
    });
  }
});

describe("Roster: by hand", () => {
  it("gives to each by its weight, changed at run time", () => {
    const desk = new RosterDesk([specOf("a"), specOf("b")]);
    desk.roster.weigh("a", 3, 0);
    deepStrictEqual(desk.picks(8).filter((id) => id === "a").length, 6);
    deepStrictEqual(desk.told, [], "a weight above 0 is no state");
  });

  it("drains: nothing new, but what is pinned", () => {
    const desk = new RosterDesk([specOf("a"), specOf("b")]);
    desk.roster.drain("a", 0);
    deepStrictEqual(desk.picks(3), ["b", "b", "b"]);
    strictEqual(desk.pick({}, "a"), "a");
    desk.roster.restore("a", 5);
    deepStrictEqual(desk.told, ["a: up → draining, drained by hand", "a: draining → up, restored by hand"]);
  });

  it("drains with weight 0", () => {
    const desk = new RosterDesk([specOf("a"), specOf("b")]);
    desk.roster.weigh("a", 0, 0);
    deepStrictEqual([desk.pick(), desk.pick(), desk.pick({}, "a")], ["b", "b", "a"]);
    desk.roster.weigh("a", 2, 0);
    deepStrictEqual(desk.told, ["a: up → draining, its weight is 0", "a: draining → up, its weight is 2"]);
  });

  it("ejects for a time or until told otherwise, pinned or not", () => {
    const desk = new RosterDesk([specOf("a"), specOf("b")]);
    desk.roster.eject("a", 60_000, 0);
    deepStrictEqual([desk.pick(), desk.pick({}, "a"), desk.roster.deadline], ["b", "b", 60_000]);
    desk.until(60_000);
    desk.roster.eject("b", undefined, 60_000);
    strictEqual(desk.roster.deadline, undefined);
    desk.until(9_000_000);
    desk.roster.restore("b", 9_000_000);
    deepStrictEqual(desk.told, [
      "a: up → ejected, ejected by hand for 60 s",
      "a: ejected → up, its ejection by hand is over",
      "b: up → ejected, ejected by hand until it is restored",
      "b: ejected → up, restored by hand",
    ]);
  });

  it("tells one change once", () => {
    const desk = new RosterDesk([specOf("a")]);
    desk.roster.drain("a", 0);
    desk.roster.drain("a", 1);
    desk.roster.weigh("a", 0, 2);
    desk.roster.restore("a", 3);
    strictEqual(desk.state("a"), "draining, its weight is 0");
    deepStrictEqual(desk.told, ["a: up → draining, drained by hand"]);
  });

  it("says also that it drains what is out anyway", () => {
    const desk = new RosterDesk([specOf("a")]);
    desk.roster.eject("a", undefined, 0);
    desk.roster.drain("a", 0);
    strictEqual(desk.state("a"), "ejected, ejected by hand until it is restored; also drained by hand");
  });

  const wrong = [
    [
      "an unknown member",
      () => new RosterDesk([specOf("a"), specOf("b")]).roster.drain("c", 0),
      /no member "c"; there are a, b/,
    ],
    ["a negative weight", () => new RosterDesk([specOf("a")]).roster.weigh("a", -1, 0), /-1 is no weight/],
    [
      "a weight that is no number",
      () => new RosterDesk([specOf("a")]).roster.weigh("a", Number.NaN, 0),
      /NaN is no weight/,
    ],
  ] as const;
  for (const [what, act, message] of wrong) {
    it(`refuses ${what}`, () => throws(act, { name: "RangeError", message }));
  }
});

describe("Roster: pinned", () => {
  const rows = [
    // what                            done before                                     answers
    ["is asked", () => {}, "a"],
    ["is unknown", (desk: RosterDesk) => desk.roster.replace([specOf("b")], 0), "b"],
    ["is full", (desk: RosterDesk) => desk.start("a", 100), "b"],
    ["is down", (desk: RosterDesk) => desk.probe("a", "no"), "b"],
    ["does not resolve", (desk: RosterDesk) => desk.roster.unresolved("a", "no such name", 0), "b"],
  ] as const;
  for (const [what, before, expected] of rows) {
    it(what, () => {
      const desk = new RosterDesk([specOf("a"), specOf("b")]);
      before(desk);
      strictEqual(desk.pick({}, "a"), expected);
      strictEqual(desk.pick({}, "a"), expected, "and again");
    });
  }

  it("was tried", () => {
    const desk = new RosterDesk([specOf("a"), specOf("b")]);
    strictEqual(desk.pick({ tried: [desk.member("a")] }, "a"), "b");
  });
});

describe("Roster: replace", () => {
  it("keeps what it knows of who stays, and its weight of run time", () => {
    const desk = new RosterDesk([specOf("a"), specOf("b")]);
    desk.roster.weigh("a", 5, 0);
    desk.roster.drain("b", 0);
    const a = desk.member("a");
    desk.start("a");
    desk.roster.replace([specOf("c"), specOf("b"), specOf("a", { capacity: 7, tier: 2 })], 10);
    strictEqual(desk.member("a"), a);
    const { active, weight, capacity, tier } = a;
    deepStrictEqual({ active, weight, capacity, tier }, { active: 1, weight: 5, capacity: 7, tier: 2 });
    strictEqual(desk.state("b"), "draining, drained by hand");
    deepStrictEqual(desk.told, ["b: up → draining, drained by hand"]);
  });

  it("takes over a weight that was configured anew", () => {
    const desk = new RosterDesk([specOf("a")]);
    desk.roster.weigh("a", 5, 0);
    desk.roster.replace([specOf("a", { weight: 2 })], 0);
    strictEqual(desk.member("a").weight, 2);
  });

  it("lets requests to who is gone end in peace", () => {
    const desk = new RosterDesk([specOf("a"), specOf("b")]);
    const a = desk.member("a");
    desk.start("a");
    desk.roster.replace([specOf("b")], 0);
    desk.roster.ended(a, "failed", 0, 5, "reset", 5);
    strictEqual(a.active, 0);
    deepStrictEqual([desk.told, desk.picks(2)], [[], ["b", "b"]]);
  });

  it("refuses two with one id, and changes nothing", () => {
    const desk = new RosterDesk([specOf("a")]);
    throws(() => desk.roster.replace([specOf("b"), specOf("b")], 0), /same id: b, b/);
    deepStrictEqual(
      desk.roster.members.map(({ id }) => id),
      ["a"],
    );
  });

  it("tells a policy only of what concerns its tier", () => {
    const assigned: string[] = [];
    const policy = () => {
      const inner = makePolicy("round-robin", () => 0)();
      return {
        assign(members: Parameters<typeof inner.assign>[0]) {
          assigned.push(members.map(({ id, share }) => `${id}=${share}`).join(" "));
          inner.assign(members);
        },
        pick: inner.pick.bind(inner),
      };
    };
    const desk = new RosterDesk([specOf("a"), specOf("b"), specOf("c", { tier: 1 })], { policy });
    desk.roster.drain("a", 0);
    desk.roster.weigh("c", 2, 0);
    deepStrictEqual(assigned, ["a=1 b=1", "c=1", "b=1", "c=2"]);
  });
});

describe("Roster: names", () => {
  it("is down while its name does not resolve, also in panic", () => {
    const desk = new RosterDesk([specOf("http://app:3000")], { panic: 1 });
    desk.roster.unresolved("http://app:3000", "the name app does not exist", 0);
    deepStrictEqual([desk.pick(), desk.roster.takesRequests], [undefined, false]);
    desk.roster.restore("http://app:3000", 1);
    desk.roster.unresolved("http://app:3000", undefined, 2);
    strictEqual(desk.pick(), "http://app:3000");
    deepStrictEqual(desk.told, [
      "http://app:3000: up → down, the name app does not exist",
      "http://app:3000: down → up, its name resolves again",
    ]);
  });
});

describe("Roster: slow start", () => {
  const slow = { slowStart: 10_000 };

  it("grows from a tenth to the whole weight, in ten steps", () => {
    const desk = new RosterDesk([specOf("a")], slow);
    strictEqual(desk.member("a").share, 1, "the first ones have nobody to be compared with");
    desk.roster.replace([specOf("a"), specOf("b", { weight: 10 })], 0);
    const shares: number[] = [];
    for (let time = 0; time <= 11_000; time += 500) {
      desk.until(time);
      shares.push(Math.round(desk.member("b").share * 100) / 100);
    }
    deepStrictEqual(
      shares,
      [
        1, 1, 1.9, 1.9, 2.8, 2.8, 3.7, 3.7, 4.6, 4.6, 5.5, 5.5, 6.4, 6.4, 7.3, 7.3, 8.2, 8.2, 9.1, 9.1, 10,
        10, 10,
      ],
    );
    strictEqual(desk.roster.deadline, undefined);
    deepStrictEqual(desk.told, ["b: warming → up, warmed up"]);
  });

  it("begins again whenever a member comes back", () => {
    const desk = new RosterDesk([specOf("a"), specOf("b")], slow);
    desk.probe("a", "timeout");
    desk.until(5_000);
    desk.probe("a", undefined);
    strictEqual(desk.member("a").share, 0.1);
    desk.until(10_000);
    desk.roster.drain("a", 10_000);
    desk.roster.restore("a", 11_000);
    strictEqual(desk.member("a").share, 0.1);
    deepStrictEqual(desk.roster.state(desk.member("a"), 11_000), {
      state: "warming",
      reason: "restored by hand",
      since: 11_000,
      until: 21_000,
    });
    deepStrictEqual(desk.told, [
      "a: up → down, a probe failed: timeout",
      "a: down → warming, a probe passed",
      "a: warming → draining, drained by hand",
      "a: draining → warming, restored by hand",
    ]);
  });

  it("keeps pace when the weight changes on the way, and when the clock leaps", () => {
    const desk = new RosterDesk([specOf("a")], slow);
    desk.roster.replace([specOf("a"), specOf("b")], 0);
    desk.until(5_000);
    desk.roster.weigh("b", 2, 5_000);
    strictEqual(desk.member("b").share, 1.1);
    desk.roster.expire(1e9);
    deepStrictEqual([desk.member("b").share, desk.roster.deadline], [2, undefined]);
  });
});
