/** A DNS server on loopback whose answers a test writes (RFC 1035 §4); it counts what it is asked. */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

export type DnsRecord =
  | { readonly type: "A" | "AAAA"; readonly address: string; readonly ttl: number }
  | {
      readonly type: "SRV";
      readonly host: string;
      readonly port: number;
      readonly priority: number;
      readonly weight: number;
      readonly ttl: number;
    };

/** What is answered for a name: records of any type, an error, or nothing at all. */
export type DnsAnswer = readonly DnsRecord[] | "NXDOMAIN" | "SERVFAIL" | "REFUSED" | "silence";

export interface DnsServer extends AsyncDisposable {
  /** For a resolver's `servers`. */
  readonly address: string;
  /** By lower-case name, or by name and type ("app.test AAAA"), which goes first. What is not here is NXDOMAIN. */
  readonly answers: Map<string, DnsAnswer>;
  /** Questions so far, as "app.test A". */
  readonly questions: string[];
  /** Milliseconds before a question is answered, by the same keys. */
  readonly delays: Map<string, number>;
}

const types: ReadonlyMap<number, DnsRecord["type"]> = new Map([
  [1, "A"],
  [28, "AAAA"],
  [33, "SRV"],
]);

const codes = { SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 } as const;

export async function dnsServer(answers: Record<string, DnsAnswer> = {}): Promise<DnsServer> {
  const socket: Socket = createSocket("udp4");
  const known = new Map(Object.entries(answers));
  const questions: string[] = [];
  const delays = new Map<string, number>();
  socket.on("message", (query, from) => {
    const { name, type, end } = readQuestion(query);
    const key = `${name} ${type}`;
    questions.push(key);
    const answer = known.get(key) ?? known.get(name) ?? "NXDOMAIN";
    if (answer === "silence") {
      return;
    }
    const reply = replyTo(query.subarray(0, end), answer, type);
    const delay = delays.get(key) ?? 0;
    if (delay === 0) {
      socket.send(reply, from.port, from.address);
    } else {
      setTimeout(() => socket.send(reply, from.port, from.address, () => undefined), delay).unref();
    }
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return {
    address: `127.0.0.1:${socket.address().port}`,
    answers: known,
    questions,
    delays,
    [Symbol.asyncDispose]: async () => {
      socket.close();
      await once(socket, "close");
    },
  };
}

function readQuestion(query: Buffer): { readonly name: string; readonly type: string; readonly end: number } {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString("latin1", at + 1, at + 1 + length));
    at += 1 + length;
  }
  const type = types.get(query.readUInt16BE(at + 1)) ?? "?";
  return { name: labels.join(".").toLowerCase(), type, end: at + 5 };
}

/** @param query - Header and question. */
function replyTo(query: Buffer, answer: Exclude<DnsAnswer, "silence">, type: string): Buffer {
  const records = typeof answer === "string" ? [] : answer.filter((record) => record.type === type);
  const head = Buffer.from(query);
  // A response, recursion desired and available (RFC 1035 §4.1.1).
  head.writeUInt16BE(0x8180 | (typeof answer === "string" ? codes[answer] : 0), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(records.length, 6);
  head.writeUInt32BE(0, 8);
  return Buffer.concat([head, ...records.map(encodeRecord)]);
}

function encodeRecord(record: DnsRecord): Buffer {
  const data = dataOf(record);
  const fixed = Buffer.alloc(12);
  // Its name is the question's, by a pointer (RFC 1035 §4.1.4).
  fixed.writeUInt16BE(0xc00c, 0);
  fixed.writeUInt16BE([...types].find(([, type]) => type === record.type)?.[0] ?? 0, 2);
  fixed.writeUInt16BE(1, 4);
  fixed.writeUInt32BE(record.ttl, 6);
  fixed.writeUInt16BE(data.length, 10);
  return Buffer.concat([fixed, data]);
}

function dataOf(record: DnsRecord): Buffer {
  if (record.type !== "SRV") {
    const { type, address } = record;
    return type === "A" ? Buffer.from(address.split(".").map(Number)) : addressOctets(address);
  }
  const fixed = Buffer.alloc(6);
  fixed.writeUInt16BE(record.priority, 0);
  fixed.writeUInt16BE(record.weight, 2);
  fixed.writeUInt16BE(record.port, 4);
  const labels = record.host.split(".").filter((label) => label !== "");
  const name = labels.map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label)]));
  return Buffer.concat([fixed, ...name, Buffer.of(0)]);
}

function addressOctets(address: string): Buffer {
  const [before = "", after] = address.split("::");
  const words = (text: string): string[] => (text === "" ? [] : text.split(":"));
  const tail = after === undefined ? [] : words(after);
  const head = words(before);
  const zeroes = Array.from({ length: 8 - head.length - tail.length }, () => "0");
  return Buffer.from([...head, ...zeroes, ...tail].map((word) => word.padStart(4, "0")).join(""), "hex");
}
