/** Drives the HTTP/1 client machine in tests: requests and octets in, event values out. */
import assert from "node:assert/strict";
import {
  type ClientSink,
  Fields,
  type HttpError,
  type ResponseHead,
  type StreamId,
} from "../../src/message/index.ts";
import {
  defaultHttp1ClientLimits,
  Http1Client,
  type Http1ClientLimits,
  type OutgoingRequest,
} from "../../src/protocol/http1/index.ts";
import type { Http1Event, ResponseEvent } from "./http1-cases.ts";
import { lend, pushContent } from "./http1-drive.ts";

export interface ClientRun {
  readonly events: readonly Http1Event[];
  /** What the client wrote, as latin1. */
  readonly output: string;
  readonly over: boolean;
}

export interface ClientDriveOptions {
  readonly limits?: Partial<Http1ClientLimits>;
  /** Sends this request from within each `complete`, as a pool with work waiting does. */
  readonly next?: OutgoingRequest;
}

/** A client machine, its sink and what came out so far. */
export class ClientDrive implements ClientSink {
  readonly events: Http1Event[] = [];
  readonly machine: Http1Client;
  readonly #options: ClientDriveOptions;
  readonly #output: string[] = [];
  /** Streams whose responses are owed, in order. */
  readonly #owed: StreamId[] = [];
  readonly #begun = new Set<StreamId>();

  constructor(options: ClientDriveOptions = {}) {
    this.#options = options;
    const limits = { ...defaultHttp1ClientLimits, ...options.limits };
    this.machine = new Http1Client(this, { limits }, 1);
  }

  request(request: OutgoingRequest): StreamId {
    const id = this.machine.request(request, 1);
    this.#owed.push(id);
    this.#settle();
    return id;
  }

  /** What the machine owed since the last call, as latin1. */
  take(): string {
    this.#settle();
    return this.#output.splice(0).join("");
  }

  /** Hands over `text` (latin1) as one arrival and takes what is owed. */
  receive(text: string): void {
    const borrowed = lend(text);
    this.machine.receive(borrowed, 1);
    borrowed.fill(0xaa);
    this.#settle();
  }

  end(): void {
    this.machine.end(1);
    this.#settle();
  }

  result(): ClientRun {
    return { events: this.events, output: this.#output.join(""), over: this.machine.over };
  }

  informational(stream: StreamId, head: ResponseHead): void {
    this.#inOrder(stream);
    assert.ok(!this.#begun.has(stream), "an interim response after the final one");
    this.events.push(responseEvent("informational", head));
  }

  response(stream: StreamId, head: ResponseHead): void {
    this.#inOrder(stream);
    assert.ok(!this.#begun.has(stream), "a second response to one request");
    this.#begun.add(stream);
    this.events.push(responseEvent("response", head));
  }

  content(stream: StreamId, bytes: Uint8Array): void {
    this.#inOrder(stream);
    assert.ok(this.#begun.has(stream), "content before its response");
    assert.ok(bytes.length > 0, "content of no octets");
    pushContent(this.events, bytes);
    this.machine.consumed(stream, bytes.length, 1);
  }

  complete(stream: StreamId, trailers: Fields): void {
    this.#inOrder(stream);
    assert.ok(this.#begun.has(stream), "complete before its response");
    this.#owed.shift();
    this.events.push({ type: "complete", trailers: [...trailers] });
    if (this.#options.next !== undefined && this.machine.available) {
      this.#owed.push(this.machine.request(this.#options.next, 1));
    }
  }

  writable(): void {
    // Requests here are written at once, whole.
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    if (stream !== undefined) {
      const at = this.#owed.indexOf(stream);
      // Behind a tunnel, requests fail while the tunnel's own stream goes on.
      assert.ok(
        at === 0 || (at === 1 && this.#begun.has(this.#owed[0] ?? 0)),
        `a fault of stream ${stream} out of order`,
      );
      this.#owed.splice(at, 1);
    }
    this.events.push({ type: "fault", status: error.fault.status, source: error.fault.source });
  }

  #inOrder(stream: StreamId): void {
    assert.equal(stream, this.#owed[0], `an event of stream ${stream} out of order`);
  }

  #settle(): void {
    for (const bytes of this.machine.drain()) {
      this.#output.push(Buffer.from(bytes).toString("latin1"));
    }
  }
}

/** The request of a row: its method, and "upgrade" after it where Upgrade is offered. */
export function plainRequest(words: string): OutgoingRequest {
  const [method = "GET", offer] = words.split(" ");
  return {
    method,
    target: method === "CONNECT" ? "b:443" : "/",
    fields: Fields.of(["host", "a"]),
    contentLength: 0,
    ...(offer === undefined ? {} : { upgrade: "x" }),
  };
}

/** Drives a new client machine: all requests first, then `arrivals`, then (when asked) the peer's end. */
export function driveClient(
  methods: readonly string[],
  arrivals: Iterable<string>,
  end: boolean,
  options: ClientDriveOptions = {},
): ClientRun {
  const drive = new ClientDrive(options);
  for (const method of methods) {
    drive.request(plainRequest(method));
  }
  for (const arrival of arrivals) {
    drive.receive(arrival);
  }
  if (end) {
    drive.end();
  }
  return drive.result();
}

function responseEvent(type: ResponseEvent["type"], head: ResponseHead): ResponseEvent {
  const { status, reason, version, fields, contentLength } = head;
  return { type, status, reason, version, fields: [...fields], contentLength };
}
