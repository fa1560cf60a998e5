import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type FakeHouse,
  fakeParts,
  outbound,
  outcome,
  sendOptions,
  turn,
} from "../../../test/support/upstream-fakes.ts";
import type { UpstreamGroup } from "./group.ts";
import { UpstreamHouse } from "./house.ts";
import type { UpstreamEntry, UpstreamOptions } from "./options.ts";

function groupOf(
  entry: string | UpstreamEntry,
  options: Partial<UpstreamOptions> = {},
  prepare: (parts: FakeHouse) => void = () => {},
): { parts: FakeHouse; group: UpstreamGroup } {
  const parts = fakeParts();
  prepare(parts);
  return { parts, group: new UpstreamHouse(parts).group({ upstreams: [entry], name: "app", ...options }) };
}

function states(group: UpstreamGroup): string[] {
  return group.status().members.map(({ id, state, reason }) => `${id} ${state}${reason && `: ${reason}`}`);
}

const app = { url: "http://app:3000", each: true };

describe("a name that is one upstream", () => {
  const named = (parts: FakeHouse): void => void parts.resolver.names.set("app", ["10.0.0.1", "::1"]);

  it("is resolved at first need, and connected to at any of its addresses", async () => {
    const { parts, group } = groupOf("http://app:3000", {}, named);
    deepStrictEqual([parts.resolver.asked, group.ids], [[], ["http://app:3000"]]);
    group.send(outbound(), sendOptions);
    deepStrictEqual(await parts.pool("http://app:3000").place.where(), {
      type: "tcp",
      port: 3000,
      addresses: [
        { address: "10.0.0.1", family: 4 },
        { address: "::1", family: 6 },
      ],
    });
    deepStrictEqual(parts.resolver.asked, ["app"]);
  });

  it("is resolved again when its time is over", async () => {
    const { parts, group } = groupOf("http://app:3000", {}, named);
    group.begin();
    await parts.time.pass(9_999);
    strictEqual(parts.resolver.asked.length, 1);
    parts.resolver.names.set("app", ["10.0.0.9"]);
    await parts.time.pass(1);
    deepStrictEqual(parts.pool("http://app:3000").place.where(), {
      type: "tcp",
      port: 3000,
      addresses: [{ address: "10.0.0.9", family: 4 }],
    });
  });

  it("is down while it does not resolve, and asked for again after 1, 2, 4 seconds", async () => {
    const { parts, group } = groupOf("http://app:3000");
    group.begin();
    await parts.time.pass(0);
    deepStrictEqual(states(group), ["http://app:3000 down: app: there is no such name"]);
    const dispatch = group.send(outbound(), sendOptions);
    strictEqual(
      await outcome(dispatch.answered),
      "503 destination_unavailable: no upstream of app takes requests",
    );
    const counts: number[] = [];
    for (let second = 1; second <= 7; second += 1) {
      await parts.time.pass(1_000);
      counts.push(parts.resolver.asked.length);
    }
    deepStrictEqual(counts, [2, 2, 3, 3, 3, 3, 4]);
    parts.resolver.names.set("app", ["10.0.0.1"]);
    await parts.time.pass(8_000);
    deepStrictEqual(states(group), ["http://app:3000 up: its name resolves again"]);
    deepStrictEqual(parts.lines, [
      "upstream app: http://app:3000 is down: app: there is no such name",
      "upstream app: http://app:3000 is up: its name resolves again",
    ]);
  });
});

