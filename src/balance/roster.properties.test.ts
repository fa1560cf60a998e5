import { ok } from "node:assert/strict";
import { describe, it } from "node:test";
import { type Arbitrary, array, assert, constantFrom, integer, property, record } from "fast-check";
import { RosterDesk, specOf } from "../../test/support/roster-desk.ts";
import { defaultBreaker, defaultEjection, defaultProbes, makePolicy, type StateName } from "./index.ts";

/** One thing that happens, of member number `member`. */
const happening = record({
  what: constantFrom(
    ...([
      "ask",
      "ask",
      "ask",
      "answer",
      "answer",
      "fail",
      "fail",
      "abandon",
      "slow",
      "wait",
      "wait",
    ] as const),
    ...(["pass", "miss", "drain", "eject", "restore", "weigh", "replace", "unresolve"] as const),
    // Many failures of one, at once.
    ...(["burst", "burst", "burst", "burst", "burst", "burst"] as const),
  ),
  member: integer({ min: 0, max: 5 }),
  amount: integer({ min: 0, max: 12 }),
});

const world = record({
  share: constantFrom(0, 0.3, 0.5, 1),
  panic: constantFrom(0, 0.3, 1),
  slowStart: constantFrom(0, 3_000),
  policy: constantFrom("round-robin", "least-requests", "two-choices", "latency", "random"),
  breaker: constantFrom(undefined, { ...defaultBreaker, failures: 4 }),
  happenings: array(happening, { maxLength: 120, size: "max" }),
});

type Happening = typeof happening extends Arbitrary<infer T> ? T : never;
type World = typeof world extends Arbitrary<infer T> ? T : never;

const ids = ["a", "b", "c", "d", "e", "f"];
const latency = { factor: 3, quantile: 0.9 };

/** A desk with what is true of it at any time. */
class Watched {
  readonly desk: RosterDesk;
  readonly #share: number;
  /** Requests under way: who has them, and since when. */
  readonly #running: { readonly id: string; readonly began: number }[] = [];
  #states = new Map<string, StateName>();
  #specs = ids.slice(0, 4).map((id, at) => specOf(id, { tier: at === 3 ? 1 : 0, capacity: 3 }));

