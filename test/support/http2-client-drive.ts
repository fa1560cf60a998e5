/** Drives the HTTP/2 client machine in tests: requests and octets in, event values and frames in words out. */
import assert from "node:assert/strict";
import {
  type ClientSink,
  type FieldLine,
  Fields,
  type HttpError,
  type ResponseHead,
  type StreamId,
} from "../../src/message/index.ts";
import {
  defaultHttp2ClientLimits,
  Http2Client,
  type Http2ClientLimits,
  type OutgoingHead,
} from "../../src/protocol/http2/index.ts";
import { inWords, readFrames } from "./http2-client-frames.ts";

export type Http2ClientEvent =
  | {
      readonly type: "response" | "informational";
      readonly stream: StreamId;
      readonly status: number;
      readonly fields: readonly FieldLine[];
      readonly contentLength: number | undefined;
    }
  | { readonly type: "content"; readonly stream: StreamId; readonly text: string }
  | { readonly type: "complete"; readonly stream: StreamId; readonly trailers: readonly FieldLine[] }
  | { readonly type: "writable"; readonly stream: StreamId }
  | {
      readonly type: "fault";
      /** undefined: of the connection. */
      readonly stream: StreamId | undefined;
      readonly status: number;
      readonly source: string;
      readonly unprocessed: boolean;
    };

/** What every client sends first, before its SETTINGS (RFC 9113 §3.4). */
const preface = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

const room = 65_536;

export interface ClientDriveOptions {
  readonly limits?: Partial<Http2ClientLimits>;
  /** Content is not consumed as it comes. */
  readonly holding?: true;
}

/** A client machine, its sink and what came out so far. */
export class Http2ClientDrive implements ClientSink {
  readonly events: Http2ClientEvent[] = [];
  readonly details: string[] = [];
  readonly machine: Http2Client;
  now = 1;
  readonly #holding: boolean;
  readonly #ended = new Set<StreamId>();
  readonly #begun = new Set<StreamId>();
  #output = "";

  constructor({ limits = {}, holding = undefined }: ClientDriveOptions = {}) {
    this.#holding = holding === true;
    this.machine = new Http2Client(this, { limits: { ...defaultHttp2ClientLimits, ...limits } }, this.now);
  }

  request(head: Partial<OutgoingHead> = {}): StreamId {
    return this.machine.request(outgoing(head), this.now);
  }

  /** Hands over `text` (latin1) as one arrival; the octets are overwritten afterwards. */
  receive(text: string): void {
    const lent = Buffer.from(text, "latin1");
    this.machine.receive(lent, this.now);
    lent.fill(0xaa);
    this.settle();
  }

  content(stream: StreamId, bytes: Uint8Array): void {
    assert.ok(
      this.#begun.has(stream) && !this.#ended.has(stream),
      `content of stream ${stream} out of place`,
    );
    assert.ok(bytes.length > 0, "content of no octets");
    const text = Buffer.from(bytes).toString("latin1");
    const last = this.events.at(-1);
    if (last?.type === "content" && last.stream === stream) {
      this.events[this.events.length - 1] = { ...last, text: last.text + text };
    } else {
      this.events.push({ type: "content", stream, text });
    }
    if (!this.#holding) {
      this.machine.consumed(stream, bytes.length, this.now);
    }
  }

  informational(stream: StreamId, head: ResponseHead): void {
    assert.ok(!this.#begun.has(stream) && !this.#ended.has(stream), "an interim response out of place");
    this.#head("informational", stream, head);
  }

  response(stream: StreamId, head: ResponseHead): void {
    assert.ok(!this.#begun.has(stream) && !this.#ended.has(stream), "a response out of place");
    this.#begun.add(stream);
    this.#head("response", stream, head);
  }

  complete(stream: StreamId, trailers: Fields): void {
    assert.ok(this.#begun.has(stream) && !this.#ended.has(stream), `stream ${stream} completes out of place`);
    this.#ended.add(stream);
    this.events.push({ type: "complete", stream, trailers: [...trailers] });
  }

  writable(stream: StreamId): void {
    assert.ok(this.machine.sendable(stream) > 0, `stream ${stream} is writable, sendable 0`);
    this.events.push({ type: "writable", stream });
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    if (stream !== undefined) {
      assert.ok(!this.#ended.has(stream), `a fault of stream ${stream}, which had ended`);
      this.#ended.add(stream);
    }
    const { status, source, scope, unprocessed } = error.fault;
    assert.equal(scope, stream === undefined ? "connection" : "stream");
    assert.equal(error.by, "origin");
    this.details.push(error.detail);
    this.events.push({ type: "fault", stream, status, source, unprocessed: unprocessed === true });
  }

  /** Takes what is owed until nothing is. */
  settle(): void {
    while (this.machine.owes) {
      for (const bytes of this.machine.drain(this.now, room)) {
        this.#output += Buffer.from(bytes).toString("latin1");
      }
    }
  }

  /** What the machine has owed since the last call, as latin1. */
  take(): string {
    this.settle();
    const output = this.#output;
    this.#output = "";
    return output;
  }

  /** The same as frames in words; the preface is looked at and left out. */
  words(): string[] {
    const output = this.take();
    const frames = output.startsWith(preface) ? output.slice(preface.length) : output;
    return readFrames(frames).map(inWords);
  }

  #head(type: "response" | "informational", stream: StreamId, head: ResponseHead): void {
    assert.equal(head.version, "2");
    const { status, fields, contentLength } = head;
    this.events.push({ type, stream, status, fields: [...fields], contentLength });
  }
}

/** A GET of https://a/ unless told otherwise. */
export function outgoing(head: Partial<OutgoingHead> = {}): OutgoingHead {
  return {
    method: "GET",
    scheme: "https",
    authority: "a",
    path: "/",
    fields: Fields.empty,
    contentLength: 0,
    ...head,
  };
}
