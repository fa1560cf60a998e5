import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { RosterDesk, specOf } from "../../test/support/roster-desk.ts";
import { defaultBreaker, defaultEjection, defaultProbes, type ProbeRules } from "./index.ts";

const four = ["a", "b", "c", "d"].map((id) => specOf(id));
const two = four.slice(0, 2);

function probing(rules: Partial<ProbeRules> = {}, panic = 0): RosterDesk {
  return new RosterDesk(two, { health: { probes: { ...defaultProbes, ...rules } }, panic });
}

describe("probes", () => {
  it("let a member take requests before the first of them", () => {
    deepStrictEqual(probing().picks(2), ["a", "b"]);
  });

  it("are taken at their first word, until one found the member well", () => {
    const desk = probing();
    desk.probe("a", "status 500, wanted 200 to 399", undefined);
    deepStrictEqual(desk.told, [
      "a: up → down, a probe failed: status 500, wanted 200 to 399",
      "a: down → up, a probe passed",
    ]);
  });

  it("then count: three failed in a row, two passed in a row", () => {
    const desk = probing();
    desk.probe("a", undefined, "x", "x", undefined, "x", "x");
    deepStrictEqual(desk.told, []);
    desk.probe("a", "no answer within 2 s", "x", undefined, "x", undefined);
    deepStrictEqual(desk.picks(2), ["b", "b"]);
    desk.probe("a", undefined, undefined);
    deepStrictEqual(desk.told, [
      "a: up → down, 3 probes failed in a row, last: no answer within 2 s",
      "a: down → up, 2 probes passed in a row",
    ]);
  });

  it("count anew after `rise` and `fall`", () => {
    const desk = probing({ rise: 1, fall: 1 });
    desk.probe("a", undefined, "x", undefined, "y");
    deepStrictEqual(desk.told, [
      "a: up → down, a probe failed: x",
      "a: down → up, a probe passed",
      "a: up → down, a probe failed: y",
    ]);
  });

  it("tell when asking again makes sense", () => {
    const desk = probing();
    desk.probe("a", undefined, "x", "x", "x");
    desk.probe("b", undefined, "y", "y", "y", undefined);
    deepStrictEqual(desk.roster.refusal(0), {
      reasons: [
        { member: "a", detail: "3 probes failed in a row, last: x" },
        { member: "b", detail: "3 probes failed in a row, last: y" },
      ],
      retryAfter: 5_000,
    });
  });

  it("are overruled by an operator until they disagree again", () => {
    const desk = probing();
    desk.probe("a", "x");
    desk.roster.restore("a", 0);
    desk.probe("a", "x", "x");
    strictEqual(desk.state("a"), "up, restored by hand");
    desk.probe("a", "x");
    strictEqual(desk.state("a"), "down, 3 probes failed in a row, last: x");
  });
});

describe("panic", () => {
  it("asks all when too few are well, and says so once each way", () => {
    const desk = new RosterDesk(four, { panic: 0.5 });
    for (const id of ["a", "b", "c"]) {
      desk.probe(id, "timeout");
    }
    deepStrictEqual(desk.picks(4).sort(), ["a", "b", "c", "d"]);
    strictEqual(desk.pick({}, "a"), "a");
    desk.probe("d", "timeout");
    strictEqual(desk.roster.panics, true);
    desk.probe("a", undefined);
    desk.probe("b", undefined);
    deepStrictEqual(desk.picks(4), ["a", "b", "a", "b"]);
    deepStrictEqual(
      desk.told.filter((line) => line.startsWith("panic")),
      [
        "panic on, 1 of 4 members is well, less than 50 %: all are asked, whatever their health",
        "panic off, 2 of 4 members are well: only those are asked",
      ],
    );
  });

  it("asks also who is ejected for its failures", () => {
    const desk = new RosterDesk(two, { panic: 0.6, health: { ejection: defaultEjection } });
    desk.fail("a", 5);
    deepStrictEqual(desk.picks(2).sort(), ["a", "b"]);
  });

  it("does not ask who was taken out by hand, drains, or whose breaker is open", () => {
    const desk = new RosterDesk(four, { panic: 1, health: { breaker: defaultBreaker } });
    desk.roster.eject("a", undefined, 0);
    desk.roster.drain("b", 0);
    desk.fail("c", 10);
    desk.probe("d", "timeout");
    deepStrictEqual([desk.roster.panics, ...desk.picks(2)], [true, "d", "d"]);
    desk.roster.eject("d", undefined, 0);
    deepStrictEqual([desk.roster.panics, desk.pick()], [false, undefined]);
  });

  it("would rather ask a backup tier that is well", () => {
    const desk = new RosterDesk([specOf("a"), specOf("b"), specOf("backup", { tier: 1 })], { panic: 0.5 });
    desk.probe("a", "timeout");
    desk.probe("b", "timeout");
    deepStrictEqual([desk.roster.panics, desk.pick()], [false, "backup"]);
    desk.probe("backup", "timeout");
    deepStrictEqual([desk.roster.panics, ...desk.picks(2)], [true, "a", "b"]);
  });

  it("is off with 0: then nobody is left", () => {
    const desk = probing({}, 0);
    desk.probe("a", "timeout");
    desk.probe("b", "timeout");
    deepStrictEqual([desk.roster.panics, desk.pick()], [false, undefined]);
  });
});
