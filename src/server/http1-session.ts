/**
 * One HTTP/1 connection being served: moves octets between channel and machine,
 * requests to the service, and responses back with backpressure.
 */
import {
  type Clock,
  type Endpoint,
  Fields,
  HttpError,
  type HttpResponse,
  type Millis,
  faults as messageFaults,
  type RequestHead,
  type ServerSink,
  type StreamId,
} from "../message/index.ts";
import { Http1Server } from "../protocol/http1/index.ts";
import type { Channel, Receiver, Timed } from "../transport/index.ts";
import { Call, CallList, type CallOwner, requestOf, withPulledContent } from "./call.ts";
import { Closing } from "./closing.ts";
import { errorOf, refusalOf } from "./foreign.ts";
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
  readonly #closing: Closing;
  #gone = false;

  constructor(channel: Channel, service: Service) {
    this.#channel = channel;
    this.#service = service;
    this.#machine = new Http1Server(this, service.http1, service.clock.now());
    this.#out = new Outflow(channel, this.#machine, this);
    this.#closing = new Closing(channel, service.timeouts.linger);
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
    if (this.#closing.lingerUntil !== undefined) {
      return;
    }
    const now = this.now();
    this.#receiving = true;
    try {
      this.#machine.receive(bytes, now);
    } catch (error) {
      this.#failed(error);
    }
    this.#receiving = false;
    this.settle();
  }

  end(): void {
    if (this.#closing.peerEnded()) {
      return;
    }
    const now = this.now();
    this.#receiving = true;
    try {
      this.#machine.end(now);
    } catch (error) {
      this.#failed(error);
    }
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
    const { lingerUntil } = this.#closing;
    if (lingerUntil !== undefined) {
      return lingerUntil;
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
    if (this.#closing.lingerUntil !== undefined) {
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
    const call = new Call(this, stream, requestOf(head, inbound), inbound, started);
    this.#calls.add(call);
    let answer: HttpResponse | Promise<HttpResponse>;
    try {
      answer = this.#service.handle(call.request, call);
    } catch (error) {
      answer = this.#service.failure(error, call);
    }
    if (answer instanceof Promise) {
      answer.then(
        (response) => this.#late(call, response),
        (error: unknown) => this.#late(call, this.#service.failure(error, call)),
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
    this.#machine.inform(stream, status, fields, this.now());
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
      threw: (error) => this.#threw(stream, error),
    });
  }

  /** What a handler wants to be told of its request's content with threw: its exchange is over. */
  #threw(stream: StreamId, error: Error): void {
    const call = this.#calls.find(stream);
    if (call === undefined || call.response !== undefined) {
      this.#service.threw(error);
    } else {
      this.#late(call, this.#service.failure(error, call));
    }
  }

  /** Our own code failed: this connection must not take the others with it. */
  #failed(error: unknown): void {
    this.#service.threw(errorOf(error));
    this.#channel.destroy("reset");
  }

  /** An answer that came after its request's turn of the event loop. */
  #late(call: Call, response: HttpResponse): void {
    // Where an earlier response ended the connection, nothing behind it is answered.
    if (this.#gone || call.over || this.#machine.fate !== "open") {
      this.#service.release(response, leftEarly());
      return;
    }
    try {
      this.#answer(call, response);
    } catch (error) {
      this.#failed(error);
    }
    this.settle();
  }

  #answer(call: Call, given: HttpResponse): void {
    let response: HttpResponse;
    try {
      response = this.#respond(call, given);
    } catch (error) {
      const cause = refusalOf(given, error);
      this.#service.release(given, cause);
      response = this.#respond(call, this.#service.failure(cause, call));
    }
    const { content } = response;
    if (content.type !== "pulled") {
      call.octets = call.sendsContent ? content.length : 0;
      this.#finish(call);
    } else if (!call.sendsContent) {
      this.#service.release(response, new Error("the response carries no content"));
      this.#finish(call);
    }
  }

  #respond(call: Call, given: HttpResponse): HttpResponse {
    const response = given.tunnel ? withPulledContent(given) : given;
    call.response = response;
    const { inbound } = call;
    if (response.content.type === "pulled") {
      // It may be made of the request's content and read that once its head is out:
      // 100 (Continue) must leave before, and nothing may be thrown away until it is through.
      inbound?.begin();
      if (response.tunnel) {
        inbound?.reopen();
      }
    }
    this.#machine.respond(call.stream, response, inbound?.reading ?? false, this.now());
    return response;
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
    if (call.response?.tunnel === true) {
      if (call.inbound?.open === true) {
        // Only our half is through; the peer's goes on (RFC 9110 §9.3.6).
        call.halfOver = true;
        return;
      }
      this.#machine.discard(call.stream, this.now());
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
        this.#service.release(call.response, reason);
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
    if (fate === "half" && this.#out.flushed) {
      this.#closing.endHalf();
    }
    if (fate !== "open" && fate !== "half" && this.#out.flushed) {
      this.#closing.close(fate, this.now());
    } else if (this.#machine.wantsInput && this.#out.flushed) {
      this.#channel.resume();
    } else {
      this.#channel.pause();
    }
    this.#service.deadlines.watch(this);
  }
}
