/** Peers that stall over HTTP/2: windows and sockets hold the server back, and its memory does not grow. */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { truncateSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { connect as secureConnect } from "node:tls";
import type { Octets } from "../../src/message/index.ts";
import { type ChildServer, startChildServer } from "../support/child-server.ts";
import { makeTree, type Tree } from "../support/files.ts";
import { type Http2Client, http2Client } from "../support/http2-client.ts";
import { preface, request, settings, windowUpdate } from "../support/http2-octets.ts";
import { type Authority, makeAuthority } from "../support/secure.ts";
import { eventually, settled, within } from "../support/waiting.ts";

const gigabyte: Octets = 1_073_741_824;
const mayGrow: Octets = 16 * 1_048_576;
/** What sockets on loopback hold between them, by the largest buffers that Linux gives by itself. */
const sockets: Octets = 16 * 1_048_576;
const initialWindowSize = 4;
const largestWindow = 2_147_483_647;

/** A client without windows: only its socket holds the server back. */
interface Reader {
  readonly socket: Socket;
  readonly taken: Octets;
  /** Reads on until so many octets more have come, then stalls. */
  take(octets: Octets): Promise<void>;
}

for (const secure of [false, true]) {
  describe(`backpressure, HTTP/2 over ${secure ? "TLS" : "TCP"}`, { timeout: 170_000 }, () => {
    let site: Tree;
    let server: ChildServer;
    let authority: Authority;
    const scheme = secure ? "https" : "http";

    before(async () => {
      site = makeTree();
      writeFileSync(join(site.path, "big.bin"), "");
      truncateSync(join(site.path, "big.bin"), gigabyte);
      authority = await makeAuthority();
      const certificates = secure ? { certificates: await authority.issue(["localhost", "127.0.0.1"]) } : {};
      server = await startChildServer({ root: site.path, reading: "borrowed", ...certificates });
      for (const path of ["/gigabyte", "/files/big.bin"]) {
        const warm = await reader(path);
        await warm.take(64 * 1_048_576);
        warm.socket.destroy();
      }
      await gone();
    });
    after(async () => {
      await server[Symbol.asyncDispose]();
      site.remove();
    });

    async function reader(path: string): Promise<Reader> {
      const place = { port: server.port, host: "127.0.0.1" };
      const socket = secure
        ? secureConnect({ ...place, servername: "localhost", ca: authority.ca.cert, ALPNProtocols: ["h2"] })
        : connect(place);
      await within(
        new Promise((resolve) => socket.once(secure ? "secureConnect" : "connect", resolve)),
        "a connection",
      );
      let taken = 0;
      let wanted = 0;
      socket.on("data", (bytes) => {
        taken += bytes.length;
        if (taken >= wanted) {
          socket.pause();
        }
      });
      socket.pause();
      socket.write(
        Buffer.concat([
          preface,
          settings({ [initialWindowSize]: largestWindow }),
          windowUpdate(0, largestWindow - 65_535),
          request(1, path, scheme),
        ]),
      );
      return {
        socket,
        get taken() {
          return taken;
        },
        take: async (octets) => {
          wanted = taken + octets;
          socket.resume();
          await eventually(() => taken >= wanted, `${wanted} octets`, 60_000);
        },
      };
    }

    function client(): Promise<Http2Client> {
      return http2Client(`${scheme}://localhost:${server.port}`, { ca: authority.ca.cert });
    }

    function gone(): Promise<boolean> {
      return eventually(async () => (await server.seen()).connections === 0, "the clients to be gone");
    }

    async function given(): Promise<Octets> {
      return settled(async () => (await server.seen()).given, "the server to stop");
    }

    for (const path of ["/gigabyte", "/files/big.bin"]) {
      it(`${path}: 1 GB to a socket that stalls again and again`, async () => {
        const start = server.memory();
        const stalling = await reader(path);
        let most = 0;
        for (let turn = 0; turn < 8; turn += 1) {
          await given();
          most = Math.max(most, server.memory() - start);
          // Frames come on top, so that so much comes for certain.
          await stalling.take(Math.min(gigabyte / 8, gigabyte - stalling.taken));
        }
        ok(stalling.taken >= gigabyte, `${stalling.taken} octets came`);
        ok(most <= mayGrow, `memory grew by ${most} octets, ${mayGrow} are allowed`);
        stalling.socket.destroy();
        await gone();
      });
    }

    it("a stream whose window is closed is not pulled further, and its neighbours go on", async () => {
      const before = (await server.seen()).given;
      const start = server.memory();
      await using paused = await client();
      const streams = Array.from({ length: 10 }, () => paused.open({ ":path": "/gigabyte" }));
      for (const stream of streams) {
        stream.pause();
      }
      const all = (await given()) - before;
      // The client's windows are 64 KB: of each stream, and of the connection.
      ok(all <= 10 * 262_144, `${all} octets were given to streams that take none`);
      ok(server.memory() - start <= mayGrow, `memory grew by ${server.memory() - start} octets`);
      for (const stream of streams.slice(1)) {
        stream.close(8);
      }
      strictEqual((await paused.ask({ ":path": "/small" })).status, 200);
    });

    it("a handler's content is not pulled faster than the socket takes it", async () => {
      const before = (await server.seen()).given;
      const stalled = await reader("/gigabyte");
      const all = (await given()) - before;
      ok(all > 0 && all <= sockets, `${all} octets were given to a client that took none`);
      stalled.socket.destroy();
      await gone();
    });

    it("an upload that nobody reads stops at its window", async () => {
      const start = server.memory();
      await using uploading = await client();
      const stream = uploading.open({ ":method": "POST", ":path": "/unread" }, "open");
      const piece = Buffer.alloc(1_048_576);
      let sent = 0;
      const send = (): void => {
        while (sent < gigabyte && stream.write(piece, () => undefined)) {
          sent += piece.length;
        }
        sent += piece.length;
      };
      stream.on("drain", send);
      send();
      await settled(() => sent, "the client to be stopped");
      ok(sent <= sockets, `${sent} octets were taken`);
      ok(server.memory() - start <= mayGrow, `memory grew by ${server.memory() - start} octets`);
      stream.close(8);
    });

    it("many stalled downloads cost little each", async () => {
      const start = server.memory();
      const clients = await Promise.all(Array.from({ length: 50 }, () => reader("/files/big.bin")));
      await eventually(async () => (await server.seen()).connections >= 50, "all to be there");
      const memory = await settled(
        () => Math.round((server.memory() - start) / 1_048_576),
        "memory to settle",
      );
      ok(memory <= 75, `memory grew by ${memory} MB`);
      for (const { socket } of clients) {
        socket.destroy();
      }
      await gone();
    });

    it("serves others meanwhile", async () => {
      const stalled = await reader("/gigabyte");
      await given();
      await using other = await client();
      const statuses = new Set<number>();
      for (let i = 0; i < 20; i += 1) {
        statuses.add((await other.ask({ ":path": "/small" })).status);
      }
      deepStrictEqual([...statuses], [200]);
      stalled.socket.destroy();
    });
  });
}
