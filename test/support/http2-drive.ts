/**
 * Drives the HTTP/2 server machine in tests: octets in; events and owed frames out, one line of text each.
 *
 * Every arrival is poisoned after `receive` returns, so a machine that kept a view of borrowed octets shows it.
 */
import assert from "node:assert/strict";
import {
  type Fields,
  type HttpError,
  HttpResponse,
  type Octets,
  type RequestHead,
  type StreamId,
} from "../../src/message/index.ts";
import {
  defaultHttp2Limits,
  type Http2Fate,
  type Http2Limits,
  Http2Server,
  type Http2ServerSink,
} from "../../src/protocol/http2/index.ts";
import { codes, FrameTexts, preface, settings, settingsAck } from "./http2-frames.ts";

export const testDate: { second: number; text: string } = {
  second: 0,
  text: "Thu, 01 Jan 1970 00:00:00 GMT",
};

/**
 * When requests are answered: as soon as they are whole; at their head, of which the content is read or
 * left; or not by the driver.
 */
export type Http2Answering = "whole" | "head and read" | "head" | "never";

export interface Http2DriveOptions {
  readonly limits?: Partial<Http2Limits>;
  readonly answering?: Http2Answering;
  /** The response to each request; 204 unless told otherwise. */
  readonly respond?: (head: RequestHead, stream: StreamId) => HttpResponse;
  /** Content is consumed as it comes unless this says otherwise. */
  readonly consumes?: false;
  /** Octets asked for in a drain. */
  readonly room?: Octets;
}

/** A server machine, its sink and what came out so far. */
export class Http2Drive implements Http2ServerSink {
  readonly machine: Http2Server;
  readonly events: string[] = [];
  readonly frames: string[] = [];
  /** The words of each fault. */
  readonly details: string[] = [];
  readonly heads: Map<StreamId, RequestHead> = new Map();
  /** What `pull` gives, by stream, in turn. */
  readonly sources: Map<StreamId, (Uint8Array | Fields | "pending" | "broken")[]> = new Map();
  readonly #options: Http2DriveOptions;
  readonly #texts = new FrameTexts();
  /** Streams that a request was told of and that are not over. */
  readonly #open = new Set<StreamId>();
  readonly #lent: { readonly chunk: Uint8Array; readonly copy: Buffer }[] = [];
  now: number;
  #over = false;

  constructor(options: Http2DriveOptions = {}, now = 1) {
    this.#options = options;
    this.now = now;
    const limits = { ...defaultHttp2Limits, ...options.limits };
    this.machine = new Http2Server(this, { limits, dateline: testDate }, now);
  }

  receive(...parts: readonly Uint8Array[]): this {
    for (const part of parts) {
      const borrowed = Buffer.from(part);
      this.machine.receive(borrowed, this.now);
      borrowed.fill(0xaa);
    }
    return this.drain();
  }

  end(): this {
    this.machine.end(this.now);
    return this.drain();
  }

  /** Lets `millis` pass, and calls the machine when it wants to be called. */
  pass(millis: number): this {
    const until = this.now + millis;
    for (let calls = 0; calls < 1_000; calls += 1) {
      const { deadline } = this.machine;
      if (deadline === undefined || deadline > until) {
        this.now = until;
        return this.drain();
      }
      this.now = Math.max(this.now, deadline);
      this.machine.expire(this.now);
      this.drain();
    }
    throw new Error("the machine's deadline stays where it is");
  }

