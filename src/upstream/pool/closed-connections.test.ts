/** Connections to upstreams that were closed for being idle were looked at four times a second for ever, and kept. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { endHeaders, endStream, headers, settings, settingsAck } from "../../../test/support/http2-frames.ts";
import { PoolWorld, settled } from "../../../test/support/pool-world.ts";
import { Deadlines, type Timed } from "../../transport/index.ts";
import { createPool } from "./index.ts";

const tick = 250;
const greeting = Buffer.concat([settings(), settingsAck]);
const rows = [
  ["HTTP/1.1", "never", "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
  [
    "HTTP/2",
    "prior-knowledge",
    Buffer.concat([greeting, headers(1, [[":status", "200"]], endStream | endHeaders)]).toString("latin1"),
  ],
] as const;

describe("nothing watches a connection that is gone", () => {
  for (const [version, http2, answer] of rows) {
    it(`one of ${version} that was idle too long`, async () => {
      const world = new PoolWorld(createPool, { http2, keepAlive: 1_000 });
      const { told, connection } = await world.asked();
      connection.say(answer);
      await settled();
      await world.pass(2_000);
      const watched = counting(world.deadlines);
      await world.pass(5_000);
      deepStrictEqual([told.log, world.counts, watched.count], [["responded 200", "finished"], [0, 0], 0]);
    });
  }

  it("one that another's end closes in the same moment", () => {
    let now = 0;
    const deadlines = new Deadlines({ now: () => now, wall: () => 0 });
    const told: string[] = [];
    const second: Timed = { bucket: 0, deadline: tick, expire: () => void told.push("second") };
    const first: Timed = {
      bucket: 0,
      deadline: tick,
      expire: () => {
        told.push("first");
        Object.assign(first, { deadline: undefined });
        deadlines.forget(second);
      },
    };
    deadlines.watch(first);
    deadlines.watch(second);
    for (now = tick; now < 5 * tick; now += tick) {
      deadlines.sweep();
    }
    deepStrictEqual(told, ["first"]);
  });
});

function counting(deadlines: Deadlines): { readonly count: number } {
  const seen = { count: 0 };
  const watch = deadlines.watch.bind(deadlines);
  deadlines.watch = (timed) => {
    seen.count += 1;
    watch(timed);
  };
  return seen;
}
