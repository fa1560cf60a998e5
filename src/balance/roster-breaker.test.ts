import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { RosterDesk, specOf } from "../../test/support/roster-desk.ts";
import { type BreakerRules, defaultBreaker, defaultEjection, defaultProbes } from "./index.ts";

const two = [specOf("a"), specOf("b")];

function breaking(rules: Partial<BreakerRules> = {}, specs = [specOf("a")]): RosterDesk {
  return new RosterDesk(specs, { health: { breaker: { ...defaultBreaker, ...rules } } });
}

describe("breaker", () => {
  it("opens for the only one too: requests fail at once", () => {
    const desk = breaking();
    desk.fail("a", 10, "no answer within 60 s");
    deepStrictEqual(
      [desk.pick(), desk.pick({}, "a"), desk.roster.takesRequests],
      [undefined, undefined, false],
    );
    deepStrictEqual(desk.roster.refusal(3_000), {
      reasons: [
        {
          member: "a",
          detail: "10 failures in a row, last: no answer within 60 s; nothing is sent to it for 10 s",
        },
      ],
      retryAfter: 7_000,
    });
  });

  it("lets trials through one at a time, and closes when enough succeed", () => {
    const desk = breaking();
    desk.fail("a", 10);
    desk.until(10_000);
    strictEqual(desk.pick(), "a");
    desk.start("a");
    deepStrictEqual(
      [desk.pick(), desk.roster.takesRequests],
      [undefined, false],
      "waiting would not fail fast",
    );
    deepStrictEqual(desk.roster.refusal(10_000), {
      reasons: [{ member: "a", detail: "trial requests are under way, and 2 trial requests must succeed" }],
      retryAfter: 1_000,
    });
    desk.roster.ended(desk.member("a"), "answered", 200, 0, undefined, 10_000);
    strictEqual(desk.pick(), "a");
    desk.answer("a");
    desk.start("a", 5);
    strictEqual(desk.pick(), "a");
    deepStrictEqual(desk.told, [
      "a: up → open, 10 failures in a row, last: connection refused; nothing is sent to it for 10 s",
      "a: open → half-open, 2 trial requests must succeed",
      "a: half-open → up, 2 trial requests succeeded",
    ]);
  });

  it("opens again for twice as long when a trial fails, up to the longest", () => {
    const desk = breaking({ longest: 30_000 });
    const lasted: number[] = [];
    desk.fail("a", 10);
    for (let i = 0; i < 4; i += 1) {
      const { until = 0 } = desk.roster.state(desk.member("a"), desk.now);
      lasted.push(until - desk.now);
      desk.until(until);
      desk.answer("a");
      desk.fail("a", 1, "reset");
    }
    deepStrictEqual(lasted, [10_000, 20_000, 30_000, 30_000]);
    strictEqual(desk.state("a"), "open, a trial request failed: reset; nothing is sent to it for 30 s");
  });

  it("takes `trials` at once and closes after `successes`", () => {
    const desk = breaking({ trials: 3, successes: 4 });
    desk.fail("a", 10);
    desk.until(10_000);
    desk.start("a", 3);
    strictEqual(desk.pick(), undefined);
    for (let i = 0; i < 3; i += 1) {
      desk.roster.ended(desk.member("a"), "answered", 200, 0, undefined, 10_000);
    }
    strictEqual(desk.state("a"), "half-open, 4 trial requests must succeed");
    desk.answer("a");
    strictEqual(desk.state("a"), "up, 4 trial requests succeeded");
  });

  it("opens by rate", () => {
    const desk = breaking({ failures: undefined, rateOf: 5 });
    desk.answer("a");
    desk.fail("a", 4);
    deepStrictEqual(desk.told, [
      "a: up → open, 4 of 5 requests failed within 10 s, last: connection refused; nothing is sent to it for 10 s",
    ]);
  });

  it("counts slow answers where told to", () => {
    const desk = breaking({ slow: 2_000 });
    desk.answer("a", 10, 200, 2_000);
    deepStrictEqual(desk.told, []);
    desk.answer("a", 10, 200, 2_001);
    deepStrictEqual(desk.told, [
      "a: up → open, 10 failures in a row, last: a response after 2 s; nothing is sent to it for 10 s",
    ]);
  });

  it("hears of trials only, not of what began before it opened", () => {
    const desk = breaking();
    desk.start("a", 3);
    desk.fail("a", 10);
    desk.until(10_000);
    desk.roster.ended(desk.member("a"), "failed", 0, 10_000, "no answer within 10 s", 10_000);
    desk.roster.ended(desk.member("a"), "answered", 200, 10_000, undefined, 10_000);
    strictEqual(desk.state("a"), "half-open, 2 trial requests must succeed");
    strictEqual(desk.pick(), "a", "the third does not take the trial's place");
  });

  it("gives the place of a trial that nobody waits for, or that hangs, to another", () => {
    const desk = breaking();
    desk.fail("a", 10);
    desk.until(10_000);
    desk.start("a");
    desk.roster.ended(desk.member("a"), "abandoned", 0, 0, undefined, 10_000);
    strictEqual(desk.pick(), "a");
    desk.until(15_000);
    desk.start("a");
    strictEqual(desk.pick(), undefined);
    desk.until(20_000);
    strictEqual(desk.pick(), undefined, "it has hung for 5 s only");
    desk.until(30_000);
    strictEqual(desk.pick(), "a");
  });

  it("gives no trial's place away for what was under way before", () => {
    const desk = breaking();
    desk.start("a");
    desk.fail("a", 10);
    desk.until(10_000);
    desk.start("a");
    desk.roster.ended(desk.member("a"), "abandoned", 0, 10_000, undefined, 10_000);
    strictEqual(desk.pick(), undefined);
  });

  it("keeps to the capacity with its trials", () => {
    const desk = breaking({}, [specOf("a", { capacity: 3 })]);
    desk.start("a", 3);
    desk.fail("a", 10);
    desk.until(10_000);
    strictEqual(desk.pick(), undefined);
    desk.roster.released(desk.member("a"));
    strictEqual(desk.pick(), "a");
  });

  it("is closed by hand", () => {
    const desk = breaking();
    desk.fail("a", 10);
    desk.roster.restore("a", 1);
    deepStrictEqual(
      [desk.pick(), desk.state("a"), desk.roster.deadline],
      ["a", "up, restored by hand", undefined],
    );
  });

  it("warms up who comes back", () => {
    const desk = new RosterDesk(two, { health: { breaker: defaultBreaker }, slowStart: 10_000 });
    desk.fail("a", 10);
    desk.until(10_000);
    strictEqual(desk.member("a").share, 1, "half-open, its trials are what is few");
    desk.answer("a", 2);
    strictEqual(desk.member("a").share, 0.1);
  });
});

