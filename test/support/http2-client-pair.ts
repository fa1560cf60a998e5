/**
 * Our two HTTP/2 machines against each other, every delivery and every act of those who drive them
 * in an order that a seed chooses; what each side is told is compared with what the other said.
 */
import { strict as assert } from "node:assert";
import {
  type ClientSink,
  Fields,
  type HttpError,
  HttpResponse,
  type RequestHead,
  type ResponseHead,
  type StreamId,
} from "../../src/message/index.ts";
import {
  defaultHttp2ClientLimits,
  defaultHttp2Limits,
  Http2Client,
  type Http2ClientLimits,
  type Http2Limits,
  Http2Server,
  type Http2ServerSink,
} from "../../src/protocol/http2/index.ts";
import {
  assertPattern,
  contentOf,
  type PairExchange,
  pattern,
  type Told,
  trailersOf,
  untold,
} from "./http2-client-exchange.ts";
import { SenderWatch } from "./http2-client-flow.ts";
import { Random } from "./random.ts";

export interface PairOptions {
  readonly seed: number;
  readonly exchanges: readonly PairExchange[];
  readonly clientLimits?: Partial<Http2ClientLimits>;
  readonly serverLimits?: Partial<Http2Limits>;
  /** The client begins before it knows how many requests the server takes. */
  readonly eager?: boolean;
  /** Which side shuts the connection down, at some time. */
  readonly shutdown?: "client" | "server" | undefined;
}

/** Octets under way in one direction before the sender's transport is full. */
const inFlightMost = 100_000;
/** What heads and control frames, and the last frame of content, may take beyond the room for content. */
const slack = 65_536;
const preface = 24;

/** Runs it to its end; throws where anything is not as it must be. @returns How each exchange ended. */
export function runPair(options: PairOptions): readonly Told["end"][] {
  return new Pair(options).run();
}

class Pair implements ClientSink {
  readonly #options: PairOptions;
  readonly #random: Random;
  readonly #client: Http2Client;
  readonly #server: Http2Server;
  readonly #toServer: Buffer[] = [];
  readonly #toClient: Buffer[] = [];
  readonly #clientWatch = new SenderWatch(preface, 0);
  readonly #serverWatch = new SenderWatch(0, preface);
  readonly #byClient = new Map<StreamId, Told>();
  readonly #byServer = new Map<StreamId, Told>();
  readonly #told: Told[] = [];
  /** Acts of those who drive the machines, waiting for their turn. */
  readonly #acts: (() => void)[] = [];
  #next = 0;
  #shuts: boolean;
  #now = 1;

  constructor(options: PairOptions) {
    this.#options = options;
    this.#shuts = options.shutdown !== undefined;
    this.#random = new Random(options.seed);
    const clientLimits = { ...defaultHttp2ClientLimits, ...options.clientLimits };
    const serverLimits = { ...defaultHttp2Limits, ...options.serverLimits };
    const dateline = { second: 1, text: "Thu, 01 Jan 1970 00:00:01 GMT" };
    this.#client = new Http2Client(this, { limits: clientLimits }, this.#now);
    this.#server = new Http2Server(this.#serverSink(), { limits: serverLimits, dateline }, this.#now);
  }

