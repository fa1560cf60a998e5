/** Behind an upstream of HTTP/2, tunnels could take every connection, and whoever came then waited without end. */
import { deepStrictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { PoolWorld, settled } from "../../../test/support/pool-world.ts";
import { createPool } from "./index.ts";

describe("tunnels and HTTP/2 to the same upstream", () => {
  it("one connection is left for all other requests, and a tunnel too many fails in time", async () => {
    const world = new PoolWorld(createPool, { http2: "alpn", connections: 2 });
    world.ask({ upgrade: "websocket" });
    world.last.open("http/1.1");
    const second = world.ask({ upgrade: "websocket" });
    const plain = world.connections.length;
    world.ask();
    world.last.open("h2");
    await settled();
    await world.pass(1_250);
    deepStrictEqual(
      [plain, world.connections.length, second.log, second.error?.fault.status, second.error?.by],
      [1, 2, ["failed connection_limit_reached"], 503, "sluice"],
    );
  });
});
