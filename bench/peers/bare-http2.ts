/**
 * The least a `node:tls` program can do that speaks HTTP/2: it walks over the frames, answers every HEADERS
 * frame with the same octets under that stream's number, and writes once per chunk. It decodes no field,
 * keeps no state of a stream, ignores flow control and checks nothing; it is no server, but it shows what
 * the platform allows.
 *
 * Environment: PORT, BENCH_ANSWER (a file with the content), BENCH_CERT, BENCH_KEY (PEM files).
 */
import { readFileSync } from "node:fs";
import { createServer, type TLSSocket } from "node:tls";

const { PORT: port, BENCH_ANSWER: file = "", BENCH_CERT: cert = "", BENCH_KEY: key = "" } = process.env;

/** Frame types and flags (RFC 9113 §6). */
const [typeData, typeHeaders, typeSettings, typePing] = [0, 1, 4, 6];
const [acknowledged, endStream, endHeaders] = [1, 1, 4];
const headLength = 9;
/** Of the client's preface (RFC 9113 §3.4). */
const prefaceLength = 24;
/** The largest frame that every client takes (RFC 9113 §4.2). */
const largest = 16_384;

function frame(type: number, flags: number, content: Buffer): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeUIntBE(content.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  return Buffer.concat([head, content]);
}

/** A literal field without indexing, its name by its place in the static table (RFC 7541 §6.2.2). */
function field(place: number, value: string): Buffer {
  return Buffer.concat([Buffer.from([0x0f, place - 15, value.length]), Buffer.from(value, "latin1")]);
}

const content = readFileSync(file);
const date = "Thu, 01 Jan 2026 00:00:00 GMT";
const section = Buffer.concat([
  // :status 200, by its place in the static table.
  Buffer.from([0x88]),
  field(28, String(content.length)),
  field(31, "text/plain"),
  field(33, date),
  field(34, '"0123456789abcdef"'),
  field(44, date),
]);
const frames = [frame(typeHeaders, endHeaders, section)];
for (let at = 0; at < content.length; at += largest) {
  const piece = content.subarray(at, at + largest);
  frames.push(frame(typeData, at + largest < content.length ? 0 : endStream, piece));
}
const answer = Buffer.concat(frames);
/** Where in the answer the stream's number stands. */
const places: number[] = [];
for (let at = 0; at < answer.length; at += headLength + answer.readUIntBE(at, 3)) {
  places.push(at + 5);
}
const settings = frame(typeSettings, 0, Buffer.alloc(0));
const settingsTaken = frame(typeSettings, acknowledged, Buffer.alloc(0));

function answersTo(streams: readonly number[]): Buffer {
  const batch = Buffer.allocUnsafe(streams.length * answer.length);
  let at = 0;
  for (const stream of streams) {
    answer.copy(batch, at);
    for (const place of places) {
      batch.writeUInt32BE(stream, at + place);
    }
    at += answer.length;
  }
  return batch;
}

function serve(socket: TLSSocket): void {
  let held: Buffer = Buffer.alloc(0);
  let at = prefaceLength;
  socket.write(settings);
  socket.on("data", (chunk: Buffer) => {
    const octets = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    const streams: number[] = [];
    while (octets.length >= at + headLength) {
      const next = at + headLength + octets.readUIntBE(at, 3);
      if (next > octets.length) {
        break;
      }
      const [type, flags] = [octets[at + 3], octets[at + 4] ?? 0];
      if (type === typeHeaders) {
        streams.push(octets.readUInt32BE(at + 5));
      } else if (type === typeSettings && (flags & acknowledged) === 0) {
        socket.write(settingsTaken);
      } else if (type === typePing && (flags & acknowledged) === 0) {
        socket.write(frame(typePing, acknowledged, octets.subarray(at + headLength, next)));
      }
      at = next;
    }
    held = octets.subarray(Math.min(at, octets.length));
    at = Math.max(0, at - octets.length);
    if (streams.length > 0) {
      socket.write(answersTo(streams));
    }
  });
  socket.on("error", () => socket.destroy());
}

const options = { cert: readFileSync(cert), key: readFileSync(key), ALPNProtocols: ["h2"], noDelay: true };
createServer(options, serve).listen({ port: Number(port), host: "127.0.0.1", backlog: 4096 });
process.on("SIGTERM", () => process.exit(0));