  run(): readonly Told["end"][] {
    if (this.#options.eager !== true) {
      this.#drainServer();
      while (this.#toClient.length > 0) {
        this.#deliver(this.#toClient, this.#client, this.#clientWatch);
      }
    }
    for (let turn = 0; this.#turn(); turn += 1) {
      assert.ok(turn < 400_000, "no end in sight");
    }
    for (const told of this.#told) {
      this.#judge(told);
    }
    assert.ok(this.#server.idle, "the server is not idle");
    assert.ok(this.#client.idle, "the client is not idle");
    assert.equal(this.#client.over, this.#options.shutdown !== undefined, "whether the client is over");
    return this.#told.map(({ end }) => end);
  }

  /** One thing that could happen now. @returns false where nothing could. */
  #turn(): boolean {
    this.#now += 0.05;
    const could: (() => void)[] = [];
    const asked = this.#options.exchanges[this.#next];
    const understood = asked?.kind !== "websocket" || this.#client.extendedConnect;
    if (asked !== undefined && understood && this.#client.available) {
      could.push(() => this.#request());
    }
    if (this.#acts.length > 0) {
      could.push(() => this.#acts.splice(this.#random.below(this.#acts.length), 1)[0]?.());
    }
    if (this.#client.owes && inFlight(this.#toServer) < inFlightMost) {
      could.push(() => this.#drainClient());
    }
    if (this.#server.owes && inFlight(this.#toClient) < inFlightMost) {
      could.push(() => this.#drainServer());
    }
    if (this.#toServer.length > 0 && this.#server.wantsInput) {
      could.push(() => this.#deliver(this.#toServer, this.#server, this.#serverWatch));
    }
    if (this.#toClient.length > 0 && this.#client.wantsInput) {
      could.push(() => this.#deliver(this.#toClient, this.#client, this.#clientWatch));
    }
    if (this.#shuts && (could.length === 0 || this.#random.once(300))) {
      could.push(() => this.#shutdown());
    }
    if (could.length === 0) {
      return this.#lastWait();
    }
    this.#random.pick(could)();
    return true;
  }

  #shutdown(): void {
    this.#shuts = false;
    if (this.#options.shutdown === "client") {
      this.#client.shutdown(this.#now);
    } else {
      this.#server.shutdown(this.#now);
    }
  }

  /** A server that goes away may wait a moment for its second GOAWAY. */
  #lastWait(): boolean {
    const due = this.#server.deadline;
    if (this.#options.shutdown !== "server" || due === undefined || this.#server.fate !== "open") {
      return false;
    }
    this.#now = Math.max(this.#now, due);
    this.#server.expire(this.#now);
    return true;
  }

  #drainClient(): void {
    const room = 1 + this.#random.below(70_000);
    let octets = 0;
    for (const bytes of this.#client.drain(this.#now, room)) {
      this.#clientWatch.sent.pass(bytes);
      this.#toServer.push(Buffer.from(bytes));
      octets += bytes.length;
    }
    assert.ok(octets <= room + slack, `${octets} octets at once, room for ${room}`);
  }

  #drainServer(): void {
    const room = 1 + this.#random.below(70_000);
    let octets = 0;
    for (const bytes of this.#server.drain(this.#now, room)) {
      this.#serverWatch.sent.pass(bytes);
      this.#toClient.push(Buffer.from(bytes));
      octets += bytes.length;
    }
    assert.ok(octets <= room + slack, `${octets} octets at once, room for ${room}`);
  }

  #deliver(wire: Buffer[], machine: Http2Client | Http2Server, watch: SenderWatch): void {
    const first = wire[0] as Buffer;
    const octets = this.#random.once(3) ? 1 + this.#random.below(Math.min(30, first.length)) : first.length;
    const arrival = Buffer.from(first.subarray(0, octets));
    if (octets === first.length) {
      wire.shift();
    } else {
      wire[0] = first.subarray(octets);
    }
    watch.told.pass(arrival);
    machine.receive(arrival, this.#now);
    arrival.fill(0xaa);
  }

  // ---- The client's driver

  #request(): void {
    const index = this.#next;
    const exchange = this.#options.exchanges[index] as PairExchange;
    this.#next += 1;
    const { kind, request } = exchange;
    const { length, announced } = request;
    const fields = Fields.of(["x-index", String(index)], ["cookie", `a=${index % 3}`]);
    const tunnels = kind !== "plain";
    const stream = this.#client.request(
      {
        method: tunnels ? "CONNECT" : length === 0 && announced ? "GET" : "POST",
        scheme: "http",
        authority: kind === "connect" ? "a:443" : "a",
        path: `/${index}`,
        protocol: kind === "websocket" ? "websocket" : undefined,
        fields: exchange.priority === "" ? fields : fields.adding("priority", exchange.priority),
        contentLength: announced ? length : undefined,
      },
      this.#now,
    );
    const told = untold(exchange, index, stream);
    this.#told.push(told);
    this.#byClient.set(stream, told);
    if (!tunnels) {
      this.#acts.push(() => this.#send(told));
    }
  }

  /** Hands over one piece, or the end, or breaks off. */
  #send(told: Told): void {
    const { request } = told.exchange;
    if (told.requestDone || told.end === "reset" || told.end === "fault" || told.end === "unprocessed") {
      return;
    }
    if (request.breaksAt !== undefined && told.requestSent >= request.breaksAt) {
      this.#giveUp(told);
      return;
    }
    const sendable = this.#client.sendable(told.stream);
    const octets = Math.min(request.piece, request.length - told.requestSent, sendable);
    if (octets > 0) {
      this.#client.content(told.stream, pattern(told.index, told.requestSent, octets));
      told.requestSent += octets;
    }
    if (told.requestSent === request.length) {
      told.requestDone = true;
      this.#client.complete(told.stream, trailersOf(request, told.index), this.#now);
    } else if (this.#client.sendable(told.stream) > 0) {
      this.#acts.push(() => this.#send(told));
    }
  }

  #giveUp(told: Told): void {
    told.requestDone = true;
    told.end ??= "reset";
    this.#client.reset(told.stream, this.#now);
  }

  writable(stream: StreamId): void {
    const told = this.#of(stream);
    this.#acts.push(() => this.#send(told));
  }

  informational(stream: StreamId, head: ResponseHead): void {
    const told = this.#of(stream);
    assert.ok(!told.responseHead && told.end === undefined);
    assert.equal(head.status, 103);
    told.informed += 1;
  }

  response(stream: StreamId, head: ResponseHead): void {
    const told = this.#of(stream);
    const { response } = told.exchange;
    assert.ok(!told.responseHead && told.end === undefined);
    assert.equal(head.fields.get("x-index"), String(told.index));
    if (told.exchange.kind === "plain") {
      assert.equal(head.contentLength, response.announced ? response.length : undefined);
    }
    assert.equal(told.informed, told.exchange.informs);
    told.responseHead = true;
    if (told.exchange.reprioritizes) {
      this.#client.prioritize(stream, { urgency: told.index % 8, incremental: told.index % 3 === 0 });
    }
  }

  content(stream: StreamId, bytes: Uint8Array): void {
    const told = this.#of(stream);
    assert.ok(told.responseHead && told.end === undefined);
    assertPattern(bytes, told.index + 100, told.clientGot);
    told.clientGot += bytes.length;
    const octets = bytes.length;
    this.#soon(() => this.#client.consumed(stream, octets, this.#now));
  }

  complete(stream: StreamId, trailers: Fields): void {
    const told = this.#of(stream);
    const { response } = told.exchange;
    assert.ok(told.responseHead && told.end === undefined);
    assert.equal(told.clientGot, response.length, "a response that is not whole looks complete");
    assert.deepEqual([...trailers], [...trailersOf(response, told.index + 100)]);
    told.end = "complete";
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    assert.notEqual(stream, undefined, `the client's connection broke: ${error.message}`);
    const told = this.#of(stream as StreamId);
    assert.equal(told.end, undefined, `a fault of what had ended: ${error.message}`);
    told.end = error.fault.unprocessed === true ? "unprocessed" : "fault";
  }

  // ---- The server's driver

  #serverSink(): Http2ServerSink {
    return {
      request: (stream, head) => this.#asked(stream, head),
      content: (stream, bytes) => this.#gotContent(stream, bytes),
      complete: (stream, trailers) => this.#gotWhole(stream, trailers),
      writable: () => assert.fail("a server machine is asked by pull"),
      fault: (stream, error) => this.#refused(stream, error),
      cancelled: (stream) => {
        const told = this.#byServer.get(stream) as Told;
        told.serverGone = true;
      },
      pull: (stream) => this.#pull(stream),
    };
  }

