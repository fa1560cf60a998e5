import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type FakeHouse,
  fakeParts,
  outbound,
  outcome,
  sendOptions,
} from "../../../test/support/upstream-fakes.ts";
import type { Dispatch } from "../contract.ts";
import type { UpstreamGroup } from "./group.ts";
import { UpstreamHouse } from "./house.ts";
import type { ConnectionOptions } from "./options.ts";

const a = "http://10.0.0.1:3000";
const b = "http://10.0.0.2:3000";

function busy(connections: ConnectionOptions = {}): {
  parts: FakeHouse;
  group: UpstreamGroup;
  send: () => Dispatch;
} {
  const parts = fakeParts();
  const group = new UpstreamHouse(parts).group({
    upstreams: [a, b],
    name: "app",
    connections: { most: 1, ...connections },
    timeouts: { queue: "3s" },
  });
  const send = (): Dispatch => group.send(outbound(), sendOptions);
  send();
  send();
  return { parts, group, send };
}

describe("the line of those who wait while every upstream is busy", () => {
  it("moves in order when a member is free", async () => {
    const { parts, group, send } = busy();
    const [first, second] = [send(), send()];
    strictEqual(group.status().waiting, 2);
    parts.pool(b).last.respond(200);
    parts.pool(b).last.respond(201);
    parts.pool(b).last.respond(202);
    deepStrictEqual(await Promise.all([outcome(first.answered), outcome(second.answered)]), [
      `201 from ${b}`,
      `202 from ${b}`,
    ]);
    strictEqual(group.status().waiting, 0);
  });

  it("lets nobody past who comes later", () => {
    const { parts, group, send } = busy();
    send();
    group.send(outbound("PUT"), sendOptions);
    parts.pool(a).last.respond(200);
    strictEqual(parts.pool(a).last.attempt.outbound.method, "GET");
    strictEqual(group.status().waiting, 1);
  });

  it("is left by who is taken back", () => {
    const { parts, group, send } = busy();
    const [first] = [send(), group.send(outbound("PUT"), sendOptions)];
    first?.cancel(new Error("the client left"));
    parts.pool(a).last.respond(200);
    strictEqual(parts.pool(a).last.attempt.outbound.method, "PUT");
  });

  it("is full, which is told apart from waiting too long", async () => {
    const { parts, send } = busy({ queue: 1 });
    const [waits, full] = [send(), send()];
    strictEqual(
      await outcome(full.answered),
      "503 connection_limit_reached: every upstream of app is busy, and 1 requests wait already",
    );
    await parts.time.pass(3_250);
    strictEqual(
      await outcome(waits.answered),
      "503 connection_limit_reached: every upstream of app was busy for 3 s",
    );
  });

  it("is none where nobody may wait", async () => {
    const { send } = busy({ queue: 0 });
    strictEqual(
      await outcome(send().answered),
      "503 connection_limit_reached: every upstream of app is busy",
    );
  });

  it("is moved by a higher weight or a member that is back", () => {
    const { parts, group, send } = busy();
    group.eject(a, undefined);
    parts.pool(a).last.respond(200);
    send();
    strictEqual(group.status().waiting, 1);
    group.restore(a);
    strictEqual(group.status().waiting, 0);
  });

  it("is dissolved when nobody is left to wait for", async () => {
    const { group, send } = busy();
    const waits = send();
    group.drain(a);
    group.drain(b);
    strictEqual(
      await outcome(waits.answered),
      "503 destination_unavailable: no upstream of app takes requests",
    );
  });

  it("goes on when the first in it fails at once", async () => {
    const { parts, send } = busy();
    const waiting = [send(), send(), send()];
    parts.pool(a).script = (carried) => carried.fail("http_protocol_error");
    parts.pool(b).script = (carried) => carried.respond(200);
    parts.pool(a).carried[0]?.respond(200);
    parts.pool(b).carried[0]?.respond(200);
    deepStrictEqual(await Promise.all(waiting.map(({ answered }) => outcome(answered))), [
      `200 from ${b}`,
      `200 from ${b}`,
      `200 from ${b}`,
    ]);
  });

  it("does not hold up a retry, which had its turn", () => {
    const { parts, group, send } = busy();
    send();
    parts.pool(b).script = (carried) => carried.attempt.outbound.method;
    parts.pool(a).last.fail("connection_terminated", { reused: true });
    strictEqual(group.status().waiting, 1);
    strictEqual(parts.pool(a).carried.length, 2);
  });
});
