/**
 * One HTTP/1 connection being served: moves octets between channel and machine,
 * requests to the service, and responses back with backpressure.
 */
import {
  type Clock,
  cancelContent,
  type Endpoint,
  emptyContent,
  Fields,
  HttpError,
  HttpRequest,
  type HttpResponse,
  type Millis,
  faults as messageFaults,
  type RequestHead,
  type ServerSink,
  type StreamId,
} from "../message/index.ts";
import { Http1Server } from "../protocol/http1/index.ts";
import type { Channel, Receiver, Timed } from "../transport/index.ts";
import { Call, CallList, type CallOwner } from "./call.ts";
import { InboundContent } from "./inbound-content.ts";
import { Outflow, type OutflowOwner } from "./outflow.ts";
import type { Service } from "./service.ts";

const leftEarly = (): HttpError =>
  new HttpError(messageFaults.cancelled, "client", "the client left before the response was whole");

export class Http1Session implements Receiver, ServerSink, Timed, CallOwner, OutflowOwner {
  bucket = 0;
  readonly #service: Service;
  readonly #channel: Channel;
  readonly #machine: Http1Server;
  readonly #out: Outflow;
  /** Exchanges under way, oldest first. */
  readonly #calls = new CallList();
  #receiving = false;
  #time: Millis = 0;
  /** We ended our side and wait for the peer's end until then. */
  #lingerUntil: Millis | undefined;
  #peerEnded = false;
  #halfEnded = false;
  #gone = false;

  constructor(channel: Channel, service: Service) {
    this.#channel = channel;
    this.#service = service;
    this.#machine = new Http1Server(this, service.http1, service.clock.now());
    this.#out = new Outflow(channel, this.#machine, this);
    service.deadlines.watch(this);
    channel.attach(this);
  }

  get remote(): Endpoint {
    return this.#channel.remote;
  }

  get gone(): boolean {
    return this.#gone;
  }

  get local(): Endpoint {
    return this.#channel.local;
  }

  get clock(): Clock {
    return this.#service.clock;
  }

  /** No exchange is under way. */
  get idle(): boolean {
    return this.#calls.length === 0;
  }

  /** The time, with the Date field's text made current. */
  now(): Millis {
    // Within one arrival of octets the time stands still: asking again would cost and tell nothing.
    if (!this.#receiving) {
      this.#time = this.#service.clock.now();
      this.#service.date.refresh(this.#time);
    }
    return this.#time;
  }

  /** Takes no further request; closes once what is under way is through. */
  shutdown(): void {
    this.#machine.shutdown();
    this.settle();
  }

  /** Closes now, whatever is under way. */
  destroy(): void {
    this.#channel.destroy();
  }

  // ---- From the channel

  receive(bytes: Uint8Array): void {
    if (this.#lingerUntil !== undefined) {
      return;
    }
    const now = this.now();
    this.#receiving = true;
    this.#machine.receive(bytes, now);
    this.#receiving = false;
    this.settle();
  }

  end(): void {
    this.#peerEnded = true;
    if (this.#lingerUntil !== undefined) {
      this.#channel.destroy();
      return;
    }
    const now = this.now();
    this.#receiving = true;
    this.#machine.end(now);
    this.#receiving = false;
    this.settle();
  }

  flushed(): void {
    this.#out.leftAll();
    const front = this.#calls.front;
    if (front !== undefined) {
      this.#out.pump(front);
    }
    this.settle();
  }

  closed(error: Error | undefined): void {
    this.#gone = true;
    this.#service.deadlines.forget(this);
    const reason = error === undefined ? leftEarly() : Object.assign(leftEarly(), { cause: error });
    for (const call of this.#calls.takeAll()) {
      this.#giveUp(call, reason);
    }
    this.#service.left(this);
  }

  // ---- Deadlines

  get deadline(): Millis | undefined {
    if (this.#lingerUntil !== undefined) {
      return this.#lingerUntil;
    }
    const machine = this.#machine.deadline;
    const stalled = this.#out.stalledSince;
    if (stalled === undefined) {
      return machine;
    }
    const patience = stalled + this.#service.timeouts.writeStall;
    return machine === undefined ? patience : Math.min(machine, patience);
  }

  expire(now: Millis): void {
    if (this.#lingerUntil !== undefined) {
      this.#channel.destroy();
      return;
    }
    const stalled = this.#out.stalledSince;
    const { writeStall } = this.#service.timeouts;
    if (stalled !== undefined && now >= stalled + writeStall && !this.#out.progressed(now)) {
      const front = this.#calls.front;
      if (front !== undefined) {
        front.cause ??= `the client took nothing for ${writeStall} ms`;
      }
      this.#channel.destroy("reset");
      return;
    }
    this.#machine.expire(this.now());
    this.settle();
  }

  // ---- From the machine

  request(stream: StreamId, head: RequestHead): void {
    const started = this.now();
    const inbound =
      head.contentLength === 0 && head.method !== "CONNECT" && !head.fields.has("upgrade")
        ? undefined
        : this.#inbound(stream, head);
    if (head.contentLength === 0) {
      inbound?.end(Fields.empty);
    }
    const request = new HttpRequest({
      method: head.method,
      scheme: "http",
      authority: head.authority,
      host: head.host,
      target: head.target,
      rawTarget: head.rawTarget,
      version: head.version,
      fields: head.fields,
      content: inbound ?? emptyContent,
    });
    const call = new Call(this, stream, request, inbound, started);
    this.#calls.add(call);
    let answer: HttpResponse | Promise<HttpResponse>;
    try {
      answer = this.#service.handle(request, call);
    } catch (error) {
      answer = this.#service.failure(error as Error, call);
    }
    if (answer instanceof Promise) {
      answer.then(
        (response) => this.#late(call, response),
        (error: Error) => this.#late(call, this.#service.failure(error, call)),
      );
    } else {
      this.#answer(call, answer);
    }
  }

