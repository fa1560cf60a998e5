import { deepStrictEqual } from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { describe, it } from "node:test";
import type { Channel } from "./channel.ts";
import { openListener } from "./listener.ts";

/** What a channel tells that is written to after its peer said "because" and reset the connection. */
async function toldByBroken(): Promise<string[]> {
  let channel: Channel | undefined;
  const place = { type: "tcp", host: "127.0.0.1", port: 0 } as const;
  const onError = (error: Error): void => {
    throw error;
  };
  const listener = await openListener(place, (one) => (channel = one), { onError });
  const peer = connect({ port: listener.local.port, host: "127.0.0.1" });
  peer.pause();
  await once(peer, "connect");
  while (channel === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const accepted: Channel = channel;
  const told: string[] = [];
  const over = new Promise<void>((resolve) => {
    accepted.attach({
      receive: (bytes) => void told.push(Buffer.from(bytes).toString()),
      end: () => void told.push("end"),
      flushed: () => undefined,
      closed: () => {
        told.push("closed");
        resolve();
      },
    });
  });
  accepted.write([Buffer.from("this is not read")]);
  accepted.pause();
  peer.write("because");
  // Unread octets make its system reset the connection.
  peer.destroy();
  await once(peer, "close");
  accepted.resume();
  accepted.write([Buffer.from("more")]);
  accepted.write([Buffer.from("and more")]);
  await over;
  await listener.close();
  return told;
}

/** What a channel tells whose peer closed in an orderly way, and that is written to until it tells of its end. */
async function toldByClosed(): Promise<string[]> {
  let channel: Channel | undefined;
  const place = { type: "tcp", host: "127.0.0.1", port: 0 } as const;
  const onError = (error: Error): void => {
    throw error;
  };
  const listener = await openListener(place, (one) => (channel = one), { onError });
  const peer = connect({ port: listener.local.port, host: "127.0.0.1" });
  await once(peer, "connect");
  while (channel === undefined) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  const accepted: Channel = channel;
  const told: string[] = [];
  accepted.attach({
    receive: (bytes) => void told.push(Buffer.from(bytes).toString()),
    end: () => void told.push("end"),
    flushed: () => undefined,
    closed: () => void told.push("closed"),
  });
  peer.destroy();
  for (let turn = 0; turn < 10_000 && told.at(-1) !== "closed"; turn += 1) {
    if (told.length > 0) {
      accepted.write([Buffer.from("more")]);
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  accepted.destroy();
  await listener.close();
  return told;
}

describe("a channel whose peer takes no more", () => {
  it("is closed when the peer had ended already: nothing is left to be read", async () => {
    await toldByClosed();
    deepStrictEqual(await toldByClosed(), ["end", "closed"]);
  });

  it("brings what the peer said before it went", async () => {
    // The first connection of a process writes through its stream, which a failed write destroys.
    await toldByBroken();
    // Newer Node offers no writing past the stream.
    const direct = Number.parseInt(process.versions.node, 10) < 26;
    deepStrictEqual(await toldByBroken(), direct ? ["because", "closed"] : ["closed"]);
  });
});
