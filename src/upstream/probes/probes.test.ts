import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { type FakeHouse, type FakePool, fakeParts } from "../../../test/support/upstream-fakes.ts";
import { type Content, chunkedContent, type FieldLine, textContent } from "../../message/index.ts";
import { ConnectFailure } from "../../transport/index.ts";
import type { UpstreamGroup } from "../group/group.ts";
import { UpstreamHouse } from "../group/house.ts";
import type { HealthOptions } from "./options.ts";
import { holdsStatus, readStatusRanges, shownRanges } from "./status-ranges.ts";

const a = "http://10.0.0.1:3000";

interface Probed {
  readonly parts: FakeHouse;
  readonly group: UpstreamGroup;
  /** The last probe. */
  last(): FakePool;
}

function probed(health: HealthOptions, change: Partial<FakeHouse> = {}): Probed {
  const parts = { ...fakeParts(), ...change };
  const group = new UpstreamHouse(parts).group({ upstreams: a, name: "app", health });
  const last = (): FakePool => {
    const pool = parts.probes.at(-1);
    if (pool === undefined) {
      throw new Error("nothing was probed");
    }
    return pool;
  };
  return { parts, group, last };
}

const states = ({ group }: Probed): string[] =>
  group.status().members.map(({ state, reason }) => `${state}: ${reason}`);

describe("what a probe wants", () => {
  const long = (text: string): Content => chunkedContent([Buffer.alloc(65_530, "a"), Buffer.from(text)]);
  const rows: readonly (readonly [
    rule: string,
    health: HealthOptions,
    status: number,
    content: Content,
    line: FieldLine,
    verdict: string,
  ])[] = [
    // rule                        options                        status content            field        verdict
    ["a status from 200 to 399", {}, 302, textContent(""), ["x-a", "1"], "up: "],
    ["and no other", {}, 500, textContent(""), ["x-a", "1"], "status 500, wanted 200 to 399"],
    ["one of a list", { status: [204, "500-502"] }, 501, textContent(""), ["x-a", "1"], "up: "],
    [
      "not one beside it",
      { status: [204, "500-502"] },
      200,
      textContent(""),
      ["x-a", "1"],
      "status 200, wanted 204 or 500 to 502",
    ],
    ["a field", { fields: { "X-A": "1" } }, 200, textContent(""), ["x-a", "1"], "up: "],
    [
      "with its value",
      { fields: { "X-A": "1" } },
      200,
      textContent(""),
      ["x-a", "2"],
      'field x-a is "2", wanted "1"',
    ],
    [
      "that is there",
      { fields: { "X-B": "1" } },
      200,
      textContent(""),
      ["x-a", "2"],
      'no field x-b, wanted "1"',
    ],
    ["a text", { body: "ok" }, 200, textContent("all ok"), ["x-a", "1"], "up: "],
    [
      "over two reads",
      { body: "ok" },
      200,
      chunkedContent([Buffer.from("o"), Buffer.from("k")]),
      ["x-a", "1"],
      "up: ",
    ],
    ["within 64 KiB", { body: "ok" }, 200, long("1234ok"), ["x-a", "1"], "up: "],
    [
      "and not later",
      { body: "ok" },
      200,
      long("12345ok"),
      ["x-a", "1"],
      '"ok" does not stand within its first 64 KiB of content',
    ],
    [
      "not in nothing",
      { body: "ok" },
      200,
      textContent(""),
      ["x-a", "1"],
      '"ok" does not stand within its first 64 KiB of content',
    ],
  ];
  for (const [rule, health, status, content, line, verdict] of rows) {
    it(rule, () => {
      const world = probed(health);
      world.group.begin();
      world.last().last.respond(status, content, line);
      strictEqual(states(world)[0]?.endsWith(verdict), true, states(world)[0]);
      strictEqual(world.last().closed, true);
    });
  }
});