  drain(room: Octets = this.#options.room ?? 1 << 20): this {
    for (let turns = 0; this.machine.owes && turns < 10_000; turns += 1) {
      this.#checkLent();
      const chunks = this.machine.drain(this.now, room);
      assert.ok(chunks.length > 0 || !this.machine.owes, "the machine owes octets and gives none");
      for (const chunk of chunks) {
        this.#lent.push({ chunk, copy: Buffer.from(chunk) });
        this.frames.push(...this.#texts.read(chunk));
      }
    }
    assert.strictEqual(this.#texts.waiting, 0, "a frame is cut short");
    return this;
  }

  /** Events and frames since the last call. */
  take(): { readonly events: string[]; readonly frames: string[] } {
    return { events: this.events.splice(0), frames: this.frames.splice(0) };
  }

  takeFrames(): string[] {
    this.events.length = 0;
    return this.frames.splice(0);
  }

  get fate(): Http2Fate {
    return this.machine.fate;
  }

  respond(stream: StreamId, response: HttpResponse, reading = false): this {
    this.machine.respond(stream, response, reading, this.now);
    return this;
  }

  // ---- The sink

  request(stream: StreamId, head: RequestHead): void {
    assert.ok(!this.#over, "a request after the end");
    assert.ok(!this.#open.has(stream), `stream ${stream} is told of twice`);
    this.#open.add(stream);
    this.heads.set(stream, head);
    this.events.push(`request ${stream} ${requestText(head)}`);
    const { answering } = this.#options;
    if (answering === "head" || answering === "head and read") {
      this.#answer(stream, answering === "head and read");
    }
  }

  content(stream: StreamId, bytes: Uint8Array): void {
    assert.ok(this.#open.has(stream), `content of stream ${stream}, which is over`);
    assert.ok(bytes.length > 0, "content of no octets");
    const before = this.events.at(-1) ?? "";
    const text = Buffer.from(bytes).toString("latin1");
    if (before.startsWith(`content ${stream} `)) {
      this.events[this.events.length - 1] = before + text;
    } else {
      this.events.push(`content ${stream} ${text}`);
    }
    if (this.#options.consumes !== false) {
      this.machine.consumed(stream, bytes.length, this.now);
    }
  }

  complete(stream: StreamId, trailers: Fields): void {
    assert.ok(this.#open.has(stream), `stream ${stream} completes out of place`);
    const fields = [...trailers].map(([name, value]) => ` ${name}=${value}`);
    this.events.push(`complete ${stream}${fields.join("")}`);
    if ((this.#options.answering ?? "whole") === "whole") {
      this.#answer(stream);
    }
  }

  writable(stream: StreamId): void {
    assert.fail(`writable ${stream}`);
  }

  cancelled(stream: StreamId, error: HttpError): void {
    assert.ok(this.#open.delete(stream), `stream ${stream} is cancelled out of place`);
    this.events.push(`cancelled ${stream} ${errorText(error)}`);
    this.details.push(error.detail);
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    assert.ok(!this.#over, "a fault after the end");
    this.details.push(error.detail);
    const { status, scope } = error.fault;
    if (stream === undefined) {
      assert.strictEqual(scope, "connection", error.message);
      this.#over = true;
      this.events.push(`fault ${errorText(error)}`);
    } else if (scope === "message") {
      this.#open.add(stream);
      this.events.push(`fault ${stream} ${status}`);
      this.machine.respond(stream, HttpResponse.empty(status), false, this.now);
    } else {
      assert.strictEqual(scope, "stream", error.message);
      this.events.push(`fault ${stream} ${errorText(error)}`);
    }
  }

  pull(stream: StreamId): Uint8Array | Fields | "pending" | "broken" {
    return this.sources.get(stream)?.shift() ?? "pending";
  }

  #answer(stream: StreamId, reading = false): void {
    const head = this.heads.get(stream) as RequestHead;
    const { respond = () => HttpResponse.empty(204) } = this.#options;
    this.respond(stream, respond(head, stream), reading);
  }

  /** What was drained must not have changed before the next drain. */
  #checkLent(): void {
    for (const { chunk, copy } of this.#lent.splice(0)) {
      assert.ok(copy.equals(chunk), "octets changed before they had left");
    }
  }
}

/** A connection whose beginning is behind us. @param pairs - The client's settings. */
export function connected(
  options: Http2DriveOptions = {},
  ...pairs: readonly (readonly [id: number, value: number])[]
): Http2Drive {
  const drive = new Http2Drive(options);
  drive.receive(preface, settings(...pairs), settingsAck);
  drive.take();
  return drive;
}

function requestText(head: RequestHead): string {
  const { method, rawTarget, authority, contentLength, connectProtocol, fields } = head;
  const words = [method, rawTarget, authority, `length=${contentLength ?? "?"}`];
  if (head.expectsContinue) {
    words.push("expects");
  }
  if (connectProtocol !== undefined) {
    words.push(`protocol=${connectProtocol}`);
  }
  words.push(...[...fields].map(([name, value]) => `${name}=${value}`));
  return words.join(" ");
}

function errorText({ fault }: HttpError): string {
  const code = "code" in fault ? (codes[fault.code as number] ?? fault.code) : "PROTOCOL_ERROR";
  return `${code} ${fault.source}`;
}
