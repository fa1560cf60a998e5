/** An upstream that refused a request before it was whole, and stalled in saying why, was waited for without end. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { data, headers, settings, settingsAck } from "../../../test/support/http2-frames.ts";
import { PoolWorld, settled } from "../../../test/support/pool-world.ts";
import { FedContent } from "../../message/index.ts";
import { createPool } from "./index.ts";

const refusal = headers(1, [[":status", "413"]], 0x4);
const rows = [
  ["HTTP/1.1", "never", "HTTP/1.1 413 Content Too Large\r\nContent-Length: 100\r\n\r\nabc"],
  [
    "HTTP/2",
    "prior-knowledge",
    Buffer.concat([settings(), settingsAck, refusal, data(1, "abc")]).toString("latin1"),
  ],
] as const;

describe("a refusal that stalls while the request is not whole", () => {
  for (const [version, http2, answer] of rows) {
    it(`is given up after the time for progress (${version})`, async () => {
      const world = new PoolWorld(createPool, { http2 });
      const content = new FedContent(1_000, {
        begun: () => undefined,
        consumed: () => undefined,
        discarded: () => undefined,
        threw: () => undefined,
      });
      content.push(Buffer.alloc(10));
      const { told, connection } = await world.asked({ method: "POST", content });
      connection.say(answer);
      await settled();
      const seen = told.read();
      await world.pass(5_250);
      const why = "memory sent nothing for 5 s in the middle of its response (RFC 9110 §15.6.5)";
      deepStrictEqual([seen, told.log], ["abc|pending", ["responded 413", `finished: ${why}`]]);
    });
  }
});