describe("a name whose addresses are upstreams", () => {
  it("keeps requests waiting until it is resolved", async () => {
    const { parts, group } = groupOf(app, {}, ({ resolver }) => resolver.names.set("app", ["10.0.0.1"]));
    const dispatch = group.send(outbound(), sendOptions);
    strictEqual(group.status().waiting, 1);
    await turn();
    parts.pool("http://10.0.0.1:3000").last.respond(200);
    strictEqual(await outcome(dispatch.answered), "200 from http://10.0.0.1:3000");
    strictEqual(parts.pool("http://10.0.0.1:3000").place.authority, "app:3000");
  });

  it("refuses them when it does not resolve", async () => {
    const { group } = groupOf(app);
    const dispatch = group.send(outbound(), sendOptions);
    strictEqual(
      await outcome(dispatch.answered),
      "503 destination_unavailable: no upstream of app takes requests",
    );
    deepStrictEqual(group.status().unresolved, [
      { name: "http://app:3000", detail: "app: there is no such name" },
    ]);
  });

  it("gets and loses members with its addresses; who stays keeps its connections", async () => {
    const { parts, group } = groupOf(app, {}, ({ resolver }) =>
      resolver.names.set("app", ["10.0.0.1", "10.0.0.2"]),
    );
    group.begin();
    await parts.time.pass(0);
    group.send(outbound(), sendOptions);
    group.send(outbound(), sendOptions);
    const kept = parts.pool("http://10.0.0.2:3000");
    parts.resolver.names.set("app", ["10.0.0.2", "10.0.0.3"]);
    await parts.time.pass(10_000);
    deepStrictEqual(group.ids, ["http://10.0.0.2:3000", "http://10.0.0.3:3000"]);
    deepStrictEqual(parts.lines, [
      "upstream app: http://10.0.0.1:3000 is gone: its name does not stand for it any more",
      "upstream app: http://10.0.0.3:3000 is new: its name stands for it now",
    ]);
    deepStrictEqual([kept.closed, parts.pool("http://10.0.0.2:3000") === kept], [false, true]);
    const gone = parts.pool("http://10.0.0.1:3000");
    strictEqual(gone.closed, true);
    gone.last.respond(200);
    deepStrictEqual(
      group.status().members.map(({ active }) => active),
      [1, 0],
    );
  });

  it("keeps them when no server can tell", async () => {
    const { parts, group } = groupOf(app, {}, ({ resolver }) => resolver.names.set("app", ["10.0.0.1"]));
    group.begin();
    await parts.time.pass(0);
    parts.resolver.names.clear();
    parts.resolver.failure = "timeout";
    await parts.time.pass(60_000);
    deepStrictEqual(group.ids, ["http://10.0.0.1:3000"]);
    parts.resolver.failure = "not-found";
    await parts.time.pass(30_000);
    deepStrictEqual(group.ids, []);
    parts.resolver.names.set("app", ["10.0.0.1"]);
    await parts.time.pass(30_000);
    deepStrictEqual(parts.lines, [
      "upstream app: http://10.0.0.1:3000 is gone: its name does not stand for it any more",
      "upstream app: http://app:3000 stands for nobody: app: there is no such name",
      "upstream app: http://app:3000 resolves again",
    ]);
  });
});

describe("a name of service records (RFC 2782)", () => {
  const entry = { url: "http://_http._tcp.app", srv: true };

  it("makes each target an upstream, the lower priority before the higher", async () => {
    const { parts, group } = groupOf(entry, {}, ({ resolver }) => {
      resolver.services.set("_http._tcp.app", [
        ["b.app", 3001, 20],
        ["A.app.", 3000, 10],
      ]);
      resolver.names.set("a.app", ["10.0.0.1"]);
    });
    group.begin();
    await parts.time.pass(0);
    deepStrictEqual(
      group.status().members.map(({ id, tier, state }) => [id, tier, state]),
      [
        ["http://b.app:3001", 1, "down"],
        ["http://a.app:3000", 0, "up"],
      ],
    );
    deepStrictEqual(await parts.pool("http://a.app:3000").place.where(), {
      type: "tcp",
      port: 3000,
      addresses: [{ address: "10.0.0.1", family: 4 }],
    });
    parts.resolver.services.set("_http._tcp.app", [["a.app", 3000]]);
    await parts.time.pass(10_000);
    deepStrictEqual(group.ids, ["http://a.app:3000"]);
  });
});

describe("closing a group", () => {
  it("closes pools, stops asking for names and refuses who waits", async () => {
    const { parts, group } = groupOf("http://app:3000", { connections: { most: 1 } }, ({ resolver }) =>
      resolver.names.set("app", ["10.0.0.1"]),
    );
    group.send(outbound(), sendOptions);
    const waits = group.send(outbound(), sendOptions);
    await parts.time.pass(0);
    group.close();
    await outcome(waits.answered);
    await parts.time.pass(60_000);
    deepStrictEqual([parts.resolver.asked.length, parts.pool("http://app:3000").closed], [1, true]);
  });
});
