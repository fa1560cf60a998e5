/** The HTTP/2 client machine against a server that is not ours: Node's own. */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Http2Server, type ServerHttp2Stream } from "node:http2";
import { type AddressInfo, connect, type Socket } from "node:net";
import { after, before, describe, it } from "node:test";
import {
  type ClientSink,
  Fields,
  type HttpError,
  type ResponseHead,
  type StreamId,
} from "../../src/message/index.ts";
import { defaultHttp2ClientLimits, Http2Client, type OutgoingHead } from "../../src/protocol/http2/index.ts";
import { outgoing } from "../support/http2-client-drive.ts";

interface Answer {
  readonly status: number;
  readonly interim: readonly number[];
  readonly octets: number;
  readonly sum: number;
  readonly trailers: readonly (readonly [string, string])[];
}

interface Waiting {
  readonly interim: number[];
  status: number;
  octets: number;
  sum: number;
  /** Content still to be handed over. */
  rest: Uint8Array;
  readonly trailers: Fields;
  readonly done: (answer: Answer) => void;
  readonly failed: (error: Error) => void;
}

/** One connection of the machine over a socket; what comes is consumed at once. */
class Peer implements ClientSink {
  readonly machine: Http2Client;
  readonly #socket: Socket;
  readonly #waiting = new Map<StreamId, Waiting>();

  constructor(socket: Socket) {
    this.#socket = socket;
    this.machine = new Http2Client(this, { limits: defaultHttp2ClientLimits }, performance.now());
    socket.on("data", (octets) => {
      this.machine.receive(octets, performance.now());
      this.flush();
    });
    socket.on("end", () => this.machine.end(performance.now()));
    socket.on("drain", () => this.flush());
    this.flush();
  }

  ask(head: Partial<OutgoingHead>, content: Uint8Array, trailers: Fields = Fields.empty): Promise<Answer> {
    return new Promise((done, failed) => {
      const stream = this.machine.request(outgoing(head), performance.now());
      this.#waiting.set(stream, {
        interim: [],
        status: 0,
        octets: 0,
        sum: 0,
        rest: content,
        trailers,
        done,
        failed,
      });
      if (head.contentLength === undefined && head.method !== "CONNECT") {
        this.writable(stream);
      }
      this.flush();
    });
  }

  flush(): void {
    while (this.machine.owes && !this.#socket.writableNeedDrain) {
      for (const octets of this.machine.drain(performance.now(), 65_536)) {
        this.#socket.write(Buffer.from(octets));
      }
    }
    if (this.machine.over) {
      this.#socket.end();
    }
  }

  writable(stream: StreamId): void {
    const waiting = this.#waiting.get(stream);
    for (let room = this.machine.sendable(stream); waiting !== undefined && room > 0; ) {
      this.machine.content(stream, waiting.rest.subarray(0, room));
      waiting.rest = waiting.rest.subarray(room);
      if (waiting.rest.length === 0) {
        this.machine.complete(stream, waiting.trailers, performance.now());
      }
      room = this.machine.sendable(stream);
    }
  }

  informational(stream: StreamId, head: ResponseHead): void {
    this.#waiting.get(stream)?.interim.push(head.status);
  }

  response(stream: StreamId, head: ResponseHead): void {
    const waiting = this.#waiting.get(stream);
    if (waiting !== undefined) {
      waiting.status = head.status;
    }
  }

  content(stream: StreamId, bytes: Uint8Array): void {
    const waiting = this.#waiting.get(stream);
    if (waiting !== undefined) {
      waiting.octets += bytes.length;
      waiting.sum = summed(bytes, waiting.sum);
    }
    this.machine.consumed(stream, bytes.length, performance.now());
  }

  complete(stream: StreamId, trailers: Fields): void {
    const waiting = this.#waiting.get(stream);
    this.#waiting.delete(stream);
    if (waiting !== undefined) {
      const { status, interim, octets, sum } = waiting;
      waiting.done({ status, interim, octets, sum, trailers: [...trailers] });
    }
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    if (stream !== undefined) {
      this.#waiting.get(stream)?.failed(error);
      this.#waiting.delete(stream);
    }
  }
}

function summed(bytes: Uint8Array, from: number): number {
  let sum = from;
  for (const octet of bytes) {
    sum = (Math.imul(sum, 31) + octet) | 0;
  }
  return sum;
}

const large: Buffer = Buffer.from(Array.from({ length: 600_000 }, (_, i) => (i * 7 + (i >> 9)) & 0xff));

function answer(stream: ServerHttp2Stream, path: string): void {
  switch (path) {
    case "/large":
      stream.respond({ ":status": 200 });
      stream.end(large);
      break;
    case "/echo":
      stream.additionalHeaders({ ":status": 103, link: "</a>" });
      stream.respond({ ":status": 200 }, { waitForTrailers: true });
      stream.on("wantTrailers", () => stream.sendTrailers({ "x-check": "y" }));
      stream.pipe(stream);
      break;
    case "/tunnel":
      stream.respond({ ":status": 200 });
      stream.pipe(stream);
      break;
    case "/refused":
      // NGHTTP2_REFUSED_STREAM
      stream.close(7);
      break;
    case "/last":
      stream.respond({ ":status": 204 }, { endStream: true });
      stream.session?.close();
      break;
    default:
      stream.respond({ ":status": 404 }, { endStream: true });
  }
}

describe("HTTP/2 client against Node's server", () => {
  let server: Http2Server;
  let peer: Peer;

  before(async () => {
    server = createServer({ settings: { enableConnectProtocol: true } });
    server.on("stream", (stream, headers) => {
      stream.on("error", () => undefined);
      answer(stream, String(headers[":path"]));
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const socket = connect((server.address() as AddressInfo).port, "127.0.0.1");
    await once(socket, "connect");
    peer = new Peer(socket);
  });

  after(async () => {
    peer.machine.shutdown(performance.now());
    peer.flush();
    server.close();
    await once(server, "close");
  });

  const post = { method: "POST", contentLength: undefined, path: "/echo" };
  const whole = { status: 200, octets: large.length, sum: summed(large, 0) };

  it("takes what is larger than any first window", async () => {
    deepStrictEqual(await peer.ask({ path: "/large" }, Buffer.alloc(0)), {
      ...whole,
      interim: [],
      trailers: [],
    });
  });

  it("sends what is larger than any first window, ten times at once", async () => {
    const trailers = Fields.of(["x-sent", "z"]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => peer.ask(post, large, trailers)));
    for (const got of answers) {
      deepStrictEqual(got, { ...whole, interim: [103], trailers: [["x-check", "y"]] });
    }
  });

  it("opens a tunnel with extended CONNECT", async () => {
    const head = { method: "CONNECT", protocol: "websocket", contentLength: undefined, path: "/tunnel" };
    const got = await peer.ask(head, large.subarray(0, 100_000));
    strictEqual(got.octets, 100_000);
  });

  it("is told what was not processed", async () => {
    const error: HttpError = await peer.ask({ path: "/refused" }, Buffer.alloc(0)).then(
      () => Promise.reject(new Error("answered")),
      (error: HttpError) => error,
    );
    strictEqual(error.fault.unprocessed, true);
  });

  it("takes a GOAWAY, and is over", async () => {
    deepStrictEqual((await peer.ask({ path: "/last" }, Buffer.alloc(0))).status, 204);
    strictEqual(peer.machine.idle, true);
  });
});
