/** An HTTP/2 connection whose path had died was used for each next request too, until the system gave it up. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import {
  endHeaders,
  endStream,
  headers,
  ping,
  settings,
  settingsAck,
} from "../../../test/support/http2-frames.ts";
import { PoolWorld, settled } from "../../../test/support/pool-world.ts";
import { createPool } from "./index.ts";

describe("after a request that timed out over HTTP/2", () => {
  const rows = [
    ["the next goes over another connection, where nothing at all came meanwhile", false, 2],
    ["the next goes over the same, where the upstream was heard of meanwhile", true, 1],
  ] as const;
  for (const [rule, heard, connections] of rows) {
    it(rule, async () => {
      const world = new PoolWorld(createPool, { http2: "prior-knowledge" });
      const { connection } = await world.asked();
      const greeting = [settings(), settingsAck, headers(1, [[":status", "200"]], endStream | endHeaders)];
      connection.say(Buffer.concat(greeting).toString("latin1"));
      await settled();
      const late = world.ask();
      await world.pass(8_000);
      if (heard) {
        connection.say(ping().toString("latin1"));
      }
      await world.pass(2_500);
      world.ask();
      deepStrictEqual([late.log, world.connections.length], [["failed http_response_timeout"], connections]);
    });
  }
});
