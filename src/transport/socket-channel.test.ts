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

describe("a channel whose peer takes no more", () => {
  it("brings what the peer said before it went", async () => {
    // The first connection of a process writes through its stream, which a failed write destroys.
    await toldByBroken();
    // Newer Node offers no writing past the stream.
    const direct = Number.parseInt(process.versions.node, 10) < 26;
    deepStrictEqual(await toldByBroken(), direct ? ["because", "closed"] : ["closed"]);
  });
});
