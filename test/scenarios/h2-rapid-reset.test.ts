/** Streams opened and reset without end (CVE-2023-44487 and its kin): bounded memory, and GOAWAY. */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import { connect as secureConnect } from "node:tls";
import type { Octets } from "../../src/message/index.ts";
import { type ChildServer, startChildServer } from "../support/child-server.ts";
import { makeTree, type Tree } from "../support/files.ts";
import {
  frame,
  framesOf,
  type GoAway,
  goaways,
  preface,
  request,
  reset,
  settings,
  windowUpdate,
} from "../support/http2-octets.ts";
import { type Authority, makeAuthority } from "../support/secure.ts";
import { eventually, within } from "../support/waiting.ts";

/** What garbage and sockets may add for a while; ten thousand streams with 1 KB each would pass it. */
const mayGrow: Octets = 8 * 1_048_576;
const streams = 10_000;
const [enhanceYourCalm, cancel] = [0xb, 0x8];

interface Ended {
  readonly goaways: readonly GoAway[];
  readonly octets: Octets;
}

/** Sends pieces until the server ends the connection or they are all sent; then waits for its end. */
async function attack(socket: Socket, pieces: Iterable<Uint8Array>): Promise<Ended> {
  const received: Buffer[] = [];
  let over = false;
  socket.on("data", (bytes: Buffer) => received.push(bytes));
  socket.on("error", () => undefined);
  const closed = new Promise<void>((resolve) =>
    socket.once("close", () => {
      over = true;
      resolve();
    }),
  );
  for (const piece of pieces) {
    if (over || socket.destroyed || !socket.writable) {
      break;
    }
    if (!socket.write(piece)) {
      await Promise.race([new Promise((resolve) => socket.once("drain", resolve)), closed]);
    }
  }
  await within(closed, "the server to end the connection");
  const octets = Buffer.concat(received);
  return { goaways: goaways(framesOf(octets)), octets: octets.length };
}

/** Each stream alone in its write, as they would come over a network. */
function* openedAndReset(path: string, scheme: string): Generator<Buffer> {
  yield Buffer.concat([preface, settings()]);
  for (let at = 0; at < streams; at += 1) {
    const stream = at * 2 + 1;
    yield Buffer.concat([request(stream, path, scheme), reset(stream, cancel)]);
  }
}

/** Requests that the server itself has to reset (CVE-2025-8671): a window update of nothing on each. */
function* provoked(path: string, scheme: string): Generator<Buffer> {
  yield Buffer.concat([preface, settings()]);
  for (let at = 0; at < streams; at += 1) {
    const stream = at * 2 + 1;
    yield Buffer.concat([request(stream, path, scheme), windowUpdate(stream, 0)]);
  }
}

function* repeated(piece: Buffer): Generator<Buffer> {
  yield Buffer.concat([preface, settings()]);
  for (let at = 0; at < streams; at += 1) {
    yield piece;
  }
}

for (const secure of [false, true]) {
  describe(`floods over ${secure ? "TLS" : "TCP"}`, { timeout: 170_000 }, () => {
    let site: Tree;
    let server: ChildServer;
    let authority: Authority;

    before(async () => {
      site = makeTree({ "small.txt": "small" });
      authority = await makeAuthority();
      const certificates = secure ? { certificates: await authority.issue(["localhost", "127.0.0.1"]) } : {};
      server = await startChildServer({ root: site.path, reading: "borrowed", ...certificates });
    });
    after(async () => {
      await server[Symbol.asyncDispose]();
      site.remove();
    });

    async function open(): Promise<Socket> {
      const place = { port: server.port, host: "127.0.0.1" };
      const socket = secure
        ? secureConnect({ ...place, servername: "localhost", ca: authority.ca.cert, ALPNProtocols: ["h2"] })
        : connect(place);
      await within(
        new Promise((resolve) => socket.once(secure ? "secureConnect" : "connect", resolve)),
        "a connection",
      );
      return socket;
    }

    const scheme = secure ? "https" : "http";
    const floods = [
      ["ten thousand streams opened and reset", () => openedAndReset("/files/small.txt", scheme), "resets"],
      ["the same while their answers are large", () => openedAndReset("/gigabyte", scheme), "resets"],
      ["the same while nobody answers them", () => openedAndReset("/unread", scheme), "resets"],
      ["ten thousand streams that the server must reset", () => provoked("/gigabyte", scheme), "resets"],
      ["SETTINGS", () => repeated(settings({ 3: 100 })), "settingsFrames"],
      ["PING", () => repeated(frame("ping", 0, 0, Buffer.alloc(8))), "pingFrames"],
      ["PRIORITY", () => repeated(frame("priority", 0, 1, Buffer.from([0, 0, 0, 3, 15]))), "priorityFrames"],
    ] as const;
    for (const [rule, pieces, limit] of floods) {
      it(`${rule}: GOAWAY names ${limit}, memory stays`, async () => {
        // The first round warms up what is kept for good.
        await attack(await open(), pieces());
        const before = server.memory();
        let most = 0;
        for (let round = 0; round < 5; round += 1) {
          const ended = await attack(await open(), pieces());
          most = Math.max(most, server.memory() - before);
          deepStrictEqual(
            ended.goaways.map(({ code }) => code),
            [enhanceYourCalm],
          );
          match(ended.goaways[0]?.detail ?? "", new RegExp(limit));
        }
        ok(most <= mayGrow, `memory grew by ${most} octets, ${mayGrow} are allowed`);
        await eventually(async () => (await server.seen()).connections === 0, "the connections to be gone");
        const { told } = await server.seen();
        const lines = told.filter((line) => line.includes(limit));
        ok(lines.length >= 6, told.join("\n"));
        match(lines[0] ?? "", /\d+.*\d+/);
      });
    }

    it("serves others meanwhile and afterwards", async () => {
      const socket = await open();
      const under = attack(socket, openedAndReset("/files/small.txt", scheme));
      const other = await attack(
        await open(),
        (function* (): Generator<Buffer> {
          yield Buffer.concat([preface, settings(), request(1, "/files/small.txt", scheme)]);
          yield frame("goaway", 0, 0, Buffer.alloc(8));
        })(),
      );
      ok(other.octets > 0);
      strictEqual((await under).goaways[0]?.code, enhanceYourCalm);
    });
  });
}
