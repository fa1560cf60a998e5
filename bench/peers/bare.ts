/**
 * The least a `node:net` or `node:tls` program can do: it sends the same octets for every empty line it sees.
 * It answers at most 16 requests of one chunk, reads no request and checks nothing; it is no server, but it shows what the platform allows.
 *
 * Environment: PORT, BENCH_ANSWER (a file with the whole answer), BENCH_CLOSE ("1": close after each answer),
 * for TLS BENCH_CERT and BENCH_KEY (PEM files).
 */
import { readFileSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { createServer as createSecureServer } from "node:tls";

const port = Number(process.env.PORT);
const answer = readFileSync(process.env.BENCH_ANSWER ?? "");
const closing = process.env.BENCH_CLOSE === "1";
const batch = answer.length > 65_536 ? answer : Buffer.concat(Array.from({ length: 16 }, () => answer));

/** How many requests end in this chunk; one whose end is split between two chunks is not seen. */
function requestsIn(chunk: Buffer): number {
  let count = 0;
  for (let at = chunk.indexOf("\r\n\r\n"); at >= 0; at = chunk.indexOf("\r\n\r\n", at + 4)) {
    count++;
  }
  return count;
}

function serve(socket: Socket): void {
  socket.on("data", (chunk) => {
    const owed = requestsIn(chunk);
    socket.write(batch.subarray(0, Math.min(owed, 16) * answer.length));
    if (closing) {
      socket.end();
    }
  });
  socket.on("error", () => socket.destroy());
}

const { BENCH_CERT: cert, BENCH_KEY: key } = process.env;
const server =
  cert === undefined || key === undefined
    ? createServer({ noDelay: true }, serve)
    : createSecureServer(
        { noDelay: true, cert: readFileSync(cert), key: readFileSync(key), ALPNProtocols: ["http/1.1"] },
        serve,
      );
server.listen({ port, host: "127.0.0.1", backlog: 4096 });
process.on("SIGTERM", () => process.exit(0));
