import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type FakeHouse,
  fakeParts,
  outbound,
  outcome,
  sendOptions,
} from "../../../test/support/upstream-fakes.ts";
import { bytesContent } from "../../message/index.ts";
import type { UpstreamGroup } from "./group.ts";
import { UpstreamHouse } from "./house.ts";

const a = "http://10.0.0.1:3000";
const b = "http://10.0.0.2:3000";

function hedged(
  upstreams: readonly string[] = [a, b],
  share = 1,
): { parts: FakeHouse; group: UpstreamGroup } {
  const parts = fakeParts();
  return {
    parts,
    group: new UpstreamHouse(parts).group({ upstreams, hedge: { after: "200ms", share } }),
  };
}

function active(group: UpstreamGroup): number[] {
  return group.status().members.map((member) => member.active);
}

describe("hedging", () => {
  it("asks another after a while; the first head wins and the other is taken back", async () => {
    const { parts, group } = hedged();
    const dispatch = group.send(outbound(), sendOptions);
    await parts.time.pass(199);
    strictEqual(parts.pools.get(b)?.carried.length, 0);
    await parts.time.pass(1);
    parts.pool(b).last.respond(200);
    strictEqual(await outcome(dispatch.answered), `200 from ${b}`);
    strictEqual(parts.pool(a).last.cancelled?.message, "another upstream answered first");
    deepStrictEqual([dispatch.attempts, active(group)], [2, [0, 0]]);
  });

  it("leaves the second when the first answers after all", async () => {
    const { parts, group } = hedged();
    const dispatch = group.send(outbound(), sendOptions);
    await parts.time.pass(200);
    parts.pool(a).last.respond(200);
    strictEqual(await outcome(dispatch.answered), `200 from ${a}`);
    strictEqual(parts.pool(b).last.cancelled?.message, "another upstream answered first");
    deepStrictEqual(active(group), [0, 0]);
  });

  for (const [first, second] of [
    [a, b],
    [b, a],
  ] as const) {
    it(`waits for ${second} when ${first} fails, and fails when both do`, async () => {
      const { parts, group } = hedged();
      const [good, bad] = [group.send(outbound(), sendOptions), group.send(outbound(), sendOptions)];
      await parts.time.pass(200);
      const [goodAtA, badAtA] = parts.pool(a).carried;
      const [badAtB, goodAtB] = parts.pool(b).carried;
      strictEqual(parts.pool(a).carried.length + parts.pool(b).carried.length, 4);
      const tries = first === a ? [goodAtA, goodAtB] : [goodAtB, goodAtA];
      tries[0]?.fail("connection_terminated");
      tries[1]?.respond(200);
      strictEqual(await outcome(good.answered), `200 from ${second}`);
      badAtA?.fail("connection_terminated");
      badAtB?.fail("connection_terminated");
      strictEqual(await outcome(bad.answered), "502 connection_terminated: connection_terminated");
      deepStrictEqual(active(group), [0, 0]);
    });
  }

  const rows = [
    ["a request that is not idempotent", "POST", {}],
    ["a request with content", "PUT", { content: bytesContent(Buffer.from("a")) }],
    ["a request for another protocol", "GET", { upgrade: "websocket" }],
  ] as const;
  for (const [what, method, change] of rows) {
    it(`does not happen to ${what}`, async () => {
      const { parts, group } = hedged();
      group.send(outbound(method, change), sendOptions);
      await parts.time.pass(1_000);
      strictEqual(parts.pool(b).carried.length, 0);
    });
  }

  it("needs another upstream", async () => {
    const { parts, group } = hedged([a]);
    group.send(outbound(), sendOptions);
    await parts.time.pass(1_000);
    strictEqual(parts.pool(a).carried.length, 1);
  });

  it("is no more than its share of the requests", async () => {
    const { parts, group } = hedged([a, b], 0.5);
    for (let i = 0; i < 100; i += 1) {
      group.send(outbound(), sendOptions);
    }
    await parts.time.pass(1_000);
    const made = parts.pool(a).carried.length + parts.pool(b).carried.length;
    // Half of them, less what fades within a second.
    strictEqual(made > 140 && made <= 150, true, `${made} attempts`);
  });

  it("takes both back when the client leaves", async () => {
    const { parts, group } = hedged();
    const dispatch = group.send(outbound(), sendOptions);
    await parts.time.pass(200);
    dispatch.cancel(new Error("the client left"));
    await outcome(dispatch.answered);
    deepStrictEqual(
      [a, b].map((id) => parts.pool(id).last.cancelled?.message),
      ["the client left", "the client left"],
    );
    deepStrictEqual(active(group), [0, 0]);
  });
});