  content(stream: StreamId, bytes: Uint8Array): void {
    this.#calls.find(stream)?.inbound?.push(bytes);
  }

  complete(stream: StreamId, trailers: Fields): void {
    const call = this.#calls.find(stream);
    call?.inbound?.end(trailers);
    if (call?.halfOver === true) {
      this.#finish(call);
    }
  }

  writable(stream: StreamId): void {
    const call = this.#calls.find(stream);
    if (call !== undefined) {
      if (call.response?.tunnel === true) {
        call.inbound?.reopen();
      }
      this.#out.pump(call);
    }
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    const call = stream === undefined ? undefined : this.#calls.find(stream);
    if (call !== undefined) {
      call.cause ??= error.detail;
      call.inbound?.fail(error);
      return;
    }
    if (stream !== undefined) {
      const refused = this.#service.refused(error);
      this.#machine.respond(stream, refused, false, this.now());
      this.#service.logRefused(this, error, refused);
    }
  }

  // ---- From calls

  inform(stream: StreamId, status: number, fields: Fields): void {
    this.#machine.inform(stream, status, fields);
    if (!this.#receiving) {
      this.settle();
    }
  }

  waitUntil(promise: Promise<unknown>): void {
    this.#service.waitUntil(promise);
  }

  // ---- Within

  #inbound(stream: StreamId, head: RequestHead): InboundContent {
    return new InboundContent(head.contentLength, {
      begun: () => this.inform(stream, 100, Fields.empty),
      consumed: (octets) => {
        this.#machine.consumed(stream, octets, this.now());
        if (!this.#receiving) {
          this.settle();
        }
      },
      discarded: () => {
        this.#machine.discard(stream, this.now());
        if (!this.#receiving) {
          this.settle();
        }
      },
    });
  }

  /** An answer that came after its request's turn of the event loop. */
  #late(call: Call, response: HttpResponse): void {
    if (this.#gone || call.over) {
      cancelContent(response.content, leftEarly());
      return;
    }
    this.#answer(call, response);
    this.settle();
  }

  #answer(call: Call, response: HttpResponse): void {
    call.response = response;
    const now = this.now();
    if (response.content === call.inbound) {
      // An echo is read once its head is out: 100 (Continue) must leave before that.
      call.inbound.begin();
    }
    const reading = call.inbound?.reading ?? false;
    try {
      this.#machine.respond(call.stream, response, reading, now);
    } catch (error) {
      cancelContent(response.content, error as Error);
      const failure = this.#service.failure(error as Error, call);
      call.response = failure;
      this.#machine.respond(call.stream, failure, reading, now);
    }
    const { content } = call.response;
    if (content.type !== "pulled") {
      call.octets = call.sendsContent ? content.length : 0;
      this.#finish(call);
    } else if (!call.sendsContent) {
      content.cancel(new Error("the response carries no content"));
      this.#finish(call);
    }
  }

  /** From the outflow: a response's content is whole. */
  sent(call: Call): void {
    this.#finish(call);
  }

  /** From the outflow: a response's content broke off. */
  broke(call: Call, error: Error): void {
    this.#service.broken(error, call);
    this.#giveUp(call, error);
    this.#calls.remove(call);
  }

  /** The response is whole, and with it the exchange: what the handler left unread is thrown away. */
  #finish(call: Call): void {
    if (call.response?.tunnel === true && call.inbound?.open === true) {
      // Only our half is through; the peer's goes on (RFC 9110 §9.3.6).
      call.halfOver = true;
      return;
    }
    call.over = true;
    this.#calls.remove(call);
    call.inbound?.cancel(new Error("the response is complete"));
    this.#service.logCall(this, call);
  }

  #giveUp(call: Call, reason: Error): void {
    if (!call.over) {
      call.over = true;
      call.cause ??= reason instanceof HttpError ? reason.detail : reason.message;
      call.inbound?.fail(reason);
      if (call.response !== undefined) {
        cancelContent(call.response.content, reason);
      }
      call.abort(reason);
      this.#service.logCall(this, call);
    }
  }

  /** After anything happened: send what is owed, read or not, close or not, and mind the deadline. */
  settle(): void {
    if (this.#gone || this.#receiving || this.#out.pumping) {
      return;
    }
    if (this.#out.flushed) {
      this.#out.write();
    }
    const { fate } = this.#machine;
    if (fate !== "open" && this.#out.flushed) {
      this.#close(fate);
    } else if (this.#machine.wantsInput && this.#out.flushed) {
      this.#channel.resume();
    } else {
      this.#channel.pause();
    }
    this.#service.deadlines.watch(this);
  }

  #close(fate: "half" | "end" | "cut" | "reset"): void {
    if (fate === "cut" || fate === "reset") {
      this.#channel.destroy(fate === "reset" ? "reset" : undefined);
    } else if (fate === "half") {
      if (!this.#halfEnded) {
        this.#halfEnded = true;
        this.#channel.end();
      }
      this.#channel.resume();
    } else if (this.#peerEnded) {
      this.#channel.end();
      this.#channel.destroy();
    } else if (this.#lingerUntil === undefined) {
      // Closing at once with octets unread would reset the connection and could destroy
      // the response on its way (RFC 9112 §9.6).
      this.#lingerUntil = this.now() + this.#service.timeouts.linger;
      this.#channel.end();
      this.#channel.resume();
    }
  }
}
