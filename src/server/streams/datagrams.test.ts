import { deepStrictEqual } from "node:assert/strict";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { describe, it } from "node:test";
import { Deadlines, systemClock } from "../../transport/index.ts";
import type { Held } from "../../upstream/index.ts";
import { Datagrams } from "./datagrams.ts";

interface Passing extends AsyncDisposable {
  readonly datagrams: Datagrams;
  readonly told: string[];
  /** What each hold of the member ended with: its fault, or none. */
  readonly ends: (string | undefined)[];
  /** Settles with the next end. */
  ended(): Promise<void>;
}

/** Datagrams for one upstream at this port. */
async function passing(port: number): Promise<Passing> {
  const told: string[] = [];
  const ends: (string | undefined)[] = [];
  let tell: (() => void) | undefined;
  const held: Held = {
    member: { id: "one" } as Held["member"],
    to: { type: "tcp", addresses: [{ address: "127.0.0.1", family: 4 }], port },
    finished: (error) => {
      ends.push(error?.message);
      tell?.();
    },
  };
  const datagrams = new Datagrams({
    clock: systemClock,
    deadlines: new Deadlines(systemClock),
    outlet: {
      name: "app",
      open: () => {
        throw new Error("datagrams have no connection");
      },
      hold: () => ({ opened: Promise.resolve(held), cancel: () => undefined }),
    },
    idle: 60_000,
    most: 10,
    replies: undefined,
    tell: (line) => told.push(line),
    emptied: () => undefined,
  });
  await datagrams.open("127.0.0.1", 0);
  return {
    datagrams,
    told,
    ends,
    ended: () => new Promise((resolve) => (tell = resolve)),
    [Symbol.asyncDispose]: async () => {
      datagrams.shutdown();
      datagrams.cut();
    },
  };
}

describe("datagrams", () => {
  it("that nobody can be answered to are dropped (RFC 768)", async () => {
    await using one = await passing(9);
    one.datagrams.received(Buffer.from("a"), { address: "127.0.0.1", port: 0 });
    deepStrictEqual([one.datagrams.active, one.datagrams.total, one.told], [0, 0, []]);
  });

  it("too long for the upstream are lost without harm to it or to those that follow", async () => {
    const upstream = createSocket("udp4");
    upstream.bind(0, "127.0.0.1");
    await once(upstream, "listening");
    await using one = await passing(upstream.address().port);
    const heard = once(upstream, "message");
    one.datagrams.received(Buffer.alloc(65_520), { address: "127.0.0.1", port: 1 });
    one.datagrams.received(Buffer.from("b"), { address: "127.0.0.1", port: 1 });
    const [bytes] = (await heard) as [Buffer];
    deepStrictEqual(
      [bytes.toString(), one.datagrams.active, one.ends, one.told],
      ["b", 1, [], ["a datagram of 127.0.0.1 was lost: it is longer than can be sent to the upstream"]],
    );
    upstream.close();
  });

  // biome-ignore format: a table is read by columns
  const rows = [
    ["an upstream without a listener is to blame", 1, ["recvmsg ECONNREFUSED"]],
    ["port 0, which only names can tell, is nobody's fault", 0, [undefined]],
  ] as const;
  for (const [rule, port, ends] of rows) {
    it(rule, async () => {
      await using one = await passing(port);
      const ended = one.ended();
      one.datagrams.received(Buffer.from("a"), { address: "127.0.0.1", port: 1 });
      await ended;
      deepStrictEqual([one.ends, one.datagrams.active, one.told.length], [ends, 0, 1]);
    });
  }
});