  /** Streams beyond what the server takes are refused without a request (RFC 9113 §5.1.2). */
  #refused(stream: StreamId | undefined, error: HttpError): void {
    const eager = this.#options.eager === true && error.fault.source === "RFC 9113 §5.1.2";
    assert.ok(
      stream !== undefined && eager,
      `fault of ${stream ?? "the server's connection"}: ${error.message}`,
    );
  }

  #asked(stream: StreamId, head: RequestHead): void {
    const index = Number(head.fields.get("x-index"));
    const told = this.#told[index] as Told;
    assert.equal(told.serverStream, undefined, "a request came twice");
    assert.equal(head.fields.get("cookie"), `a=${index % 3}`);
    const { kind, request, answer, informs, reads } = told.exchange;
    assert.equal(head.authority, kind === "connect" ? "a:443" : "a");
    assert.equal(head.connectProtocol, kind === "websocket" ? "websocket" : undefined);
    if (kind === "plain") {
      assert.equal(head.contentLength, request.announced ? request.length : undefined);
    }
    told.serverStream = stream;
    this.#byServer.set(stream, told);
    for (let i = 0; i < informs; i += 1) {
      this.#server.inform(stream, 103, Fields.of(["link", "</a>"]), this.#now);
    }
    if (answer === "at once" || !reads) {
      this.#answer(told);
    } else if (answer === "later") {
      this.#acts.push(() => this.#answer(told));
    }
  }

  #gotContent(stream: StreamId, bytes: Uint8Array): void {
    const told = this.#byServer.get(stream) as Told;
    assert.ok(!told.serverComplete && !told.serverGone && told.exchange.reads, "content out of place");
    assertPattern(bytes, told.index, told.serverGot);
    told.serverGot += bytes.length;
    const octets = bytes.length;
    this.#soon(() => this.#server.consumed(stream, octets, this.#now));
  }

  #gotWhole(stream: StreamId, trailers: Fields): void {
    const told = this.#byServer.get(stream) as Told;
    assert.ok(!told.serverComplete && !told.serverGone);
    assert.equal(told.serverGot, told.exchange.request.length, "a request that is not whole looks complete");
    assert.deepEqual([...trailers], [...trailersOf(told.exchange.request, told.index)]);
    told.serverComplete = true;
    if (told.exchange.answer === "when complete") {
      this.#acts.push(() => this.#answer(told));
    }
  }

  #answer(told: Told): void {
    if (told.answered || told.serverGone) {
      return;
    }
    told.answered = true;
    const { kind, reads } = told.exchange;
    const fields = Fields.of(["x-index", String(told.index)]);
    const content = contentOf(told);
    const response = new HttpResponse({ status: 200, fields, content, tunnel: kind !== "plain" });
    this.#server.respond(told.serverStream as StreamId, response, reads, this.#now);
  }

  #pull(stream: StreamId): Uint8Array | Fields | "pending" | "broken" {
    const told = this.#byServer.get(stream) as Told;
    const { response } = told.exchange;
    assert.ok(told.answered && !told.serverGone, "asked for content out of place");
    if (response.breaksAt !== undefined && told.responseSent >= response.breaksAt) {
      told.serverGone = true;
      return "broken";
    }
    if (this.#random.once(4)) {
      this.#acts.push(() => this.#server.ready(stream));
      return "pending";
    }
    const octets = Math.min(response.piece, response.length - told.responseSent);
    if (octets === 0) {
      return trailersOf(response, told.index + 100);
    }
    const from = told.responseSent;
    told.responseSent += octets;
    return pattern(told.index + 100, from, octets);
  }

  // ---- Both

  /** At once, or at some time. */
  #soon(act: () => void): void {
    if (this.#random.once(2)) {
      act();
    } else {
      this.#acts.push(act);
    }
  }

  #of(stream: StreamId): Told {
    const told = this.#byClient.get(stream);
    assert.ok(told !== undefined, `an event of stream ${stream}, which nobody opened`);
    return told;
  }

  #judge(told: Told): void {
    const { request, response } = told.exchange;
    const name = `exchange ${told.index}`;
    assert.notEqual(told.end, undefined, `${name} has no end: ${JSON.stringify(told)}`);
    if (told.end === "unprocessed") {
      assert.equal(told.serverStream, undefined, `${name} is said to be unprocessed, and was told of`);
      assert.ok(this.#options.shutdown === "server" || this.#options.eager === true, name);
    } else if (told.end === "fault") {
      assert.notEqual(response.breaksAt, undefined, `${name} broke, and nobody broke it`);
    } else if (told.end === "reset") {
      assert.notEqual(request.breaksAt, undefined, name);
    }
  }
}

function inFlight(wire: readonly Buffer[]): number {
  return wire.reduce((sum, { length }) => sum + length, 0);
}
