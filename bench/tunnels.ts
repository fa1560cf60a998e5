/**
 * The client of the tunnel scenario: opens WebSockets, keeps so many messages under way in each, and compares
 * every octet that comes back with what it sent.
 *
 * Arguments: port, path, tunnels, octets of a message, messages under way in each, seconds.
 * Prints one line of JSON, a TunnelReport.
 */
import { connect, type Socket } from "node:net";
import type { TunnelReport } from "./tunnel-load.ts";

const [port, path] = [Number(process.argv[2]), process.argv[3] ?? "/"];
const [count = 0, octets = 0, depth = 0, seconds = 0] = process.argv.slice(4, 8).map(Number);

/** A masked binary message (RFC 6455 §5.2) with something to compare in it, twice: any piece of the echo is one span of that. */
const message = messageOf(octets);
const pattern = Buffer.concat(Array.from({ length: 2 + Math.ceil(65_536 / octets) }, () => message));
const several = Array.from({ length: depth + 1 }, (_, number) => pattern.subarray(0, number * octets));

/** Milliseconds until a tunnel must be open. */
const patience = 5000;

const tunnels: Socket[] = [];
const latencies: number[] = [];
let [echoed, failed, running] = [0, 0, false];
let fault: string | undefined;

function messageOf(length: number): Buffer {
  const bytes = Buffer.from(Array.from({ length }, (_, at) => (at * 31 + (at >> 8)) & 255));
  bytes[0] = 0x82;
  bytes[1] = 0x80 | 126;
  bytes.writeUInt16BE(length - 8, 2);
  return bytes;
}

function fail(socket: Socket, words: string): void {
  if (!socket.destroyed) {
    failed += 1;
    fault ??= words;
    socket.destroy();
  }
}

/** Resolves when the tunnel is open, or failed. */
function open(): Promise<void> {
  return new Promise((resolve) => {
    let head = "";
    const late = setTimeout(() => fail(socket, `no tunnel after ${patience} ms`), patience);
    const takeUp = (bytes: Buffer): void => {
      head += bytes.toString("latin1");
      if (!head.includes("\r\n\r\n")) {
        return;
      }
      socket.off("data", takeUp);
      clearTimeout(late);
      if (head.startsWith("HTTP/1.1 101 ") && head.endsWith("\r\n\r\n")) {
        begin(socket);
      } else {
        fail(socket, `no tunnel: ${head.split("\r\n")[0]}`);
      }
      resolve();
    };
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => {
      const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13";
      const key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${upgrade}\r\n${key}\r\n\r\n`);
    });
    socket.on("data", takeUp);
    socket.on("error", (error) => fail(socket, error.message));
    socket.on("close", () => {
      failed += ending ? 0 : 1;
      fault ??= ending ? undefined : "a tunnel was closed";
      resolve();
    });
  });
}

/** For each message that came back whole, the next is sent. */
function begin(socket: Socket): void {
  let at = 0;
  const sent: number[] = [];
  tunnels.push(socket);
  socket.on("data", (bytes: Buffer) => {
    if (bytes.compare(pattern, at, at + bytes.length) !== 0) {
      fail(socket, "an echo that differs from what was sent");
      return;
    }
    const whole = Math.floor((at + bytes.length) / octets);
    at = (at + bytes.length) % octets;
    echoed += running ? bytes.length : 0;
    const now = performance.now();
    for (const since of sent.splice(0, whole)) {
      latencies.push(now - since);
      sent.push(now);
    }
    socket.write(several[whole] ?? message);
  });
  starts.push(() => {
    sent.push(...Array.from({ length: depth }, () => performance.now()));
    socket.write(several[depth] ?? message);
  });
}

const starts: (() => void)[] = [];
let ending = false;
await Promise.all(Array.from({ length: count }, open));
const begun = performance.now();
running = true;
for (const start of starts) {
  start();
}
await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
running = false;
ending = true;
const took = (performance.now() - begun) / 1000;
for (const socket of tunnels) {
  socket.destroy();
}
const sorted = latencies.toSorted((a, b) => a - b);
const report: TunnelReport = {
  octets: echoed,
  tunnels: tunnels.length,
  failed,
  fault,
  seconds: took,
  latency: {
    p50: sorted[Math.floor(sorted.length / 2)] ?? 0,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  },
};
console.log(JSON.stringify(report));