describe("probing a member", () => {
  it("begins with the group, asks what it is told, and asks again after the interval", async () => {
    const world = probed({ path: "/healthz", method: "HEAD", host: "app", interval: "5s", jitter: 0 });
    strictEqual(world.parts.probes.length, 0);
    world.group.begin();
    const { method, target, authority } = world.last().last.attempt.outbound;
    deepStrictEqual([method, target, authority], ["HEAD", "/healthz", "app"]);
    world.last().last.respond(200);
    await world.parts.time.pass(4_999);
    strictEqual(world.parts.probes.length, 1);
    await world.parts.time.pass(1);
    strictEqual(world.parts.probes.length, 2);
  });

  it("waits a little less or more each time", async () => {
    const world = probed({ interval: "10s", jitter: 0.2 }, { random: () => 0 });
    world.group.begin();
    world.last().last.respond(200);
    await world.parts.time.pass(7_999);
    strictEqual(world.parts.probes.length, 1);
    await world.parts.time.pass(1);
    strictEqual(world.parts.probes.length, 2);
  });

  it("is never done twice at once, and gives up after its timeout", async () => {
    const world = probed({ interval: "1s", timeout: "2s", jitter: 0 });
    world.group.begin();
    await world.parts.time.pass(1_999);
    strictEqual(world.parts.probes.length, 1);
    await world.parts.time.pass(1);
    strictEqual(world.last().last.cancelled?.message, "no answer within 2 s");
    strictEqual(states(world)[0]?.endsWith("no answer within 2 s"), true, states(world)[0]);
    await world.parts.time.pass(1_000);
    strictEqual(world.parts.probes.length, 2);
  });

  it("gives up on content that does not come", async () => {
    const world = probed({ body: "ok", timeout: "2s" });
    world.group.begin();
    const told: string[] = [];
    world.last().last.respond(200, {
      ...chunkedContent([]),
      read: () => "pending",
      cancel: ({ message }) => void told.push(message),
    });
    await world.parts.time.pass(2_000);
    deepStrictEqual(told, ["no answer within 2 s"]);
  });

  it("takes a member out and brings it back, one line each", async () => {
    const world = probed({ interval: "1s", jitter: 0, fall: 3, rise: 2 });
    world.group.begin();
    for (const status of [200, 500, 500, 500, 200, 200]) {
      world.last().last.respond(status);
      await world.parts.time.pass(1_000);
    }
    deepStrictEqual(world.parts.lines, [
      `upstream app: ${a} is down: 3 probes failed in a row, last: status 500, wanted 200 to 399`,
      `upstream app: ${a} is up: 2 probes passed in a row`,
    ]);
  });

  it("stops when the group is closed", async () => {
    const world = probed({ interval: "1s" });
    world.group.begin();
    world.group.close();
    strictEqual(world.last().last.cancelled?.message, "the upstream is not probed any more");
    await world.parts.time.pass(10_000);
    strictEqual(world.parts.probes.length, 1);
  });
});

describe("a probe that only connects", () => {
  it("says why it could not", () => {
    const world = probed(
      { tcp: true },
      {
        connect: (_options, done) => {
          done(new ConnectFailure("refused", "10.0.0.1:3000: connection refused"));
          return { cancel: () => {} };
        },
      },
    );
    world.group.begin();
    strictEqual(states(world)[0]?.endsWith("10.0.0.1:3000: connection refused"), true, states(world)[0]);
  });
});

describe("status ranges", () => {
  const rows = [
    [200, "200", [200], [199, 201]],
    ["200-399", "200 to 399", [200, 399], [199, 400]],
    [["200 - 204", 404], "200 to 204 or 404", [202, 404], [205]],
  ] as const;
  for (const [written, shown, inside, outside] of rows) {
    it(shown, () => {
      const ranges = readStatusRanges(written);
      strictEqual(shownRanges(ranges), shown);
      deepStrictEqual(
        [...inside, ...outside].filter((status) => holdsStatus(ranges, status)),
        [...inside],
      );
    });
  }
  for (const written of ["2xx", 99, 600, "399-200", "", "200-"]) {
    it(`are not ${JSON.stringify(written)}`, () => throws(() => readStatusRanges(written), RangeError));
  }
});
