/**
 * Drives the HTTP/1 server machine in tests: octets in, event values out.
 *
 * Every arrival is poisoned after `receive` returns, so a machine that kept a view
 * of borrowed octets shows it; and the order that a sink may rely on is checked.
 */
import assert from "node:assert/strict";
import {
  chunkedContent,
  Fields,
  type HttpError,
  HttpResponse,
  type PulledContent,
  type RequestHead,
  type ServerSink,
  type StreamId,
} from "../../src/message/index.ts";
import {
  defaultHttp1Limits,
  type Fate,
  type Http1Limits,
  Http1Server,
} from "../../src/protocol/http1/index.ts";
import type { Answer, Http1Event, RequestEvent } from "./http1-cases.ts";

export const testDateline: { readonly second: number; readonly text: string } = {
  second: 0,
  text: "Thu, 01 Jan 1970 00:00:00 GMT",
};

export interface ServerRun {
  readonly events: readonly Http1Event[];
  /** Everything the machine owed, as latin1. */
  readonly output: string;
  readonly fate: Fate;
  /** The text of the fault, if there was one. */
  readonly detail: string | undefined;
}

export type Answering = "at once" | "later" | "early";

export interface ServerDriveOptions {
  readonly limits?: Partial<Http1Limits>;
  readonly answer?: Answer;
  /**
   * When requests are answered: once complete, from within `receive` ("at once") or after it has
   * returned ("later"); or at their head, leaving their content unread ("early").
   */
  readonly answering?: Answering | ((head: RequestHead) => Answering);
  /** The response to each complete request; 204 unless told otherwise. */
  readonly respond?: (head: RequestHead) => HttpResponse;
}

/** A server machine, its sink and what came out so far. */
export class ServerDrive implements ServerSink {
  readonly events: Http1Event[] = [];
  readonly machine: Http1Server;
  readonly #options: ServerDriveOptions;
  readonly #output: string[] = [];
  readonly #heads = new Map<StreamId, RequestHead>();
  readonly #completed = new Set<StreamId>();
  readonly #tunnels = new Set<StreamId>();
  readonly #answered = new Set<StreamId>();
  readonly #pulled = new Map<StreamId, PulledContent>();
  #last: StreamId = 0;
  #pending: (() => void)[] = [];
  #fault: HttpError | undefined;

  constructor(options: ServerDriveOptions = {}) {
    this.#options = options;
    const limits = { ...defaultHttp1Limits, ...options.limits };
    this.machine = new Http1Server(this, { limits, dateline: testDateline }, 1);
  }