describe("ejection and breaker together", () => {
  const both = { ejection: { ...defaultEjection, failures: 3 }, breaker: { ...defaultBreaker, failures: 5 } };

  it("first move requests to others, then stop them", () => {
    const desk = new RosterDesk(two, { health: both });
    desk.fail("a", 3);
    desk.fail("b", 5);
    deepStrictEqual(desk.told, [
      "a: up → ejected, 3 failures in a row, last: connection refused; not asked for 10 s",
      "b: up → open, 5 failures in a row, last: connection refused; nothing is sent to it for 10 s",
      "a: ejected → up, its ejection ended early: too few others are left",
    ]);
    deepStrictEqual(desk.picks(2), ["a", "a"]);
    desk.fail("a", 2);
    deepStrictEqual([desk.pick(), desk.roster.takesRequests], [undefined, false]);
  });

  it("and probes: what keeps out more is told", () => {
    const desk = new RosterDesk(two, { health: { ...both, probes: defaultProbes }, panic: 1 });
    desk.probe("a", "timeout");
    desk.fail("a", 5, "reset");
    deepStrictEqual([desk.picks(2), desk.roster.refusal(0).retryAfter], [["b", "b"], undefined]);
    desk.roster.eject("b", undefined, 0);
    strictEqual(desk.roster.refusal(0).retryAfter, 10_000);
    desk.until(10_000);
    strictEqual(desk.pick(), "a");
    desk.answer("a", 2);
    deepStrictEqual(
      desk.told.filter((line) => line.startsWith("a")),
      [
        "a: up → down, a probe failed: timeout",
        "a: down → open, 5 failures in a row, last: reset; nothing is sent to it for 10 s",
        "a: open → down, a probe failed: timeout",
      ],
    );
  });

  it("and probes: the later end of what keeps it out tells when to ask again", () => {
    const desk = new RosterDesk(two.slice(0, 1), { health: { ...both, probes: defaultProbes } });
    desk.fail("a", 5);
    desk.probe("a", undefined, "timeout", "timeout", "timeout");
    desk.until(3_000);
    strictEqual(desk.roster.refusal(3_000).retryAfter, 10_000, "two probes");
    desk.probe("a", undefined);
    strictEqual(desk.roster.refusal(3_000).retryAfter, 7_000, "the breaker");
  });

  it("say one thing of one failure", () => {
    const desk = new RosterDesk(two, { health: { ...both, ejection: { ...defaultEjection, failures: 5 } } });
    desk.fail("a", 5);
    deepStrictEqual(desk.told, [
      "a: up → open, 5 failures in a row, last: connection refused; nothing is sent to it for 10 s",
    ]);
  });
});
