/** A thousand clients that send an octet now and then neither fill memory nor hold up one that behaves. */
import { deepStrictEqual, ok } from "node:assert/strict";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import type { Octets } from "../../src/message/index.ts";
import { type ChildServer, startChildServer } from "../support/child-server.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { rawClient } from "../support/raw-client.ts";
import { requestText } from "../support/running.ts";
import { eventually } from "../support/waiting.ts";

const slowClients = 1_000;
/** For each: a socket, its streams, and the head that has come so far. */
const memoryEach: Octets = 24_576;
const requests = 300;

describe("slow clients", { timeout: 120_000 }, () => {
  let site: Tree;
  let server: ChildServer;

  before(async () => {
    site = makeTree({ "a.txt": "a" });
    server = await startChildServer({ root: site.path, reading: "borrowed" });
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    site.remove();
  });

  /** One request after the other on one connection. @returns Milliseconds. */
  async function behave(): Promise<number> {
    const client = await rawClient(server.port);
    const start = performance.now();
    for (let i = 0; i < requests; i += 1) {
      client.send(requestText("GET /files/a.txt"));
      await eventually(() => client.received.length > 0, "an answer");
      deepStrictEqual((await client.response()).body.toString(), "a");
    }
    const took = performance.now() - start;
    client.leave();
    return took;
  }

  it("hold up nobody", async () => {
    await behave();
    const alone = await behave();
    const start = server.memory();
    const slow: Socket[] = [];
    for (let i = 0; i < slowClients; i += 1) {
      const socket = connect(server.port, "127.0.0.1");
      socket.on("error", () => undefined);
      slow.push(socket);
      if (i % 100 === 99) {
        await Promise.all(
          slow.slice(-100).map((each) => (each.connecting ? once(each, "connect") : undefined)),
        );
      }
    }
    // A third each: in the request line, in the field section, in the content.
    const heads = [
      "GET /files/",
      requestText("GET /files/a.txt").slice(0, -2),
      requestText("POST /files/a.txt", { "Content-Length": 1_000_000 }),
    ];
    for (const [i, socket] of slow.entries()) {
      socket.write(heads[i % 3] ?? "");
    }
    let octets = 0;
    let next = 0;
    const drip = setInterval(() => {
      for (let i = 0; i < 50; i += 1) {
        next = (next + 1) % slowClients;
        slow[next]?.write("x");
        octets += 1;
      }
    }, 5);
    try {
      await eventually(async () => (await server.seen()).connections >= slowClients, "all to be there");
      const among = await behave();
      await eventually(() => octets > 3 * slowClients, "three octets from each");
      const grown = server.memory() - start;
      ok(
        grown <= slowClients * memoryEach,
        `memory grew by ${grown / slowClients} octets a client, ${memoryEach} are allowed`,
      );
      ok(
        among <= alone * 20 + 5_000,
        `${requests} requests took ${among} ms, ${alone} ms without the slow clients`,
      );
      const open = slow.filter((socket) => !socket.destroyed).length;
      ok(open >= slowClients / 2, `only ${open} are still there`);
    } finally {
      clearInterval(drip);
      for (const socket of slow) {
        socket.destroy();
      }
    }
    await eventually(async () => (await server.seen()).connections === 0, "all to be gone");
  });
});
