import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  type Carried,
  type FakeHouse,
  fakeParts,
  outbound,
  outcome,
  sendOptions,
  turn,
} from "../../../test/support/upstream-fakes.ts";
import { bytesContent, chunkedContent, MisuseError } from "../../message/index.ts";
import { type Outbound, UpstreamError } from "../contract.ts";
import type { UpstreamGroup } from "./group.ts";
import { UpstreamHouse } from "./house.ts";
import type { UpstreamOptions } from "./options.ts";

const a = "http://10.0.0.1:3000";
const b = "http://10.0.0.2:3000";
const c = "http://10.0.0.3:3000";

function groupOf(options: Partial<UpstreamOptions> = {}): { parts: FakeHouse; group: UpstreamGroup } {
  const parts = fakeParts();
  return { parts, group: new UpstreamHouse(parts).group({ upstreams: [a, b], name: "app", ...options }) };
}

/** Requests under way at each member. */
function active(group: UpstreamGroup): number[] {
  return group.status().members.map((member) => member.active);
}

describe("an attempt that fails (RFC 9110 §9.2.2)", () => {
  type Way = Parameters<Carried["fail"]>;
  const refused: Way = ["connection_refused", { unsent: true }];
  const reset: Way = ["connection_terminated", {}];
  const stale: Way = ["connection_terminated", { reused: true }];
  const goneAway: Way = ["connection_terminated", { unsent: true, unprocessed: true }];
  const once = (): Outbound["content"] => chunkedContent([Buffer.from("a")]);
  const kept: Partial<Outbound> = { content: once(), again: once };
  const read = true;
  const rows: readonly (readonly [
    rule: string,
    method: string,
    change: Partial<Outbound>,
    consumed: boolean,
    way: Way,
    members: number,
    attempts: number,
  ])[] = [
    // rule                                               method  request                       read   failure   members attempts
    ["nothing sent: another is asked, POST too", "POST", {}, false, refused, 2, 2],
    ["nothing sent, but no other is there", "GET", {}, false, refused, 1, 1],
    ["a reset: idempotent ones go to another", "GET", {}, false, reset, 2, 2],
    ["a reset: not to the same again", "GET", {}, false, reset, 1, 1],
    ["a reset: POST may have been acted on", "POST", {}, false, reset, 2, 1],
    ["a stale connection: the same will do", "GET", {}, false, stale, 1, 2],
    ["a stale connection: POST may have been acted on", "POST", {}, false, stale, 2, 1],
    ["not processed: POST to the same", "POST", {}, false, goneAway, 1, 2],
    ["content was read and is gone", "PUT", { content: once() }, read, reset, 2, 1],
    ["content was read and kept", "PUT", kept, read, reset, 2, 2],
    [
      "content in memory is there still",
      "PUT",
      { content: bytesContent(Buffer.from("a")) },
      read,
      reset,
      2,
      2,
    ],
    ["content that nobody read is there still", "PUT", { content: once() }, false, reset, 2, 2],
    ["an unknown method is not idempotent", "PURGE", {}, false, reset, 2, 1],
  ];
  for (const [rule, method, change, consumed, way, members, attempts] of rows) {
    it(rule, async () => {
      const { parts, group } = groupOf({ upstreams: [a, b].slice(0, members) });
      const dispatch = group.send(outbound(method, change), sendOptions);
      const first = parts.pool(a).last;
      first.attempt.consumed = consumed;
      first.fail(...way);
      if (attempts === 2) {
        parts.pool(members === 2 ? b : a).last.respond(200);
        strictEqual(await outcome(dispatch.answered), `200 from ${members === 2 ? b : a}`);
      } else {
        await rejects(dispatch.answered, UpstreamError);
      }
      strictEqual(dispatch.attempts, attempts);
      deepStrictEqual(active(group), [0, 0].slice(0, members));
    });
  }

  it("gives up after the attempts it may make, and says how each failed", async () => {
    const { parts, group } = groupOf({ upstreams: [a, b, c, "http://10.0.0.4"], retries: { attempts: 2 } });
    const dispatch = group.send(outbound(), sendOptions);
    for (const id of [a, b, c]) {
      parts.pool(id).last.fail("connection_refused", { unsent: true });
    }
    await rejects(dispatch.answered, (error: UpstreamError) => {
      const detail = "connection_refused";
      deepStrictEqual(
        error.reasons,
        [a, b, c].map((member) => ({ member, detail })),
      );
      return true;
    });
    deepStrictEqual(
      group.status().members.map(({ requests, failures, retries }) => [requests, failures, retries]),
      [
        [1, 1, 0],
        [1, 1, 1],
        [1, 1, 1],
        [0, 0, 0],
      ],
    );
  });

  it("says that a request which may have been acted on is not sent again", async () => {
    const { parts, group } = groupOf();
    const dispatch = group.send(outbound("POST"), sendOptions);
    parts.pool(a).last.fail("connection_terminated", { reused: true });
    strictEqual(
      await outcome(dispatch.answered),
      "502 connection_terminated: connection_terminated; POST is not sent again, since the upstream may have acted on it",
    );
  });

  it("retries within the budget only where upstreams have the work twice", async () => {
    const { parts, group } = groupOf({ retries: { budget: 0, attempts: 1 }, ejection: false });
    const tally = { again: 0, not: 0 };
    for (let i = 0; i < 40; i += 1) {
      const dispatch = group.send(outbound(), sendOptions);
      const [first, other] = parts.pool(a).active === 1 ? [a, b] : [b, a];
      parts.pool(first).last.fail("http_response_timeout");
      if (parts.pool(other).active === 1) {
        parts.pool(other).last.respond(200);
        tally.again += 1;
      } else {
        tally.not += 1;
      }
      await dispatch.answered.catch(() => {});
    }
    // Three a second, saved up for ten.
    deepStrictEqual(tally, { again: 30, not: 10 });
    const refused = group.send(outbound(), sendOptions);
    const first = parts.pool(a).active === 1 ? a : b;
    parts.pool(first).last.fail("connection_refused", { unsent: true });
    parts.pool(first === a ? b : a).last.respond(200);
    strictEqual((await refused.answered).attempts, 2);
  });
});

