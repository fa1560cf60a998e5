/**
 * The client of the idle scenario: opens many connections, sends one request on each, reads the
 * answer and keeps them open until its standard input ends.
 *
 * Arguments: port, number of connections, file with the request, octets of the answer, and for TLS
 * the file with the server's certificate.
 * Prints the number of open connections when all are open, and once more for every line it is sent.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { createSecureContext, connect as secureConnect } from "node:tls";

const [port, count, request, answerLength] = [
  Number(process.argv[2]),
  Number(process.argv[3]),
  readFileSync(process.argv[4] ?? ""),
  Number(process.argv[5]),
];

const certificate = process.argv[6];
const secureContext =
  certificate === undefined
    ? undefined
    : createSecureContext({
        ca: readFileSync(certificate),
        ciphers: "TLS_AES_128_GCM_SHA256",
        ecdhCurve: "X25519",
        minVersion: "TLSv1.3",
      });

/** One source address has some 28,000 ports, some of which may be waiting: spread over several. */
const perAddress = 2000;
const atOnce = 100;
const open = new Set<Socket>();

/** Milliseconds a connection may take to get its answer. */
const answerTime = 5000;

/** Resolves when the answer has been read, or the connection failed. */
function openOne(index: number): Promise<void> {
  return new Promise((resolve) => {
    const localAddress = `127.0.0.${2 + Math.floor(index / perAddress)}`;
    const place = { port, host: "127.0.0.1", localAddress };
    const begin = (): void => void socket.write(request);
    const socket: Socket =
      secureContext === undefined
        ? connect(place, begin)
        : secureConnect({ ...place, secureContext, ALPNProtocols: ["http/1.1"] }, begin);
    let read = 0;
    socket.on("data", (chunk) => {
      read += chunk.length;
      if (read >= answerLength) {
        open.add(socket);
        socket.setTimeout(0);
        resolve();
      }
    });
    socket.setTimeout(answerTime, () => socket.destroy());
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      open.delete(socket);
      resolve();
    });
  });
}

for (let first = 0; first < count; first += atOnce) {
  const group = Math.min(atOnce, count - first);
  await Promise.all(Array.from({ length: group }, (_, index) => openOne(first + index)));
}
console.log(open.size);
process.stdin.on("data", () => console.log(open.size));
process.stdin.on("end", () => process.exit(0));
