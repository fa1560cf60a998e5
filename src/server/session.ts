/**
 * What every connection being served has in common, whatever its protocol: requests go to the
 * service, answers come back at once or late, and whatever fails costs its own exchange only.
 */
import {
  type Clock,
  type Endpoint,
  errorOf,
  FedContent,
  type Fields,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  type Millis,
  type ProtocolVersion,
  type PulledContent,
  type RequestHead,
  type StreamId,
  type TlsFacts,
} from "../message/index.ts";
import { type Channel, type Receiver, settleLater, type Timed } from "../transport/index.ts";
import { type Call, type CallOwner, type Calls, withPulledContent } from "./call.ts";
import { Closing } from "./closing.ts";
import { leftEarly, refusalOf } from "./foreign.ts";
import type { ServedMachine } from "./served-machine.ts";
import type { Service } from "./service.ts";

/** One for all: an error made for each would cost more than what it is made for. */
const responseComplete = new Error("the response is complete");

export abstract class Session implements Receiver, Timed, CallOwner {
  bucket = 0;
  protected readonly service: Service;
  protected readonly channel: Channel;
  protected readonly closing: Closing;
  /** Exchanges under way. */
  protected readonly calls: Calls;
  /** Octets are being taken in: what is owed leaves once all of them were seen. */
  protected receiving = false;
  #time: Millis = 0;
  #gone = false;
  /** What the peer says of its clients is believed; undefined: not looked at yet. */
  #trusted: boolean | undefined;

  constructor(channel: Channel, service: Service, calls: Calls) {
    this.channel = channel;
    this.service = service;
    this.calls = calls;
    this.closing = new Closing(channel, service.timeouts.linger);
  }

  protected abstract get machine(): ServedMachine;

  /** For the log of what is no request. */
  abstract readonly version: ProtocolVersion;

  /** After anything happened: send what is owed, read or not, close or not, and mind the deadline. */
  abstract settle(): void;

  /** Everything written has left. */
  abstract flushed(): void;

  abstract push(stream: StreamId, target: string, fields: Fields): boolean;

  /** Since when the peer has taken nothing; undefined when nothing waits for it. */
  protected abstract get stalledSince(): Millis | undefined;

  /** Looks whether the peer has taken anything since the last look; begins the wait anew if so. */
  protected abstract progressed(now: Millis): boolean;

  get remote(): Endpoint {
    return this.channel.remote;
  }

  get local(): Endpoint {
    return this.channel.local;
  }

  get tls(): TlsFacts | undefined {
    return this.channel.tls;
  }

  get clock(): Clock {
    return this.service.clock;
  }

  get gone(): boolean {
    return this.#gone;
  }