  /** What the machine owed since the last call, as latin1. */
  take(): string {
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

  result(): ServerRun {
    return {
      events: this.events,
      output: this.#output.join(""),
      fate: this.machine.fate,
      detail: this.#fault?.detail,
    };
  }

  request(stream: StreamId, head: RequestHead): void {
    assert.ok(this.#fault === undefined, "a request after a fault");
    assert.ok(stream > this.#last, `stream ${stream} after stream ${this.#last}`);
    this.#last = stream;
    this.#heads.set(stream, head);
    this.events.push(requestEvent(head));
    if (mayTunnel(head)) {
      // A tunnel begins behind the whole request (RFC 9110 §7.8).
      const tunnel = this.#options.answer === "tunnel" && head.contentLength === 0;
      if (tunnel) {
        this.#tunnels.add(stream);
      }
      this.#answer(stream, () => this.#respond(stream, tunnel ? tunnelResponse(head) : refusal(head)));
    } else if (this.#answering(stream) === "early") {
      this.#respond(stream, this.#ordinary(head));
    }
  }

  content(stream: StreamId, bytes: Uint8Array): void {
    assert.ok(this.#fault === undefined, "content after a fault");
    const open = !this.#completed.has(stream) || this.#tunnels.has(stream);
    assert.ok(stream === this.#last && open, `content of stream ${stream} out of place`);
    assert.ok(bytes.length > 0, "content of no octets");
    pushContent(this.events, bytes);
    // An open window is not what these tests are about: everything is consumed at once.
    this.machine.consumed(stream, bytes.length, 1);
  }

  complete(stream: StreamId, trailers: Fields): void {
    assert.ok(this.#fault === undefined, "complete after a fault");
    const tunnel = this.#tunnels.has(stream);
    const inPlace = stream === this.#last && (!this.#completed.has(stream) || tunnel);
    assert.ok(inPlace, `stream ${stream} completes out of place`);
    this.#completed.add(stream);
    const head = this.#heads.get(stream) as RequestHead;
    if (tunnel && !this.#answered.has(stream)) {
      // The request before the tunnel is whole: told only where the answer comes later, so it is no event.
      return;
    }
    this.events.push({ type: "complete", trailers: [...trailers] });
    if (tunnel) {
      this.#answer(stream, () => this.machine.complete(stream, Fields.empty, 1));
    } else if (!mayTunnel(head) && !this.#answered.has(stream)) {
      this.#answer(stream, () => this.#respond(stream, this.#ordinary(head)));
    }
  }

  /** Pulled content follows its head at once, whole: test content is never pending. */
  writable(stream: StreamId): void {
    const content = this.#pulled.get(stream);
    if (content === undefined) {
      return;
    }
    for (let piece = content.read(); piece !== "end"; piece = content.read()) {
      this.machine.content(stream, piece as Uint8Array);
    }
    this.machine.complete(stream, content.trailers, 1);
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    assert.ok(this.#fault === undefined, "a second fault");
    this.#fault = error;
    this.events.push({ type: "fault", status: error.fault.status, source: error.fault.source });
    if (stream !== undefined && !this.#answered.has(stream)) {
      // Without the detail: it may say how much had arrived when a limit was passed.
      this.#answer(stream, () => this.#respond(stream, HttpResponse.empty(error.fault.status)));
    }
  }

  #ordinary(head: RequestHead): HttpResponse {
    return this.#options.respond?.(head) ?? HttpResponse.empty(204);
  }

  #respond(stream: StreamId, response: HttpResponse): void {
    this.#answered.add(stream);
    if (response.content.type === "pulled" && !response.tunnel) {
      this.#pulled.set(stream, response.content);
    }
    const reading = this.#answering(stream) !== "early" && !this.#completed.has(stream);
    this.machine.respond(stream, response, reading, 1);
  }

  #answering(stream: StreamId): Answering {
    const { answering = "at once" } = this.#options;
    const head = this.#heads.get(stream);
    return typeof answering === "string" ? answering : head === undefined ? "at once" : answering(head);
  }

  #answer(stream: StreamId, act: () => void): void {
    if (this.#answering(stream) === "later") {
      this.#pending.push(act);
    } else {
      act();
    }
  }

  #settle(): void {
    for (;;) {
      const acts = this.#pending;
      this.#pending = [];
      if (acts.length === 0) {
        break;
      }
      for (const act of acts) {
        act();
      }
    }
    for (const bytes of this.machine.drain()) {
      this.#output.push(Buffer.from(bytes).toString("latin1"));
    }
  }
}

/** Drives a new server machine with `arrivals`, then (when asked) the peer's end. */
export function driveServer(
  arrivals: Iterable<string>,
  end: boolean,
  options: ServerDriveOptions = {},
): ServerRun {
  const drive = new ServerDrive(options);
  for (const arrival of arrivals) {
    drive.receive(arrival);
  }
  if (end) {
    drive.end();
  }
  return drive.result();
}

/** `text` as borrowed octets: in the middle of a larger buffer, as a transport's is. */
export function lend(text: string): Buffer {
  const pool = Buffer.alloc(text.length + 8, 0x0a);
  pool.write(text, 3, "latin1");
  return pool.subarray(3, 3 + text.length);
}

/** Adds content to the last event where that is content too. */
export function pushContent(events: Http1Event[], bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString("latin1");
  const last = events.at(-1);
  if (last?.type === "content") {
    events[events.length - 1] = { type: "content", text: last.text + text };
  } else {
    events.push({ type: "content", text });
  }
}

function requestEvent(head: RequestHead): RequestEvent {
  return {
    type: "request",
    method: head.method,
    target: head.rawTarget,
    form: head.target.form,
    authority: head.authority,
    host: head.host.host,
    port: head.host.port,
    version: head.version,
    fields: [...head.fields],
    contentLength: head.contentLength,
    expectsContinue: head.expectsContinue,
  };
}

/** What the server could answer with a tunnel (RFC 9110 §7.8, §9.3.6). */
function mayTunnel(head: RequestHead): boolean {
  const options = (head.fields.get("connection") ?? "").toLowerCase().split(/[ \t]*,[ \t]*/);
  const upgrades = head.version === "1.1" && head.fields.has("upgrade") && options.includes("upgrade");
  return head.method === "CONNECT" || upgrades;
}

function tunnelResponse(head: RequestHead): HttpResponse {
  const status = head.method === "CONNECT" ? 200 : 101;
  return new HttpResponse({ status, fields: Fields.empty, content: chunkedContent([]), tunnel: true });
}

/** 2xx would open a tunnel for CONNECT. */
function refusal(head: RequestHead): HttpResponse {
  return HttpResponse.empty(head.method === "CONNECT" ? 403 : 204);
}
