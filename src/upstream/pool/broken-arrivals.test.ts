/** Of several requests that one arrival decided on an HTTP/2 connection that then ended, some were never told. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  data,
  endStream,
  frame,
  headers,
  settings,
  settingsAck,
} from "../../../test/support/http2-frames.ts";
import { PoolWorld, settled } from "../../../test/support/pool-world.ts";
import { createPool } from "./index.ts";

describe("one arrival that answers a request and breaks the connection", () => {
  it("every request is told what became of it", async () => {
    const world = new PoolWorld(createPool, { http2: "prior-knowledge" });
    const first = world.ask();
    world.last.open();
    const others = [world.ask(), world.ask()];
    await settled();
    const answer = [headers(1, [[":status", "200"]], 0x4), data(1, "hello", endStream)];
    const broken = frame(6, 0, 1, "not of a stream");
    world.last.say(Buffer.concat([settings(), settingsAck, ...answer, broken]).toString("latin1"));
    await settled();
    deepStrictEqual(
      [first.log, first.read(), others.map(({ log }) => log), world.counts],
      [
        ["responded 200", "finished"],
        "hello|end",
        [["failed http_protocol_error"], ["failed http_protocol_error"]],
        [0, 0],
      ],
    );
  });
});