describe("a response whose status counts as a failure", () => {
  const options = { retries: { statuses: [503], attempts: 1 } };

  it("is given up for another upstream's, and its content cancelled", async () => {
    const { parts, group } = groupOf(options);
    const dispatch = group.send(outbound(), sendOptions);
    const cancelled: string[] = [];
    const content = {
      ...chunkedContent([]),
      cancel: ({ message }: Error) => void cancelled.push(message),
    };
    const first = parts.pool(a).last;
    first.respond(503, content);
    parts.pool(b).last.respond(200);
    strictEqual(await outcome(dispatch.answered), `200 from ${b}`);
    deepStrictEqual(cancelled, ["status 503: another upstream is asked"]);
    deepStrictEqual(active(group), [1, 0]);
    first.finish();
    deepStrictEqual(active(group), [0, 0]);
  });

  const rows = [
    ["is passed on where there is no other", [a], "GET", 1],
    ["is passed on to POST", [a, b], "POST", 1],
  ] as const;
  for (const [rule, upstreams, method, attempts] of rows) {
    it(rule, async () => {
      const { parts, group } = groupOf({ ...options, upstreams });
      const dispatch = group.send(outbound(method), sendOptions);
      parts.pool(a).last.respond(503);
      strictEqual(await outcome(dispatch.answered), `503 from ${a}`);
      strictEqual(dispatch.attempts, attempts);
    });
  }

  it("is passed on when the other says the same", async () => {
    const { parts, group } = groupOf(options);
    const dispatch = group.send(outbound(), sendOptions);
    parts.pool(a).last.respond(503);
    parts.pool(b).last.respond(503);
    strictEqual(await outcome(dispatch.answered), `503 from ${b}`);
    deepStrictEqual(active(group), [0, 0]);
  });

  it("is not got back when the other does not answer", async () => {
    const { parts, group } = groupOf(options);
    const dispatch = group.send(outbound(), sendOptions);
    parts.pool(a).last.respond(503);
    parts.pool(b).last.fail("connection_refused", { unsent: true });
    strictEqual(await outcome(dispatch.answered), "502 connection_refused: connection_refused");
  });
});

