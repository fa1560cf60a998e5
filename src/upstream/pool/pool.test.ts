import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PoolWorld, settled, type Told, text, type WorldOptions } from "../../../test/support/pool-world.ts";
import type { Endpoint } from "../../message/index.ts";
import { createPool } from "./index.ts";

const play = (options?: WorldOptions): PoolWorld => new PoolWorld(createPool, options);
const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

function outcome({ error }: Told): unknown[] {
  return [error?.type, error?.fault.status, error?.detail, error?.unsent];
}

describe("connections that do not come about", () => {
  it("fail the request that waits longest, each its own", async () => {
    const world = play();
    const first = world.ask();
    const second = world.ask();
    world.connections[1]?.refuse();
    deepStrictEqual(outcome(first), ["connection_refused", 502, "10.0.0.1:80: connection refused", true]);
    deepStrictEqual([second.log, ...world.counts], [[], 1, 0]);
  });

  it("a request made from within `failed` gets a connection of its own", () => {
    const world = play();
    const told = world.ask();
    told.on.failed = () => {
      world.ask();
    };
    world.last.refuse();
    deepStrictEqual([world.connections.length, ...world.counts], [2, 1, 0]);
  });

  it("a name that cannot be looked up is dns_error, or dns_timeout", async () => {
    const late = Object.assign(new Error("app.test: no answer within 5 s"), { kind: "timeout" });
    const rows = [
      [new Error("app.test: not found"), ["dns_error", 502, "app.test: not found", true]],
      [late, ["dns_timeout", 504, "app.test: no answer within 5 s", true]],
    ] as const;
    for (const [error, expected] of rows) {
      const world = play({ where: () => Promise.reject(error) });
      const told = world.ask();
      await settled();
      deepStrictEqual([...outcome(told), ...world.counts], [...expected, 0, 0]);
    }
  });

  it("a name that is still looked up when the request is taken back opens what the next one uses", async () => {
    const world = play({ where: () => Promise.resolve({ type: "unix", path: "/x" }) });
    world.ask().cancel();
    const next = world.ask();
    await settled();
    strictEqual(world.connections.length, 1);
    world.last.open();
    world.last.say(ok);
    await settled();
    deepStrictEqual(next.log, ["responded 200", "finished"]);
  });
});

describe("one connection for each request, with a PROXY header", () => {
  const client: Endpoint = { address: "192.0.2.1", port: 5_000, family: "ipv4" };
  const local: Endpoint = { address: "192.0.2.2", port: 80, family: "ipv4" };

  it("tells the client, and closes after one answer", async () => {
    const world = play({ proxyProtocol: 1 });
    const { told, connection } = await world.asked();
    deepStrictEqual(Buffer.from(connection.options.first ?? []).toString(), "PROXY UNKNOWN\r\n");
    strictEqual(connection.heard(), "GET / HTTP/1.1\r\nHost: a.test\r\nConnection: close\r\n\r\n");
    connection.say(ok);
    await settled();
    deepStrictEqual(
      [told.log, connection.state, ...world.counts],
      [["responded 200", "finished"], "ended", 0, 0],
    );
  });

  it("each connection carries the request it was opened for", async () => {
    const world = play({ proxyProtocol: 1 });
    const told = world.ask({ target: "/1" });
    Object.assign(told.options, { client, local });
    world.ask({ target: "/2" });
    world.connections[1]?.open();
    await settled();
    strictEqual(world.connections[1]?.heard().slice(0, 6), "GET /2");
  });

  it("a request taken back takes its connection with it", () => {
    const world = play({ proxyProtocol: 2 });
    world.ask().cancel();
    deepStrictEqual([world.last.state, ...world.counts], ["cancelled", 0, 0]);
  });
});