  /** The time, with the Date field's text made current. */
  now(): Millis {
    // Within one arrival of octets the time stands still: asking again would cost and tell nothing.
    if (!this.receiving) {
      this.#time = this.service.clock.now();
      this.service.date.refresh(this.#time);
    }
    return this.#time;
  }

  /** Takes no further request; closes once what is under way is through. */
  shutdown(): void {
    this.machine.shutdown(this.now());
    this.settle();
  }

  /** Closes now, whatever is under way. */
  destroy(): void {
    this.channel.destroy();
  }

  // ---- From the channel

  receive(bytes: Uint8Array): void {
    if (this.closing.lingerUntil !== undefined) {
      return;
    }
    const now = this.now();
    this.receiving = true;
    try {
      this.machine.receive(bytes, now);
    } catch (error) {
      this.failed(error);
    }
    this.receiving = false;
    this.settle();
  }

  end(): void {
    if (this.closing.peerEnded()) {
      return;
    }
    if (this.calls.front?.tied === true) {
      // A client that only ended its half would wait for the answer, but most have left: others' work is not wasted on them.
      this.channel.destroy();
      return;
    }
    const now = this.now();
    this.receiving = true;
    try {
      this.machine.end(now);
    } catch (error) {
      this.failed(error);
    }
    this.receiving = false;
    this.settle();
  }

  closed(error: Error | undefined): void {
    this.#gone = true;
    this.service.deadlines.forget(this);
    for (const call of this.calls.takeAll()) {
      this.giveUp(call, leftEarly(error));
    }
    this.service.left(this);
  }

  // ---- Deadlines

  get deadline(): Millis | undefined {
    const { lingerUntil } = this.closing;
    if (lingerUntil !== undefined) {
      return lingerUntil;
    }
    const stalled = this.stalledSince;
    // While octets wait to leave we do not read: the peer's own time stands still.
    return stalled === undefined ? this.machine.deadline : stalled + this.service.timeouts.writeStall;
  }

  expire(now: Millis): void {
    if (this.closing.lingerUntil !== undefined) {
      this.channel.destroy();
      return;
    }
    const stalled = this.stalledSince;
    const { writeStall } = this.service.timeouts;
    if (stalled !== undefined && now >= stalled + writeStall && !this.progressed(now)) {
      this.calls.front?.failedBy(`the client took nothing for ${writeStall} ms`);
      this.channel.destroy("reset");
      return;
    }
    this.machine.expire(this.now());
    this.settle();
  }

  // ---- From the machine

  content(stream: StreamId, bytes: Uint8Array): void {
    this.calls.find(stream)?.inbound?.push(bytes);
  }

  complete(stream: StreamId, trailers: Fields): void {
    const call = this.calls.find(stream);
    call?.inbound?.end(trailers);
    if (call?.halfOver === true) {
      this.finish(call);
    }
  }

  // ---- From calls

  inform(stream: StreamId, status: number, fields: Fields): void {
    this.machine.inform(stream, status, fields, this.now());
    this.#settleLater();
  }

  waitUntil(promise: Promise<unknown>): void {
    this.service.waitUntil(promise);
  }

  // ---- For the protocol's own session

  /** Asks the service; the answer may come at once or later. */
  protected serve(stream: StreamId, request: HttpRequest, inbound: FedContent | undefined): void {
    this.#trusted ??= this.service.beliefs.trusts(this.remote);
    const call = this.service.call(this, stream, request, inbound, this.#trusted, this.now());
    // One that is answered at once, as most are, need not be found again.
    if (inbound !== undefined) {
      this.#list(call);
    }
    let answer: HttpResponse | Promise<HttpResponse>;
    try {
      answer = this.service.handle(call.request, call);
    } catch (error) {
      answer = this.service.failure(error, call.request, call);
    }
    if (answer instanceof Promise) {
      this.#list(call);
      answer.then(
        (response) => this.#late(call, response),
        (error: unknown) => this.#late(call, this.service.failure(error, call.request, call)),
      );
    } else {
      this.#answer(call, answer);
    }
  }

  /** @param begun - Called when someone begins to read: the client may wait to be told. */
  protected inbound(stream: StreamId, head: RequestHead, begun: () => void): FedContent {
    return new FedContent(head.contentLength, {
      begun,
      consumed: (octets) => {
        this.machine.consumed(stream, octets, this.now());
        this.#settleLater();
      },
      discarded: () => {
        this.machine.discard(stream, this.now());
        const call = this.calls.find(stream);
        if (call?.halfOver === true) {
          this.finish(call);
        }
        this.#settleLater();
      },
      threw: (error) => this.#threw(stream, error),
    });
  }

  /** Our own code failed: this connection must not take the others with it. */
  protected failed(error: unknown): void {
    this.service.threw(errorOf(error));
    this.channel.destroy("reset");
  }

  /** Answers octets that are no request. */
  protected refuse(stream: StreamId, error: HttpError): void {
    const refused = this.service.refused(error);
    this.machine.respond(stream, refused, false, this.now());
    this.service.logRefused(this, error, refused.content.length ?? 0);
  }

  /** The response is whole, and with it the exchange: what the handler left unread is thrown away. */
  protected finish(call: Call): void {
    if (call.response?.tunnel === true) {
      if (call.inbound?.open === true) {
        // Only our half is through; the peer's goes on (RFC 9110 §9.3.6).
        call.halfOver = true;
        return;
      }
      this.machine.discard(call.stream, this.now());
    }
    call.over = true;
    this.unlist(call);
    call.inbound?.cancel(responseComplete);
    this.service.logCall(this, call);
  }

  protected giveUp(call: Call, reason: Error): void {
    if (!call.over) {
      call.over = true;
      call.cause ??= reason instanceof HttpError ? reason.detail : reason.message;
      call.inbound?.fail(reason);
      if (call.response !== undefined) {
        this.service.release(call.response, reason);
      }
      call.abort(reason);
      this.service.logCall(this, call);
    }
  }

  /** A response's content broke off. */
  broke(call: Call, error: Error): void {
    this.service.broken(error, call);
    this.giveUp(call, error);
    this.unlist(call);
  }

  protected unlist(call: Call): void {
    if (call.listed) {
      call.listed = false;
      this.calls.remove(call);
    }
  }

  /** A response's content is whole. */
  sent(call: Call): void {
    this.finish(call);
  }

  // ---- Within

  #list(call: Call): void {
    if (!call.listed) {
      call.listed = true;
      this.calls.add(call);
    }
  }

  #settleLater(): void {
    if (!this.receiving) {
      this.settle();
    }
  }

  /** What a handler wants to be told of its request's content with threw: its exchange is over. */
  #threw(stream: StreamId, error: Error): void {
    const call = this.calls.find(stream);
    if (call === undefined || call.response !== undefined) {
      this.service.threw(error);
    } else {
      this.#late(call, this.service.failure(error, call.request, call));
    }
  }

  /** An answer that came after its request's turn of the event loop. */
  #late(call: Call, response: HttpResponse): void {
    // Where an earlier response ended the connection, nothing behind it is answered.
    if (this.gone || call.over || !this.mayAnswer) {
      this.service.release(response, leftEarly());
      return;
    }
    try {
      this.#answer(call, response);
    } catch (error) {
      this.failed(error);
    }
    settleLater(this);
  }

  /** Whether a response would still get through. */
  protected get mayAnswer(): boolean {
    return this.machine.fate === "open";
  }

  #answer(call: Call, given: HttpResponse): void {
    let response: HttpResponse;
    try {
      response = this.#respond(call, given);
    } catch (error) {
      const cause = refusalOf(given, error);
      this.service.release(given, cause);
      response = this.#respond(call, this.service.failure(cause, call.request, call));
    }
    const { content } = response;
    if (content.type !== "pulled") {
      call.octets = call.sendsContent ? content.length : 0;
      this.finish(call);
    } else if (!call.sendsContent) {
      this.service.release(response, new Error("the response carries no content"));
      this.finish(call);
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
      this.#list(call);
      this.pulled(call, response, response.content);
    }
    this.machine.respond(call.stream, response, inbound?.reading ?? false, this.now());
    return response;
  }

  /** A response with pulled content is about to be handed to the machine. */
  protected abstract pulled(call: Call, response: HttpResponse, content: PulledContent): void;
}