describe("cancelling a dispatch", () => {
  it("takes an attempt back", async () => {
    const { parts, group } = groupOf();
    const dispatch = group.send(outbound(), sendOptions);
    dispatch.cancel(new Error("the client left"));
    strictEqual(parts.pool(a).last.cancelled?.message, "the client left");
    deepStrictEqual(active(group), [0, 0]);
    strictEqual(await outcome(dispatch.answered), "500 connection_terminated: the client left");
    deepStrictEqual(group.status().members[0]?.failures, 0);
  });

  it("cancels the content of a response that came", async () => {
    const { parts, group } = groupOf();
    const dispatch = group.send(outbound(), sendOptions);
    const cancelled: string[] = [];
    const carried = parts.pool(a).last;
    carried.respond(200, { ...chunkedContent([]), cancel: ({ message }) => void cancelled.push(message) });
    await dispatch.answered;
    dispatch.cancel(new Error("the client left"));
    deepStrictEqual(cancelled, ["the client left"]);
    carried.finish();
    deepStrictEqual(active(group), [0, 0]);
  });

  it("does nothing afterwards, and may be done twice", async () => {
    const { parts, group } = groupOf();
    const dispatch = group.send(outbound(), sendOptions);
    parts.pool(a).last.respond(204);
    await dispatch.answered;
    dispatch.cancel(new Error("late"));
    dispatch.cancel(new Error("later"));
    deepStrictEqual(active(group), [0, 0]);
  });
});

describe("what a dispatch knows", () => {
  it("nothing before the head is there", () => {
    const dispatch = groupOf().group.send(outbound(), sendOptions);
    throws(() => dispatch.response, MisuseError);
    throws(() => dispatch.member, MisuseError);
  });

  it("counts a member as busy until the response is through", async () => {
    const { parts, group } = groupOf();
    const dispatch = group.send(outbound(), sendOptions);
    parts.pool(a).last.respond(200, chunkedContent([]));
    await dispatch.answered;
    deepStrictEqual(active(group), [1, 0]);
    parts.pool(a).last.finish(new Error("it broke off"));
    deepStrictEqual(active(group), [0, 0]);
    const [first] = group.status().members;
    deepStrictEqual([first?.failures, first?.lastFailure], [1, { detail: "it broke off", ago: 0 }]);
  });

  it("passes interim responses on", () => {
    const { parts, group } = groupOf();
    const seen: number[] = [];
    group.send(outbound(), { ...sendOptions, informed: (status) => void seen.push(status) });
    parts.pool(a).last.attempt.informed(103, outbound().fields);
    deepStrictEqual(seen, [103]);
  });

  it("asks the member that a session is pinned to", () => {
    const { parts, group } = groupOf();
    group.send(outbound(), { ...sendOptions, pinned: b });
    strictEqual(parts.pool(b).carried.length, 1);
  });
});

describe("a bound for everything", () => {
  const options = { timeouts: { total: "2s" } } as const;

  it("ends a request that has no answer", async () => {
    const { parts, group } = groupOf(options);
    const dispatch = group.send(outbound(), sendOptions);
    await parts.time.pass(2_500);
    strictEqual(await outcome(dispatch.answered), "504 http_response_timeout: not through within 2 s in all");
    deepStrictEqual(active(group), [0, 0]);
  });

  it("breaks off a response that is not through", async () => {
    const { parts, group } = groupOf(options);
    const dispatch = group.send(outbound(), sendOptions);
    const told: string[] = [];
    const content = {
      ...chunkedContent([]),
      read: () => "pending" as const,
      cancel: () => void told.push("cancelled"),
    };
    parts.pool(a).last.respond(200, content);
    const passed = (await dispatch.answered).response.content;
    if (passed.type === "pulled") {
      passed.onReadable = () => void told.push("woken");
      strictEqual(passed.read(), "pending");
      await parts.time.pass(2_500);
      throws(() => passed.read(), /not through within 2 s in all/);
    }
    deepStrictEqual(told, ["cancelled", "woken"]);
  });

  it("leaves a tunnel alone, and what was through in time", async () => {
    const { parts, group } = groupOf(options);
    const tunnel = group.send(outbound(), sendOptions);
    const plain = group.send(outbound(), sendOptions);
    parts.pool(a).last.respond(101, chunkedContent([Buffer.from("a")]));
    parts.pool(b).last.respond(200);
    await parts.time.pass(2_500);
    const { content } = (await tunnel.answered).response;
    strictEqual(content.type === "pulled" && content.read().toString(), "a");
    strictEqual(await outcome(plain.answered), `200 from ${b}`);
    await turn();
  });
});