  constructor({ share, panic, slowStart, policy, breaker }: World) {
    let drawn = 0;
    const random = (): number => (drawn = (drawn * 7 + 0.37) % 1);
    const ejection = { ...defaultEjection, failures: 3, rateOf: 6, share, latency };
    this.#share = share;
    this.desk = new RosterDesk(this.#specs, {
      health: { probes: defaultProbes, ejection, breaker },
      panic,
      slowStart,
      policy: makePolicy(policy, random),
    });
    this.#states = this.#statesNow();
  }

  happen({ what, member, amount }: Happening): void {
    const id = this.#specs[member % this.#specs.length]?.id ?? "a";
    const { roster, now } = this.desk;
    const told = this.desk.told.length;
    const before = this.#states;
    this.#carryOut(what, id, amount);
    this.#states = this.#statesNow();
    this.#check(before, this.desk.told.slice(told));
    ok(what === "wait" || this.desk.now === now);
    ok(roster.members.every(({ active, share, weight }) => active >= 0 && share >= 0 && share <= weight));
  }

  /** Whatever happened, good times bring everybody back whom no operator keeps out. */
  recover(): void {
    const { roster } = this.desk;
    for (const { id } of roster.members) {
      roster.unresolved(id, undefined, this.desk.now);
      this.desk.probe(id, undefined, undefined);
    }
    for (let round = 0; round < 40; round += 1) {
      this.desk.until(this.desk.now + 60_000);
      for (const { id } of roster.members) {
        this.desk.answer(id, 2);
      }
    }
    this.desk.until(this.desk.now + 60_000);
    for (const member of roster.members) {
      const { state, reason } = roster.state(member, this.desk.now);
      ok(state === "up" || /by hand|weight/.test(reason), `${member.id} is ${state}: ${reason}`);
    }
  }

  #carryOut(what: Happening["what"], id: string, amount: number): void {
    const { desk } = this;
    const { roster, now } = desk;
    switch (what) {
      case "ask":
        this.#ask(amount === 0 ? id : undefined);
        break;
      case "answer":
      case "slow":
      case "fail":
      case "abandon":
        this.#end(what, amount);
        break;
      case "burst":
        desk.fail(id, amount);
        break;
      case "pass":
        desk.probe(id, ...Array.from({ length: amount % 4 }, () => undefined));
        break;
      case "miss":
        desk.probe(id, "timeout");
        break;
      case "drain":
        roster.drain(id, now);
        break;
      case "eject":
        roster.eject(id, amount % 3 === 0 ? undefined : amount * 1_000, now);
        break;
      case "restore":
        roster.restore(id, now);
        break;
      case "weigh":
        roster.weigh(id, amount % 4, now);
        break;
      case "wait":
        desk.until(now + amount * 700);
        break;
      case "unresolve":
        roster.unresolved(id, amount % 2 === 0 ? undefined : "no such name", now);
        break;
      case "replace":
        this.#specs = ids
          .slice(amount % 3, (amount % 3) + 1 + (amount % 4))
          .map((name, at) => specOf(name, { tier: at % 2, capacity: 1 + (amount % 3) }));
        roster.replace(this.#specs, now);
        break;
    }
  }

  #ask(pinned: string | undefined): void {
    const { desk } = this;
    const id = desk.pick({}, pinned);
    if (id === undefined) {
      return;
    }
    const member = desk.member(id);
    ok(member.active < member.capacity, `${id} was full`);
    const { state, reason } = desk.roster.state(member, desk.now);
    const takes: readonly StateName[] = ["up", "warming", "half-open"];
    // What is pinned reaches who is drained, and so in panic who is drained and unwell.
    const ground = pinned === id ? reason.replace(/; also .*$/, "") : reason;
    const panics =
      desk.roster.panics && (state === "down" || state === "ejected") && !/hand|no such name/.test(ground);
    ok(
      takes.includes(state) || panics || (state === "draining" && id === pinned),
      `${id} is ${state}: ${reason}`,
    );
    ok(pinned === id || desk.roster.takesRequests);
    desk.start(id);
    this.#running.push({ id, began: desk.now });
  }

  #end(how: "answer" | "slow" | "fail" | "abandon", amount: number): void {
    const { roster, now } = this.desk;
    for (const { id, began } of this.#running.splice(0, amount)) {
      const member = roster.members.find((each) => each.id === id);
      // Who is gone is tested elsewhere; who came again under the same id is another.
      if (member === undefined || member.active === 0) {
        continue;
      }
      const took = how === "slow" ? now - began + 500 : now - began;
      const ending = how === "fail" ? "failed" : how === "abandon" ? "abandoned" : "answered";
      roster.ended(member, ending, ending === "answered" ? 200 : 0, took, "reset", now);
    }
  }

  #check(before: ReadonlyMap<string, StateName>, told: readonly string[]): void {
    const { roster, now } = this.desk;
    for (const { id } of roster.members) {
      const lines = told
        .filter((line) => line.startsWith(`${id}: `))
        .map((line) => line.slice(3).split(/ → |, /));
      let state = before.get(id);
      for (const [from, to] of lines) {
        ok(
          (state === undefined || state === from) && from !== to,
          `${id}: ${state}, told ${told.join("; ")}`,
        );
        state = ["up", "warming", "draining", "down", "ejected", "open", "half-open"].find(
          (name) => name === to,
        ) as StateName;
      }
      ok(
        state === undefined || state === this.#states.get(id),
        `${id} is ${this.#states.get(id)}, told ${told.join("; ")}`,
      );
    }
    const ejected = roster.members.filter((member) => {
      const { state, reason } = roster.state(member, now);
      return state === "ejected" && !reason.includes("by hand");
    });
    ok(ejected.length <= this.#share * roster.members.length + 1e-9, `${ejected.length} ejected`);
    ok(roster.deadline === undefined || roster.deadline > now, "what is due was done");
  }

  #statesNow(): Map<string, StateName> {
    const { roster, now } = this.desk;
    return new Map(roster.members.map((member) => [member.id, roster.state(member, now).state]));
  }
}

describe("Roster, whatever happens", () => {
  it("counts, ejects, tells and recovers as it should", () => {
    assert(
      property(world, (given) => {
        const watched = new Watched(given);
        for (const each of given.happenings) {
          watched.happen(each);
        }
        watched.recover();
      }),
      { numRuns: 300 },
    );
  });
});
