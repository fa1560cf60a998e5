/** A page in place of an upstream's answer threw, and the upstream's connection was held for good: soon none was left. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { handle, proxy } from "../../src/index.ts";
import { answering, hostileUpstream } from "../support/hostile-upstream.ts";
import { requestText, serve } from "../support/running.ts";

describe("an intercepting handler that throws", () => {
  it("costs its own request only", async () => {
    const large = 1_000_000;
    const answer = `HTTP/1.1 404 Not Found\r\nContent-Length: ${large}\r\n\r\n${"x".repeat(large)}`;
    await using upstream = await hostileUpstream(answering(answer));
    const broken = handle(() => {
      throw new Error("no page");
    });
    await using running = await serve({
      "/*": proxy({
        upstreams: [upstream.url],
        connections: { most: 1 },
        timeouts: { queue: "1s" },
        intercept: [{ status: 404, handler: broken }],
      }),
    });
    const client = await running.client();
    const statuses: number[] = [];
    for (let asked = 0; asked < 3; asked += 1) {
      client.send(requestText("GET /"));
      statuses.push((await client.response()).status);
    }
    deepStrictEqual(statuses, [500, 500, 500]);
  });
});
