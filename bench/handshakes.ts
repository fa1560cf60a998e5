/**
 * The client of the handshake scenarios: connects, completes the TLS handshake, closes, and waits until the
 * server, which then is through too, has closed as well; so many at once, for so long.
 *
 * Arguments: port, connections at once, seconds, "1" to resume the session before, file with the certificate.
 * Prints one line of JSON, a HandshakeReport.
 */
import { readFileSync } from "node:fs";
import { connect, createSecureContext } from "node:tls";
import type { HandshakeReport } from "./handshake-load.ts";

const [port, atOnce, seconds] = process.argv.slice(2, 5).map(Number);
const resume = process.argv[5] === "1";
const secureContext = createSecureContext({
  ca: readFileSync(process.argv[6] ?? ""),
  ciphers: "TLS_AES_128_GCM_SHA256",
  ecdhCurve: "X25519",
  minVersion: "TLSv1.3",
});

const begun = performance.now();
const ending = begun + (seconds ?? 0) * 1000;
const durations: number[] = [];
const settled = new Set<string>();
let [resumed, failed] = [0, 0];
let fault: string | undefined;

/** Milliseconds a handshake may take. */
const patience = 5000;

interface Handshake {
  /** The newest session that was told. */
  readonly session: Buffer | undefined;
  readonly resumed: boolean;
  readonly took: number;
}

/** Resolves when the connection is closed; undefined when the handshake or the orderly end failed. */
function shake(session: Buffer | undefined): Promise<Handshake | undefined> {
  return new Promise((resolve) => {
    const start = performance.now();
    const place = { port, host: "127.0.0.1", ALPNProtocols: ["http/1.1"] };
    const socket = connect({ ...place, secureContext, ...(session === undefined ? {} : { session }) });
    let newest = session;
    let [took, reused, answered] = [0, false, false];
    socket.setTimeout(patience, () => socket.destroy(new Error(`not through after ${patience} ms`)));
    socket.on("secureConnect", () => {
      took = performance.now() - start;
      reused = socket.isSessionReused();
      settled.add(`${socket.getProtocol()} ${socket.getCipher().name}`);
      socket.end();
    });
    socket.on("session", (ticket: Buffer) => {
      newest = ticket;
    });
    // The server ends its side once it has read ours, which comes behind the last message of the handshake.
    socket.on("end", () => {
      answered = took > 0;
    });
    socket.on("error", (error) => {
      fault ??= error.message;
    });
    socket.on("close", () => resolve(answered ? { session: newest, resumed: reused, took } : undefined));
    socket.resume();
  });
}

async function shakeOnAndOn(): Promise<void> {
  // The first one makes the session and does not count.
  let session = resume ? (await shake(undefined))?.session : undefined;
  while (performance.now() < ending) {
    const done = await shake(session);
    if (done === undefined) {
      failed++;
      break;
    }
    resumed += done.resumed ? 1 : 0;
    durations.push(done.took);
    session = resume ? done.session : undefined;
  }
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}

await Promise.all(Array.from({ length: atOnce ?? 0 }, shakeOnAndOn));
const sorted = durations.toSorted((a, b) => a - b);
const report: HandshakeReport = {
  handshakes: sorted.length,
  resumed,
  failed,
  fault,
  settled: [...settled],
  seconds: (performance.now() - begun) / 1000,
  latency: { p50: quantile(sorted, 0.5), p99: quantile(sorted, 0.99) },
};
console.log(JSON.stringify(report));
