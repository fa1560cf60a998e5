/** What every channel does, whatever carries it: one table. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as after } from "node:timers/promises";
import type { Channel, Receiver } from "../../src/transport/index.ts";

/** A channel and what it has told. */
export interface Told {
  readonly channel: Channel;
  readonly received: Buffer;
  readonly events: readonly string[];
  /** Called with the borrowed octets, after they were noted. */
  onBytes: (bytes: Uint8Array) => void;
  onFlushed: () => void;
}

export interface Pair extends AsyncDisposable {
  readonly near: Told;
  readonly far: Told;
}

export function listen(channel: Channel): Told {
  const parts: Buffer[] = [];
  const events: string[] = [];
  const note = (event: string): void => {
    events.push(event);
  };
  const told = {
    channel,
    get received() {
      return Buffer.concat(parts);
    },
    events,
    onBytes: (_bytes: Uint8Array): void => undefined,
    onFlushed: (): void => undefined,
  };
  const receiver: Receiver = {
    receive: (bytes) => {
      parts.push(Buffer.from(bytes));
      told.onBytes(bytes);
    },
    end: () => note("end"),
    flushed: () => {
      note("flushed");
      told.onFlushed();
    },
    closed: (error) => note(error === undefined ? "closed" : "closed by an error"),
  };
  channel.attach(receiver);
  return told;
}

export function pairOf(near: Told, far: Told, close: () => Promise<void>): Pair {
  return {
    near,
    far,
    [Symbol.asyncDispose]: async () => {
      near.channel.destroy();
      far.channel.destroy();
      await close();
    },
  };
}

async function until(look: () => boolean, what: string): Promise<void> {
  const end = performance.now() + 10_000;
  while (!look()) {
    ok(performance.now() < end, `waited for ${what}`);
    await after(1);
  }
}

/** Octets that differ wherever they are looked at. */
function pattern(length: number, seed = 0): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) {
    bytes.writeUInt32LE(Math.imul(at + seed, 0x9e3779b1) >>> 0, at);
  }
  return bytes;
}

/**
 * Runs the table.
 *
 * @param open - A connected pair, new for each call; what is tested is each of its ends in turn.
 * @param resets - Whether this kind can tell a reset from an end; Unix sockets cannot.
 */
