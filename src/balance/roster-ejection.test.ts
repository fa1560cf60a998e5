import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { RosterDesk, specOf } from "../../test/support/roster-desk.ts";
import { defaultEjection, type EjectionRules } from "./index.ts";

const four = ["a", "b", "c", "d"].map((id) => specOf(id));

function ejecting(rules: Partial<EjectionRules> = {}, specs = four): RosterDesk {
  return new RosterDesk(specs, { health: { ejection: { ...defaultEjection, ...rules } } });
}

describe("ejection", () => {
  it("passes over who fails five times in a row", () => {
    const desk = ejecting();
    desk.fail("a", 4);
    desk.answer("a");
    desk.fail("a", 4);
    deepStrictEqual(desk.told, []);
    desk.fail("a", 1, "connection refused by 10.0.0.1:3000");
    deepStrictEqual(desk.picks(3), ["b", "c", "d"]);
    desk.until(10_000);
    deepStrictEqual(desk.told, [
      "a: up → ejected, 5 failures in a row, last: connection refused by 10.0.0.1:3000; not asked for 10 s",
      "a: ejected → up, its ejection is over",
    ]);
  });

  const statuses = [
    // status  fails
    [200, false],
    [404, false],
    [500, false],
    [502, true],
    [503, true],
    [504, true],
  ] as const;
  for (const [status, fails] of statuses) {
    it(`counts status ${status} as ${fails ? "a failure" : "an answer"}`, () => {
      const desk = ejecting();
      desk.answer("a", 5, status);
      const line = `a: up → ejected, 5 failures in a row, last: status ${status}; not asked for 10 s`;
      deepStrictEqual(desk.told, fails ? [line] : []);
    });
  }

  it("counts other statuses where `failureStatuses` says so", () => {
    const health = { ejection: defaultEjection, failureStatuses: new Set([500]) };
    const desk = new RosterDesk(four, { health });
    desk.answer("a", 5, 503);
    desk.answer("b", 5, 500);
    deepStrictEqual(desk.told, [
      "b: up → ejected, 5 failures in a row, last: status 500; not asked for 10 s",
    ]);
  });

  it("does not hear of requests that nobody waited for", () => {
    const desk = ejecting();
    desk.fail("a", 4);
    desk.start("a");
    desk.roster.ended(desk.member("a"), "abandoned", 0, 0, undefined, 0);
    deepStrictEqual(desk.told, []);
    strictEqual(desk.member("a").active, 0);
  });

  it("passes over who fails too large a share within the window", () => {
    const desk = ejecting({ failures: undefined });
    for (let i = 0; i < 9; i += 1) {
      desk.answer("a");
      desk.fail("a");
    }
    desk.answer("a");
    deepStrictEqual(desk.told, [], "19 requests are too few");
    desk.fail("a");
    deepStrictEqual(desk.told, [
      "a: up → ejected, 10 of 20 requests failed within 10 s, last: connection refused; not asked for 10 s",
    ]);
  });

  it("forgets what is older than the window", () => {
    const desk = ejecting({ failures: undefined });
    desk.fail("a", 19);
    desk.until(10_000);
    desk.fail("a", 19);
    deepStrictEqual(desk.told, []);
  });

  it("begins to reckon anew after it", () => {
    const desk = ejecting({ failures: undefined, time: 1_000 });
    desk.fail("a", 20);
    desk.until(1_000);
    desk.fail("a", 19);
    strictEqual(desk.state("a"), "up, its ejection is over");
  });

  it("lasts longer each time, up to the longest, and recovers", () => {
    const desk = ejecting({ longest: 35_000 });
    const lasted: number[] = [];
    const ejectNow = (): void => {
      desk.fail("a", 5);
      const { until = 0 } = desk.roster.state(desk.member("a"), desk.now);
      lasted.push(until - desk.now);
      desk.until(until);
    };
    for (let i = 0; i < 5; i += 1) {
      ejectNow();
    }
    desk.until(desk.now + 20_000);
    ejectNow();
    desk.until(desk.now + 1_000_000);
    ejectNow();
    deepStrictEqual(lasted, [10_000, 20_000, 30_000, 35_000, 35_000, 35_000, 10_000]);
  });

  it("ejects no more than its share, and says so of who is spared", () => {
    const desk = ejecting();
    for (const id of ["a", "b", "c"]) {
      desk.fail(id, 5);
    }
    deepStrictEqual(
      ["a", "b", "c", "d"].map((id) => desk.state(id).split(",")[0]),
      ["ejected", "ejected", "up", "up"],
    );
    strictEqual(
      desk.state("c"),
      "up, 5 failures in a row, last: connection refused; not ejected, for the others would be too few",
    );
    desk.until(10_000);
    desk.fail("c");
    strictEqual(
      desk.state("c"),
      "ejected, 6 failures in a row, last: connection refused; not asked for 10 s",
    );
  });

  it("never ejects the only one, unless all may be", () => {
    const spared = ejecting({}, [specOf("a")]);
    spared.fail("a", 50);
    deepStrictEqual([spared.told, spared.pick()], [[], "a"]);
    const all = ejecting({ share: 1 }, [specOf("a")]);
    all.fail("a", 5);
    deepStrictEqual(
      [all.told.length, all.pick(), all.roster.refusal(4_000).retryAfter],
      [1, undefined, 6_000],
    );
  });

  it("ends early where the others drop out", () => {
    const desk = ejecting();
    desk.fail("a", 5);
    desk.until(1_000);
    desk.fail("b", 5);
    desk.until(2_000);
    desk.roster.drain("c", 2_000);
    desk.roster.drain("d", 2_000);
    deepStrictEqual(desk.told.slice(2), [
      "c: up → draining, drained by hand",
      "a: ejected → up, its ejection ended early: too few others are left",
      "d: up → draining, drained by hand",
    ]);
    deepStrictEqual(desk.picks(2), ["a", "a"]);
  });

  it("gives way to a better reason, and is over when that ends", () => {
    const desk = ejecting();
    desk.fail("a", 5);
    desk.probe("a", "timeout", undefined);
    deepStrictEqual(desk.told.slice(1), [
      "a: ejected → down, a probe failed: timeout",
      "a: down → up, a probe passed",
    ]);
  });

  it("ignores requests that began before it ended", () => {
    const desk = ejecting();
    desk.start("a", 5);
    desk.fail("a", 5);
    desk.until(30_000);
    for (let i = 0; i < 5; i += 1) {
      desk.roster.ended(desk.member("a"), "failed", 0, 30_000, "no answer within 30 s", 30_000);
    }
    strictEqual(desk.state("a"), "up, its ejection is over");
  });

  it("is over at once when restored by hand, and forgiven", () => {
    const desk = ejecting();
    desk.fail("a", 5);
    desk.until(1);
    desk.roster.restore("a", 1);
    desk.fail("a", 5);
    deepStrictEqual(desk.told, [
      "a: up → ejected, 5 failures in a row, last: connection refused; not asked for 10 s",
      "a: ejected → up, restored by hand",
      "a: up → ejected, 5 failures in a row, last: connection refused; not asked for 10 s",
    ]);
  });
});

