/** Gigabytes through the proxy, both ways, in a process that stays small. */
import { ok, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server } from "node:net";
import { after, before, describe, it } from "node:test";
import type { Octets } from "../../src/message/index.ts";
import { requestText } from "../support/running.ts";
import { type StreamChild, startStreamChild } from "../support/stream-suite-child.ts";
import { eventually } from "../support/waiting.ts";

const gigabyte: Octets = 1_073_741_824;
/** `npm test` sends less; all of it with SLUICE_FULL_STREAMS=1. */
const length: Octets = (process.env.SLUICE_FULL_STREAMS === "1" ? 5 : 1) * gigabyte;
const bound: Octets = 150 * 1_048_576;
const piece = Buffer.alloc(1_048_576, "p");

describe("streams of gigabytes in bounded memory", { timeout: 170_000 }, () => {
  let origin: Server;
  let child: StreamChild;
  let uploaded = 0;

  before(async () => {
    origin = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (first) => {
        const head = first.toString("latin1");
        if (head.startsWith("GET")) {
          socket.write(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${length}\r\n\r\n`);
          pour(socket, length);
          return;
        }
        uploaded += first.length - (head.indexOf("\r\n\r\n") + 4);
        socket.on("data", (bytes) => {
          uploaded += bytes.length;
          if (uploaded === gigabyte) {
            socket.write("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole");
          }
        });
      });
    });
    origin.listen(0, "127.0.0.1");
    await once(origin, "listening");
    const upstream = `http://127.0.0.1:${(origin.address() as AddressInfo).port}`;
    child = await startStreamChild({ root: "/nonexistent", proxies: { large: [upstream] } });
  });
  after(async () => {
    await child[Symbol.asyncDispose]();
    origin.close();
  });

  it(`down, ${length / gigabyte} GB`, async () => {
    let taken = 0;
    const socket = connect({
      port: child.port,
      host: "127.0.0.1",
      onread: {
        buffer: Buffer.alloc(262_144),
        callback: (octets) => {
          taken += octets;
          return true;
        },
      },
    });
    socket.write(requestText("GET /large/file"));
    await eventually(() => taken > length, `${length} octets`, 120_000);
    socket.destroy();
    ok(taken < length + 1_000, `${taken} octets came`);
    const { peak } = child.memory();
    ok(peak <= bound, `memory grew to ${peak} octets, ${bound} are allowed`);
  });

  it("up, as much as a request may have unless told", async () => {
    const socket = connect({ port: child.port, host: "127.0.0.1" });
    let received = "";
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
    });
    socket.write(requestText("POST /large/file", { "Content-Length": gigabyte }));
    pour(socket, gigabyte);
    await eventually(() => received.endsWith("whole"), "the answer", 120_000);
    socket.destroy();
    strictEqual(uploaded, gigabyte);
    const { peak } = child.memory();
    ok(peak <= bound, `memory grew to ${peak} octets, ${bound} are allowed`);
  });
});

/** Writes so many octets as fast as they are taken. */
function pour(socket: ReturnType<typeof connect>, octets: Octets): void {
  let left = octets;
  const write = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= piece.length;
      if (!socket.write(piece)) {
        return;
      }
    }
  };
  socket.on("drain", write);
  write();
}
