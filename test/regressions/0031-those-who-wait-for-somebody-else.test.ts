/** A request that waited for a busy upstream, since another had failed it, held up all that came after it. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { UpstreamHouse } from "../../src/upstream/index.ts";
import { fakeParts, outbound, outcome, sendOptions } from "../support/upstream-fakes.ts";

const a = "http://10.0.0.1:3000";
const b = "http://10.0.0.2:3000";

describe("a request that waits for somebody else than who failed it", () => {
  it("holds up nobody, and goes first where it wants to go", async () => {
    const parts = fakeParts();
    const group = new UpstreamHouse(parts).group({
      upstreams: [a, b],
      name: "app",
      connections: { most: 1 },
      ejection: false,
    });
    const active = (): number[] => group.status().members.map((member) => member.active);
    const waits = group.send(outbound(), sendOptions);
    group.send(outbound(), sendOptions);
    parts.pool(a).last.fail("connection_refused", { unsent: true });
    const alone = { waiting: group.status().waiting, active: active() };
    group.send(outbound("PUT"), sendOptions);
    const passed = { waiting: group.status().waiting, active: active() };
    group.send(outbound("PUT"), sendOptions);
    parts.pool(b).last.respond(200);
    parts.pool(b).last.respond(201);
    deepStrictEqual(
      {
        alone,
        passed,
        answer: await outcome(waits.answered),
        next: parts.pool(b).last.attempt.outbound.method,
      },
      {
        alone: { waiting: 1, active: [0, 1] },
        passed: { waiting: 1, active: [1, 1] },
        answer: `201 from ${b}`,
        next: "PUT",
      },
    );
  });
});