describe("ejection for slowness", () => {
  const latency = { factor: 3, quantile: 0.9 };
  const answerAll = (desk: RosterDesk, times: readonly number[]): void => {
    for (let i = 0; i < 20; i += 1) {
      for (const [at, id] of ["a", "b", "c", "d"].slice(0, times.length).entries()) {
        desk.answer(id, 1, 200, times[at]);
      }
    }
    desk.until(desk.now + 1_000);
    desk.answer("b", 1, 200, times[1]);
  };

  const rows = [
    // rule                                          times                   rules             ejected
    ["is off by default", [900, 20, 20, 20], {}, []],
    ["passes over who is far above the median", [900, 50, 60, 40], { latency }, ["a"]],
    ["lets be who is within the factor", [150, 60, 60, 60], { latency }, []],
    ["compares two as well", [900, 50], { latency }, ["a"]],
    ["does not mind 15 ms beside 1 ms", [15, 1, 1, 1], { latency }, []],
    ["ejects the slowest first", [600, 20, 900, 20], { latency, share: 0.25 }, ["c"]],
    ["needs enough requests", [900, 20, 20, 20], { latency, rateOf: 30 }, []],
  ] as const;
  for (const [rule, times, rules, expected] of rows) {
    it(rule, () => {
      const desk = ejecting(rules, four.slice(0, times.length));
      answerAll(desk, times);
      deepStrictEqual(
        desk.told.map((line) => line.slice(0, 1)),
        expected,
      );
    });
  }

  it("goes by the quantile", () => {
    const oneInFive = (quantile: number): readonly string[] => {
      const desk = ejecting({ latency: { factor: 3, quantile } });
      for (let i = 0; i < 50; i += 1) {
        desk.answer("a", 1, 200, i % 5 === 0 ? 900 : 30);
        desk.answer("b", 1, 200, 30);
      }
      desk.until(1_000);
      desk.answer("b", 1, 200, 30);
      return desk.told;
    };
    deepStrictEqual(oneInFive(0.5), []);
    deepStrictEqual(oneInFive(0.9), [
      "a: up → ejected, slow: 90 % of its answers took up to 939 ms, in the group 32 ms; not asked for 10 s",
    ]);
  });
});
