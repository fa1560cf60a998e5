/**
 * What everything that passes content on must hold: a stalled reader stalls the source, whoever leaves at one end
 * is missed at the other, and a fault in the middle is seen by the receiver.
 */
import { ok, strictEqual } from "node:assert/strict";
import { truncateSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import type { Octets } from "../../src/message/index.ts";
import { makeTree, type Tree } from "./files.ts";
import { type Http2Client, http2Client } from "./http2-client.ts";
import { preface, request, settings, windowUpdate } from "./http2-octets.ts";
import { requestText } from "./running.ts";
import { passing, type StreamChild, startStreamChild } from "./stream-suite-child.ts";
import { eventually, settled } from "./waiting.ts";

const megabyte = 1_048_576;
const mayGrow: Octets = 16 * megabyte;
/** More than the sockets of one hop hold between them, by the largest buffers that Linux gives to who has read fast. */
const socketsOfHop: Octets = 40 * megabyte;
/** Of the gigabyte that each source has, `npm test` reads the beginning; with SLUICE_FULL_STREAMS=1 all of it. */
const full = process.env.SLUICE_FULL_STREAMS === "1";
const [turns, turn] = full ? [8, 128 * megabyte] : [2, 16 * megabyte];

const initialWindowSize = 4;
const largestWindow = 2_147_483_647;

/** A reader that allocates nothing, and takes only as much as it is told. */
interface Reader {
  readonly socket: Socket;
  readonly taken: Octets;
  /** Reads on until so many octets more have come, then stalls. */
  take(octets: Octets): Promise<void>;
}

export type Version = "HTTP/1.1" | "HTTP/2";

export function streamSuite(version: Version): void {
  let site: Tree;
  let server: StreamChild;

  before(async () => {
    site = makeTree({ "big.bin": "" });
    truncateSync(`${site.path}/big.bin`, 1024 * megabyte);
    server = await startStreamChild({ root: site.path });
    for (const path of ["/handle/source", "/proxy-http1/source", "/proxy-http2/source", "/files/big.bin"]) {
      const warm = await reader(path);
      await warm.take(48 * megabyte);
      warm.socket.resetAndDestroy();
    }
    await gone();
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    site.remove();
  });

  function gone(before = 0): Promise<boolean> {
    return eventually(async () => (await server.seen()).connections <= before, "the clients to be gone");
  }

  async function reader(path: string): Promise<Reader> {
    let [taken, wanted] = [0, 0];
    const callback = (octets: number): boolean => {
      taken += octets;
      return taken < wanted;
    };
    const onread = { buffer: Buffer.alloc(65_536), callback };
    const socket: Socket = connect({ port: server.port, host: "127.0.0.1", onread });
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.pause();
    socket.on("error", () => undefined);
    socket.write(version === "HTTP/1.1" ? requestText(`GET ${path}`) : http2Request(path));
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

  /** @returns How much the sources had given in the end beyond what was taken. */
  async function stalls(path: string, leaves: () => Promise<unknown>): Promise<Octets> {
    const { connections, given } = await server.seen();
    const start = server.memory().now;
    const client = await reader(path);
    let most = 0;
    let ahead = 0;
    for (let round = 0; round < turns; round += 1) {
      await client.take(turn);
      const all = await settled(async () => (await server.seen()).given, "the source to stop", 10);
      ahead = all - given - client.taken;
      most = Math.max(most, server.memory().now - start);
    }
    client.socket.resetAndDestroy();
    ok(most <= mayGrow, `memory grew by ${most} octets, ${mayGrow} are allowed`);
    await leaves();
    await gone(connections);
    return ahead;
  }

  for (const prefix of passing) {
    describe(`${prefix}, ${version}`, () => {
      const hops = prefix.startsWith("proxy") ? 2 : 1;

      it("a reader that stalls stops the source, and cancels it when it leaves", async () => {
        const { cancelled } = await server.seen();
        const ahead = await stalls(`/${prefix}/source`, () =>
          eventually(async () => (await server.seen()).cancelled === cancelled + 1, "the cancelling"),
        );
        ok(ahead <= hops * socketsOfHop, `${ahead} octets were given that nobody took`);
      });

      it("a source that breaks off is seen to", async () => {
        if (version === "HTTP/1.1") {
          strictEqual(await brokenOff(`/${prefix}/fault`), "cut");
          return;
        }
        await using client = await front();
        const stream = client.open({ ":path": `/${prefix}/fault` });
        stream.resume();
        await eventually(() => stream.closed, "the end");
        strictEqual(stream.rstCode, 2);
      });

      it("an upload that nobody reads is held back", async () => {
        const start = server.memory().now;
        const upload = await uploading(`/${prefix}/unread`, 512 * megabyte);
        const sent = await settled(upload.sent, "the upload to be held back", 10);
        upload.leave();
        ok(sent <= hops * socketsOfHop, `${sent} octets were taken`);
        const grown = server.memory().now - start;
        // Who left is not missed before something is read again, or it takes too long.
        ok(grown <= mayGrow, `memory grew by ${grown} octets, ${mayGrow} are allowed`);
      });

      it("an upload whose sender leaves is broken off for who reads it", async () => {
        const { taken, broken } = await server.seen();
        const upload = await uploading(`/${prefix}/sink`, megabyte, 512 * megabyte);
        await eventually(async () => (await server.seen()).taken === taken + megabyte, "what was sent");
        upload.leave();
        await eventually(async () => (await server.seen()).broken === broken + 1, "the breaking off");
      });
    });
  }

  describe(`handlers with content of their own, ${version}`, () => {
    it("files: a reader that stalls stops the reading; the file is closed when it leaves", async () => {
      await stalls("/files/big.bin", () =>
        eventually(() => server.openFiles() === 0, "the file to be closed"),
      );
    });

    it("respond: a reader that stalls costs no copy", async () => {
      const { connections } = await server.seen();
      const start = server.memory().now;
      const client = await reader("/respond");
      await client.take(megabyte);
      const grown = server.memory().now - start;
      client.socket.resetAndDestroy();
      ok(grown <= mayGrow, `memory grew by ${grown} octets, ${mayGrow} are allowed`);
      await gone(connections);
    });
  });

  function front(): Promise<Http2Client> {
    return http2Client(`http://127.0.0.1:${server.port}`);
  }

  /** "whole" where the last chunk came, otherwise "cut". */
  async function brokenOff(path: string): Promise<"whole" | "cut"> {
    const socket = connect({ port: server.port, host: "127.0.0.1" });
    let last = "";
    let over = false;
    socket.on("data", (bytes) => {
      last = (last + bytes.toString("latin1")).slice(-10);
    });
    socket.on("error", () => undefined);
    socket.on("close", () => {
      over = true;
    });
    socket.write(requestText(`GET ${path}`));
    await eventually(() => over || last.endsWith("\r\n0\r\n\r\n"), "the end");
    socket.destroy();
    return over ? "cut" : "whole";
  }

  /** Sends so much as fast as it is taken, of content that is longer. */
  async function uploading(path: string, octets: Octets, length: Octets = octets): Promise<Upload> {
    const piece = Buffer.alloc(65_536);
    let sent = 0;
    if (version === "HTTP/1.1") {
      const socket = connect({ port: server.port, host: "127.0.0.1" });
      socket.on("error", () => undefined);
      socket.write(requestText(`POST ${path}`, { "Content-Length": length }));
      const write = (): void => {
        while (sent < octets && socket.writable) {
          sent += piece.length;
          if (!socket.write(piece)) {
            return;
          }
        }
      };
      socket.on("drain", write);
      write();
      return { sent: () => sent - socket.writableLength, leave: () => socket.resetAndDestroy() };
    }
    const client = await front();
    const stream = client.open({ ":method": "POST", ":path": path, "content-length": length }, "open");
    const write = (): void => {
      while (sent < octets && stream.writable) {
        sent += piece.length;
        if (!stream.write(piece)) {
          return;
        }
      }
    };
    stream.on("drain", write);
    write();
    return { sent: () => sent - stream.writableLength, leave: () => client.session.destroy() };
  }
}

interface Upload {
  /** Octets that were taken so far. */
  sent(): Octets;
  leave(): void;
}

function http2Request(path: string): Buffer {
  return Buffer.concat([
    preface,
    settings({ [initialWindowSize]: largestWindow }),
    windowUpdate(0, largestWindow - 65_535),
    request(1, path),
  ]);
}