export function channelSuite(kind: string, open: () => Promise<Pair>, resets = true): void {
  describe(`channel: ${kind}`, () => {
    it("brings octets in the order they were written, both ways", async () => {
      await using pair = await open();
      const { near, far } = pair;
      for (let i = 0; i < 200; i += 1) {
        near.channel.write([Buffer.from(`${i},`), Buffer.from(`${i};`)]);
        far.channel.write([Buffer.from(`${i} `)]);
      }
      const there = Array.from({ length: 200 }, (_, i) => `${i},${i};`).join("");
      const back = Array.from({ length: 200 }, (_, i) => `${i} `).join("");
      await until(
        () => far.received.length === there.length && near.received.length === back.length,
        "all octets",
      );
      deepStrictEqual([far.received.toString(), near.received.toString()], [there, back]);
    });

    it("keeps the order of small and large chunks in one write", async () => {
      await using pair = await open();
      const { near, far } = pair;
      const chunks = [10, 100_000, 1, 70_000, 300, 65_536].map((length, i) => pattern(length, i));
      near.channel.write(chunks);
      const whole = Buffer.concat(chunks);
      await until(() => far.received.length === whole.length, "all octets");
      ok(far.received.equals(whole));
    });

    it("says when not all has left, and tells once when it has", async () => {
      await using pair = await open();
      const { near, far } = pair;
      far.channel.pause();
      const bytes = pattern(32 * 1_048_576);
      strictEqual(near.channel.write([bytes]), false);
      ok(near.channel.waiting > 0);
      await after(20);
      deepStrictEqual(near.events, []);
      far.channel.resume();
      await until(() => near.events.length > 0, "flushed");
      await until(() => far.received.length === bytes.length, "all octets");
      deepStrictEqual([near.events, near.channel.waiting], [["flushed"], 0]);
      ok(far.received.equals(bytes));
    });

    it("says at once that a little has left", async () => {
      await using pair = await open();
      const { near, far } = pair;
      deepStrictEqual([near.channel.write([Buffer.from("a")]), near.channel.write([])], [true, true]);
      await until(() => far.received.length === 1, "the octet");
      deepStrictEqual(near.events, []);
    });

    it("brings nothing while paused, and everything after", async () => {
      await using pair = await open();
      const { near, far } = pair;
      near.channel.write([Buffer.from("one ")]);
      await until(() => far.received.length === 4, "the first");
      far.channel.pause();
      far.channel.pause();
      near.channel.write([Buffer.from("two")]);
      await after(20);
      strictEqual(far.received.toString(), "one ");
      far.channel.resume();
      await until(() => far.received.length === 7, "the second");
      strictEqual(far.received.toString(), "one two");
    });

    it("pauses within a delivery", async () => {
      await using pair = await open();
      const { near, far } = pair;
      let deliveries = 0;
      far.onBytes = () => {
        deliveries += 1;
        far.channel.pause();
      };
      const bytes = pattern(1_048_576);
      near.channel.write([bytes.subarray(0, 400_000), bytes.subarray(400_000)]);
      await until(() => deliveries === 1, "a delivery");
      await after(20);
      strictEqual(deliveries, 1);
      far.onBytes = () => undefined;
      far.channel.resume();
      await until(() => far.received.length === bytes.length, "all octets");
      ok(far.received.equals(bytes));
    });

    it("tells another receiver from the next event on, named within a delivery too", async () => {
      await using pair = await open();
      const { near, far } = pair;
      let later: Told | undefined;
      far.onBytes = () => {
        later ??= listen(far.channel);
      };
      near.channel.write([Buffer.from("one")]);
      await until(() => later !== undefined, "the first octets");
      near.channel.write([Buffer.from("two")]);
      near.channel.end();
      await until(() => later?.events.includes("end") === true, "the end");
      far.channel.end();
      await until(() => later?.events.includes("closed") === true, "closed");
      deepStrictEqual(
        [far.received.toString(), far.events, later?.received.toString(), later?.events],
        ["one", [], "two", ["end", "closed"]],
      );
    });

    it("ends one side; the other goes on until it ends too", async () => {
      await using pair = await open();
      const { near, far } = pair;
      near.channel.write([Buffer.from("last words")]);
      near.channel.end();
      await until(() => far.events.includes("end"), "the end");
      deepStrictEqual([far.received.toString(), far.events], ["last words", ["end"]]);
      far.channel.write([Buffer.from("still here")]);
      await until(() => near.received.length === 10, "the answer");
      deepStrictEqual(near.events, []);
      far.channel.end();
      await until(() => near.events.includes("closed") && far.events.includes("closed"), "both to close");
      deepStrictEqual(
        [near.received.toString(), near.events, far.events],
        ["still here", ["end", "closed"], ["end", "closed"]],
      );
    });

    it("ends after everything written has left", async () => {
      await using pair = await open();
      const { near, far } = pair;
      far.channel.pause();
      const bytes = pattern(16 * 1_048_576);
      near.channel.write([bytes]);
      near.channel.end();
      far.channel.resume();
      await until(() => far.events.includes("end"), "the end");
      ok(far.received.equals(bytes));
    });

    it("is destroyed: closed is told once, and nothing after it", async () => {
      await using pair = await open();
      const { near, far } = pair;
      near.channel.destroy();
      near.channel.destroy();
      near.channel.end();
      near.channel.resume();
      near.channel.write([Buffer.from("into nothing")]);
      await until(() => near.events.includes("closed"), "closed");
      await until(() => far.events.length > 0, "the other side to notice");
      far.channel.end();
      far.channel.destroy();
      await until(() => far.events.some((event) => event.startsWith("closed")), "the other side to close");
      await after(20);
      deepStrictEqual([near.events, far.events, far.received.length], [["closed"], ["end", "closed"], 0]);
    });

    it(`is reset: the peer sees an ${resets ? "error, not an end" : "end"}`, async () => {
      await using pair = await open();
      const { near, far } = pair;
      near.channel.write([Buffer.from("first")]);
      await until(() => far.received.length === 5, "the octets");
      await after(5);
      near.channel.destroy("reset");
      await until(() => far.events.length > 0, "the other side to notice");
      await until(() => near.events.length > 0, "closed");
      await after(20);
      deepStrictEqual([near.events, far.events], [["closed"], [resets ? "closed by an error" : "end"]]);
    });

    it("is destroyed by the peer while octets wait to leave: closed, once", async () => {
      await using pair = await open();
      const { near, far } = pair;
      far.channel.pause();
      strictEqual(near.channel.write([pattern(32 * 1_048_576)]), false);
      far.channel.destroy();
      await until(() => near.events.some((event) => event.startsWith("closed")), "closed");
      await after(20);
      deepStrictEqual(near.events.filter((event) => event.startsWith("closed")).length, 1);
    });

    it("does not damage lent octets that are copied and forwarded under backpressure", async () => {
      await using incoming = await open();
      await using outgoing = await open();
      const bytes = pattern(20_000_000);
      const relay = { from: incoming.far, to: outgoing.near };
      relay.from.onBytes = (lent) => {
        const middle = lent.length >> 1;
        const copy = Buffer.from(lent);
        if (!relay.to.channel.write([copy.subarray(0, middle), copy.subarray(middle)])) {
          relay.from.channel.pause();
        }
      };
      relay.to.onFlushed = () => relay.from.channel.resume();
      let at = 0;
      let damaged = 0;
      let deliveries = 0;
      outgoing.far.onBytes = (lent) => {
        damaged += bytes.compare(lent, 0, lent.length, at, at + lent.length) === 0 ? 0 : 1;
        at += lent.length;
        deliveries += 1;
        if (deliveries % 16 === 0) {
          outgoing.far.channel.pause();
          setTimeout(() => outgoing.far.channel.resume(), 1);
        }
      };
      const pump = (from: number): void => {
        for (let next = from; next < bytes.length; ) {
          const end = Math.min(next + 200_000, bytes.length);
          const left = incoming.near.channel.write([bytes.subarray(next, end)]);
          next = end;
          if (!left) {
            incoming.near.onFlushed = () => pump(next);
            return;
          }
        }
        incoming.near.onFlushed = () => undefined;
      };
      pump(0);
      await until(() => at === bytes.length, "all octets");
      strictEqual(damaged, 0);
    });
  });
}
