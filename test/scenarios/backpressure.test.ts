/** Peers that stall: the server waits with them, and its memory does not grow. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { Octets } from "../../src/message/index.ts";
import { type ChildServer, startChildServer } from "../support/child-server.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { requestText } from "../support/running.ts";
import { eventually, settled } from "../support/waiting.ts";

const gigabyte: Octets = 1_073_741_824;
const mayGrow: Octets = 16 * 1_048_576;
/** What sockets on loopback hold between them, by the largest buffers that Linux gives by itself. */
const sockets: Octets = 16 * 1_048_576;

/** A reader that allocates nothing and takes only as much as it is told. */
interface Reader {
  readonly socket: Socket;
  readonly taken: Octets;
  /** Reads on until so many octets more have come, then stalls. */
  take(octets: Octets): Promise<void>;
}

async function reader(port: number, path: string): Promise<Reader> {
  let taken = 0;
  let wanted = 0;
  const socket: Socket = connect({
    port,
    host: "127.0.0.1",
    onread: {
      buffer: Buffer.alloc(65_536),
      callback: (octets) => {
        taken += octets;
        return taken < wanted;
      },
    },
  });
  await new Promise((resolve) => socket.once("connect", resolve));
  socket.pause();
  socket.write(requestText(`GET ${path}`));
  return {
    socket,
    get taken() {
      return taken;
    },
    take: async (octets) => {
      wanted = taken + octets;
      socket.resume();
      await eventually(() => taken >= wanted, `${wanted} octets`, 60_000);
      socket.pause();
    },
  };
}

for (const reading of ["borrowed", "plain"] as const) {
  describe(`backpressure, ${reading} reading`, { timeout: 170_000 }, () => {
    let site: Tree;
    let server: ChildServer;

    before(async () => {
      site = makeTree();
      writeFileSync(join(site.path, "big.bin"), "");
      truncateSync(join(site.path, "big.bin"), gigabyte);
      server = await startChildServer({ root: site.path, reading });
      for (const path of ["/gigabyte", "/files/big.bin"]) {
        const warm = await reader(server.port, path);
        await warm.take(64 * 1_048_576);
        warm.socket.destroy();
      }
      await eventually(async () => (await server.seen()).connections === 0, "the first readers to be gone");
    });
    after(async () => {
      await server[Symbol.asyncDispose]();
      site.remove();
    });

    for (const path of ["/gigabyte", "/files/big.bin"]) {
      it(`${path}: 1 GB to a reader that stalls again and again`, async () => {
        const start = server.memory();
        const client = await reader(server.port, path);
        let most = 0;
        for (let turn = 0; turn < 8; turn += 1) {
          await settled(async () => (await server.seen()).given, "the server to stop");
          most = Math.max(most, server.memory() - start);
          // Head and chunk framing come on top, so that so much comes for certain.
          await client.take(Math.min(gigabyte / 8, gigabyte - client.taken));
        }
        ok(client.taken >= gigabyte, `${client.taken} octets came`);
        ok(most <= mayGrow, `memory grew by ${most} octets, ${mayGrow} are allowed`);
        client.socket.destroy();
      });
    }

    it("a handler's content is not pulled faster than the client takes it", async () => {
      const before = (await server.seen()).given;
      const client = await reader(server.port, "/gigabyte");
      const given = (await settled(async () => (await server.seen()).given, "the server to stop")) - before;
      ok(given > 0 && given <= sockets, `${given} octets were given to a client that took none`);
      client.socket.destroy();
    });

    it("an upload that nobody reads is paused", async () => {
      const start = server.memory();
      const client = connect(server.port, "127.0.0.1");
      client.on("error", () => undefined);
      client.write(requestText("POST /unread", { "Content-Length": gigabyte }));
      const piece = Buffer.alloc(1_048_576);
      const send = (): void => {
        while (client.bytesWritten < gigabyte && client.write(piece)) {
          // Until the system takes no more.
        }
      };
      client.on("drain", send);
      send();
      const sent = await settled(
        () => client.bytesWritten - client.writableLength,
        "the client to be stopped",
      );
      const grown = server.memory() - start;
      ok(sent <= sockets, `${sent} octets were taken`);
      ok(grown <= mayGrow, `memory grew by ${grown} octets, ${mayGrow} are allowed`);
      client.destroy();
    });

    it("many stalled downloads cost little each", async () => {
      const start = server.memory();
      const clients = await Promise.all(
        Array.from({ length: 50 }, () => reader(server.port, "/files/big.bin")),
      );
      await eventually(async () => (await server.seen()).connections >= 50, "all to be there");
      const memory = await settled(
        () => Math.round((server.memory() - start) / 1_048_576),
        "memory to settle",
      );
      // Two buffers of 256 KB each at most, and what hangs on a connection.
      ok(memory <= 50, `memory grew by ${memory} MB`);
      for (const client of clients) {
        client.socket.destroy();
      }
      await eventually(async () => (await server.seen()).connections <= 1, "all to be gone");
      strictEqual(clients.length, 50);
    });

    it("serves others meanwhile", async () => {
      const stalled = await reader(server.port, "/gigabyte");
      await settled(async () => (await server.seen()).given, "the server to stop");
      const statuses = new Set<number>();
      for (let i = 0; i < 20; i += 1) {
        statuses.add((await fetch(`http://127.0.0.1:${server.port}/small`)).status);
      }
      deepStrictEqual([...statuses], [200]);
      stalled.socket.destroy();
    });
  });
}
