/** Whether a server answers as the scenario wants, asked with the very octets that are measured afterwards. */
import { connect, type Socket } from "node:net";
import { connect as secureConnect } from "node:tls";

export interface Answer {
  readonly status: number;
  /** Field values by lower-case name; the last of several. */
  readonly fields: ReadonlyMap<string, string>;
  readonly content: Buffer;
  /** Octets of head and content. */
  readonly length: number;
}

export interface Expected {
  readonly status: number;
  /** The file's octets; undefined where the content is the server's own affair. */
  readonly content: Buffer | undefined;
  /** Fields every answer must have, with these values. */
  readonly fields: Readonly<Record<string, string>>;
}

/**
 * Sends `octets` and reads `count` answers, then the end of the connection if `untilClosed`.
 *
 * @param authority - The certificate to trust: the connection is TLS then.
 * @throws Error when the answers cannot be read, are fewer, or are not there after 5 s.
 */
export function ask(
  port: number,
  octets: Uint8Array,
  count: number,
  untilClosed: boolean,
  authority?: Buffer,
): Promise<Answer[]> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let received = 0;
    let seen: Answer[] | number = 1;
    const place = { port, host: "127.0.0.1" };
    const begin = (): void => void socket.write(octets);
    const socket: Socket =
      authority === undefined
        ? connect(place, begin)
        : secureConnect({ ...place, ca: authority, ALPNProtocols: ["http/1.1"] }, begin);
    socket.setTimeout(5000, () => socket.destroy(new Error("no complete answer after 5 s")));
    socket.on("error", reject);
    socket.on("close", () =>
      typeof seen === "number" ? reject(new Error("closed too early")) : resolve(seen),
    );
    socket.on("data", (chunk) => {
      chunks.push(chunk);
      received += chunk.length;
      if (typeof seen === "number" && received >= seen) {
        try {
          seen = readAnswers(Buffer.concat(chunks), count);
        } catch (fault) {
          socket.destroy(fault as Error);
        }
      }
      if (typeof seen !== "number" && !untilClosed) {
        socket.destroy();
      }
    });
  });
}

/**
 * The first `count` answers in `octets`, or how many octets there must be at least before it is worth trying again.
 *
 * @throws Error for what is no HTTP/1.1 answer with Content-Length.
 */
export function readAnswers(octets: Buffer, count: number): Answer[] | number {
  const answers: Answer[] = [];
  for (let from = 0; answers.length < count; ) {
    const end = octets.indexOf("\r\n\r\n", from);
    if (end < 0) {
      return octets.length + 1;
    }
    const [statusLine = "", ...lines] = octets.toString("latin1", from, end).split("\r\n");
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(statusLine)?.[1] ?? Number.NaN);
    const fields = new Map(lines.map(splitLine));
    const contentLength = status === 304 ? 0 : Number(fields.get("content-length") ?? Number.NaN);
    if (Number.isNaN(status + contentLength)) {
      throw new Error(`unreadable answer: ${statusLine}, Content-Length ${fields.get("content-length")}`);
    }
    const next = end + 4 + contentLength;
    if (next > octets.length) {
      return next;
    }
    answers.push({ status, fields, content: octets.subarray(end + 4, next), length: next - from });
    from = next;
  }
  return answers;
}

/** What is wrong with an answer, in words; undefined when nothing is. */
export function complaint(answer: Answer, expected: Expected): string | undefined {
  if (answer.status !== expected.status) {
    return `answers ${answer.status}, expected ${expected.status}`;
  }
  if (expected.content !== undefined && !answer.content.equals(expected.content)) {
    return `content of ${answer.content.length} octets is not the file's ${expected.content.length}`;
  }
  for (const [name, value] of Object.entries(expected.fields)) {
    if (answer.fields.get(name) !== value) {
      return `field ${name} is ${answer.fields.get(name)}, expected ${value}`;
    }
  }
  return undefined;
}

function splitLine(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