describe("ALPN (RFC 7301)", () => {
  it("the first connection tells: HTTP/2 is shared by all who waited", async () => {
    const world = play({ http2: "alpn" });
    for (let i = 0; i < 3; i += 1) {
      world.ask();
    }
    strictEqual(world.connections.length, 1);
    world.last.open("h2");
    await settled();
    strictEqual(world.last.heard().startsWith("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), true);
    deepStrictEqual([...world.counts, world.pool.capacity > 1_000], [1, 0, true]);
  });

  it("the first connection tells: HTTP/1.1 is for one, the others get their own", async () => {
    const world = play({ http2: "alpn" });
    for (let i = 0; i < 3; i += 1) {
      world.ask();
    }
    world.last.open("http/1.1");
    await settled();
    deepStrictEqual([world.connections.length, world.connections[0]?.heard().slice(0, 5)], [3, "GET /"]);
  });

  it("who offers Upgrade is not kept waiting for it, and gets HTTP/1.1", async () => {
    const world = play({ http2: "alpn" });
    world.ask();
    world.ask({ upgrade: "websocket" });
    strictEqual(world.connections.length, 2);
    world.last.open("http/1.1");
    await settled();
    strictEqual(world.last.heard().includes("Upgrade: websocket"), true);
  });

  it("all who waited fail with the connection they waited for", () => {
    const world = play({ http2: "alpn" });
    const told = [world.ask(), world.ask()];
    world.last.refuse();
    deepStrictEqual(
      told.map(({ log }) => log),
      [["failed connection_refused"], ["failed connection_refused"]],
    );
  });
});

describe("whatever happens", () => {
  type Step = readonly [
    what: "ask" | "post" | "open" | "refuse" | "say" | "end" | "reset" | "cancel" | "read" | "pass",
    which: number,
  ];
  const step: fc.Arbitrary<Step> = fc.tuple(
    fc.constantFrom(
      "ask",
      "ask",
      "post",
      "open",
      "open",
      "refuse",
      "say",
      "say",
      "end",
      "reset",
      "cancel",
      "read",
      "pass",
    ),
    fc.nat(9),
  );
  const saying = [
    ok,
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n",
    "0\r\n\r\n",
    "cde",
    "HTTP/1.1 103 Early Hints\r\n\r\n",
    "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 2",
    "00 OK\r\n\r\n",
    "nonsense\r\n",
  ];

  async function run(steps: readonly Step[], connections: number): Promise<void> {
    const world = play({ connections });
    const told: Told[] = [];
    const cancelled = new Set<Told>();
    for (const [what, which] of steps) {
      const connection = world.connections[which % Math.max(1, world.connections.length)];
      const attempt = told[which % Math.max(1, told.length)];
      switch (what) {
        case "ask":
          told.push(world.ask());
          break;
        case "post":
          told.push(world.ask({ method: "POST", content: text("x".repeat(100_000)) }));
          break;
        case "open":
        case "refuse":
          if (connection?.state === "opening") {
            connection[what]();
          }
          break;
        case "say":
          connection?.say(saying[which] as string);
          break;
        case "end":
          connection?.finish();
          break;
        case "reset":
          connection?.close("reset");
          break;
        case "cancel":
          if (attempt !== undefined) {
            cancelled.add(attempt);
            attempt.cancel();
          }
          break;
        case "read":
          attempt?.read();
          break;
        case "pass":
          await world.pass(which * 250);
          break;
      }
      if (which % 3 === 0) {
        await settled();
      }
      strictEqual(world.pool.open <= connections, true);
    }
    await settle(world, told);
    deepStrictEqual(world.counts, [0, 0]);
    for (const attempt of told) {
      judge(attempt, cancelled.has(attempt));
    }
  }

  /** Every connection fails or breaks, and what was responded is read. */
  async function settle(world: PoolWorld, told: readonly Told[]): Promise<void> {
    for (let round = 0; round < 100 && world.pool.open > 0; round += 1) {
      for (const connection of world.connections) {
        if (connection.state === "opening") {
          connection.refuse();
        } else {
          connection.close("reset");
        }
      }
      for (const attempt of told) {
        attempt.read();
      }
      await settled();
    }
  }

  /** Each attempt is settled exactly once, in order; one taken back may be told nothing. */
  function judge({ log }: Told, cancelled: boolean): void {
    const ends = log.filter((line) => !line.startsWith("informed")).map((line) => line.split(/[ :]/)[0]);
    const legal = [["failed"], ["responded", "finished"], ...(cancelled ? [[]] : [])];
    deepStrictEqual(legal.some((each) => each.join() === ends.join()) || ends, true);
  }

  it("no connection stays counted, no attempt unsettled", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 4 }), run),
      { numRuns: 300 },
    );
  });
});
