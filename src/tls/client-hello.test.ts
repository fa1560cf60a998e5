import { deepStrictEqual } from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, it } from "node:test";
import { type ConnectionOptions, connect } from "node:tls";
import { type ClientHello, readClientHello } from "./client-hello.ts";

/** The first flight of Node's own client. */
async function flight(options: ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connect({ ...options, host: "127.0.0.1", port });
  client.on("error", () => undefined);
  const [socket] = (await once(server, "connection")) as [Socket];
  const [bytes] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  server.close();
  return bytes;
}

/** The same handshake message in records of so many octets. */
function cut(bytes: Buffer, size: number): Buffer {
  const message = bytes.subarray(5);
  const records: Buffer[] = [];
  for (let at = 0; at < message.length; at += size) {
    const part = message.subarray(at, at + size);
    records.push(Buffer.from([22, 3, 1, part.length >> 8, part.length & 255]), part);
  }
  return Buffer.concat(records);
}

const named = await flight({ servername: "A.Example.Test" });
const nameless = await flight({});
const longNamed = await flight({ servername: "a".repeat(255) });
/** The length of the list, then of the name: one octet more than any host has. */
const tooLong = Buffer.from(longNamed);
tooLong[longNamed.indexOf("a".repeat(255)) - 2] = 1;
tooLong[longNamed.indexOf("a".repeat(255)) - 1] = 0;
const hello: ClientHello = { type: "hello", serverName: "a.example.test" };

describe("the first words of a client (RFC 8446 §4.1.2, RFC 6066 §3)", () => {
  // biome-ignore format: a table is read by columns
  const rows = [
    ["a name, lower case",                    named,                                       hello],
    ["octets after it",                       Buffer.concat([named, Buffer.alloc(9)]),     hello],
    ["records of 99 octets",                  cut(named, 99),                              hello],
    ["no name",                               nameless,                                    { type: "hello", serverName: undefined }],
    ["a name as long as they come",           longNamed,                                   { type: "hello", serverName: "a".repeat(255) }],
    ["one that is longer",                    tooLong,                                     { type: "hello", serverName: undefined }],
    ["nothing yet",                           Buffer.alloc(0),                             { type: "partial" }],
    ["half of a word",                        Buffer.from("GE"),                           { type: "partial" }],
    ["a request of plain HTTP",               Buffer.from("GET / HTTP/1.1\r\nHost: a.test:80\r\n\r\n"), { type: "http", host: "a.test:80" }],
    ["its beginning",                         Buffer.from("OPTIONS * HTTP"),               { type: "http", host: undefined }],
    ["the preface of HTTP/2",                 Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), { type: "http", host: undefined }],
    ["something else in words",               Buffer.from("hello there"),                  { type: "other" }],
    ["an alert",                              Buffer.from([21, 3, 1, 0, 2, 1, 0]),         { type: "other" }],
    ["another handshake message",             Buffer.from([22, 3, 1, 0, 4, 2, 0, 0, 0]),   { type: "other" }],
    ["more records than any client needs",    cut(named, 2),                               { type: "other" }],
    ["an empty record",                       Buffer.from([22, 3, 1, 0, 0]),               { type: "other" }],
    ["a message that is far too long",        Buffer.from([22, 3, 1, 0, 4, 1, 9, 0, 0]),   { type: "other" }],
  ] as const;
  for (const [what, bytes, said] of rows) {
    it(what, () => deepStrictEqual(readClientHello(bytes), said));
  }

  it("waits wherever it is cut", () => {
    const said = new Set(
      Array.from({ length: named.length - 1 }, (_, at) => readClientHello(named.subarray(0, at + 1)).type),
    );
    deepStrictEqual([...said], ["partial"]);
  });

  it("never throws on what is damaged", () => {
    for (let at = 5; at < named.length; at += 1) {
      const damaged = Buffer.from(named);
      damaged[at] = 255 - (damaged[at] ?? 0);
      readClientHello(damaged);
    }
  });
});
