import { deepStrictEqual, notStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import { fakeParts, outbound, outcome, sendOptions } from "../../../test/support/upstream-fakes.ts";
import type { Member } from "../../balance/index.ts";
import { UpstreamError } from "../contract.ts";
import { groupKey, UpstreamHouse } from "./house.ts";
import type { UpstreamOptions } from "./options.ts";

const a = "http://10.0.0.1:3000";
const b = "http://10.0.0.2:3000";

describe("UpstreamHouse", () => {
  const options: UpstreamOptions = { upstreams: [a], timeouts: { connect: "1s", queue: "2s" } };
  const same: UpstreamOptions = { timeouts: { queue: "2s", connect: "1s" }, upstreams: [a] };

  it("has one group for options that say the same", () => {
    const house = new UpstreamHouse(fakeParts());
    const group = house.group(options);
    strictEqual(house.group(same), group);
    strictEqual(groupKey(same), groupKey(options));
    notStrictEqual(house.group({ ...options, http2: false }), group);
    strictEqual(house.groups.length, 2);
    deepStrictEqual(house.named(a).length, 2);
    group.close();
    strictEqual(house.groups.length, 1);
    notStrictEqual(house.group(options), group);
  });

  it("begins groups made before and after it listens, and none earlier", () => {
    const parts = fakeParts();
    const house = new UpstreamHouse(parts);
    house.group({ upstreams: "http://one" });
    strictEqual(parts.resolver.asked.length, 0);
    house.begin();
    house.group({ upstreams: "http://two" });
    deepStrictEqual(parts.resolver.asked, ["one", "two"]);
  });
});

describe("a group, by hand", () => {
  const world = () => {
    const parts = fakeParts();
    const group = new UpstreamHouse(parts).group({ upstreams: [a, b], name: "app" });
    const send = () => group.send(outbound(), sendOptions);
    return { parts, group, send };
  };
  const bad = "http://c";

  it("drains a member and says when nothing is under way there", async () => {
    const { parts, group, send } = world();
    send();
    group.drain(a);
    let drained = false;
    const waits = group.drained(a).then(() => {
      drained = true;
    });
    send();
    strictEqual(parts.pool(b).carried.length, 1);
    await parts.time.pass(1_000);
    strictEqual(drained, false);
    parts.pool(a).last.respond(200);
    await waits;
    await group.drained(a);
    deepStrictEqual(parts.lines, [`upstream app: ${a} is draining: drained by hand`]);
  });

  it("weighs, and ejects for a time, which may be changed", async () => {
    const { parts, group } = world();
    const states = () => group.status().members.map(({ state, weight }) => [state, weight]);
    group.weigh(a, 3);
    group.eject(b, 1_000);
    deepStrictEqual(states(), [
      ["up", 3],
      ["ejected", 1],
    ]);
    deepStrictEqual(group.status().members[1]?.until, 1_000);
    await parts.time.pass(1_250);
    group.eject(a, undefined);
    group.eject(a, 500);
    await parts.time.pass(750);
    deepStrictEqual(states(), [
      ["up", 3],
      ["up", 1],
    ]);
    deepStrictEqual(parts.lines, [
      `upstream app: ${b} is left out: ejected by hand for 1 s`,
      `upstream app: ${b} is up: its ejection by hand is over`,
      `upstream app: ${a} is left out: ejected by hand until it is restored`,
      `upstream app: ${a} is up: its ejection by hand is over`,
    ]);
  });

  it("knows its members only", async () => {
    const { group } = world();
    throws(() => group.drain(bad), RangeError);
    throws(() => group.weigh(a, -1), RangeError);
    await rejects(group.drained(bad), { message: `no member "${bad}"; there are ${a}, ${b}` });
  });

  it("says for each member why none takes requests, and when one may", async () => {
    const { group, send } = world();
    group.eject(a, 5_000);
    group.drain(b);
    await rejects(send().answered, (error) => {
      strictEqual(error instanceof UpstreamError, true);
      const { fault, type, reasons, retryAfter } = error as UpstreamError;
      deepStrictEqual(
        [fault.status, type, retryAfter, reasons],
        [
          503,
          "destination_unavailable",
          5_000,
          [
            { member: a, detail: "ejected by hand for 5 s" },
            { member: b, detail: "drained by hand" },
          ],
        ],
      );
      return true;
    });
  });

  it("warns when health is ignored, and says when it is heeded again", () => {
    const parts = fakeParts();
    const lines: string[] = [];
    const say = (kind: string) => (words: string) => void lines.push(`${kind}: ${words}`);
    const reporter = { info: say("info"), warn: say("warn"), error: say("error") };
    const group = new UpstreamHouse({ ...parts, reporter }).group({
      upstreams: [a, b],
      name: "app",
      health: {},
      panic: 1,
    });
    const [member] = group.roster.members as [Member];
    group.roster.probed(member, { passed: false, detail: "status 500" }, 0);
    group.roster.probed(member, { passed: true, took: 1 }, 0);
    deepStrictEqual(lines, [
      `warn: upstream app: ${a} is down: a probe failed: status 500`,
      "warn: upstream app: health is ignored: 1 of 2 members is well, less than 100 %: all are asked, whatever their health",
      `info: upstream app: ${a} is up: a probe passed`,
      "info: upstream app: health is heeded again: 2 of 2 members are well: only those are asked",
    ]);
    group.close();
  });

  it("tells what became of requests", async () => {
    const { parts, group, send } = world();
    const dispatch = send();
    await parts.time.pass(100);
    parts.pool(a).last.fail("connection_refused", { unsent: true });
    await parts.time.pass(20);
    parts.pool(b).last.respond(200);
    await outcome(dispatch.answered);
    await parts.time.pass(1_000);
    deepStrictEqual(group.status(), {
      name: "app",
      waiting: 0,
      panics: false,
      unresolved: [],
      members: [
        {
          ...{ id: a, tier: 0, weight: 1, share: 1, active: 0, capacity: 256, state: "up" },
          ...{ reason: group.status().members[0]?.reason, since: undefined, until: undefined },
          ...{ requests: 1, failures: 1, retries: 0, connections: { open: 0, idle: 0 } },
          ...{ latency: group.status().members[0]?.latency },
          lastFailure: { detail: "connection_refused", ago: 1_020 },
        },
        {
          ...{ id: b, tier: 0, weight: 1, share: 1, active: 0, capacity: 256, state: "up" },
          ...{ reason: "", since: undefined, until: undefined },
          ...{ requests: 1, failures: 0, retries: 1, connections: { open: 0, idle: 0 }, latency: 20 },
          lastFailure: undefined,
        },
      ],
    });
  });

  it("asks pools for what they can carry once they know better", async () => {
    const { parts, group, send } = world();
    parts.pool(a).capacity = 1_000;
    send();
    parts.pool(a).last.respond(200);
    deepStrictEqual(
      group.status().members.map(({ capacity }) => capacity),
      [1_000, 256],
    );
  });
});
