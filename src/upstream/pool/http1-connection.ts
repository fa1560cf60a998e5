/** One HTTP/1.1 connection to a member: one request at a time (RFC 9112 §9.3), then idle and watched. */
import {
  type ClientSink,
  Fields,
  type HttpError,
  type Millis,
  type Octets,
  type ResponseHead,
  type StreamId,
} from "../../message/index.ts";
import { Http1Client } from "../../protocol/http1/index.ts";
import { type Channel, type Receiver, settleLater, type Timed } from "../../transport/index.ts";
import type { Attempt, Carrier } from "../contract.ts";
import {
  brokenOff,
  type FailureFacts,
  requestBroken,
  responseFailure,
  unwritable,
  writeStall,
} from "./exchange-failures.ts";
import { shownEndpoint } from "./failures.ts";
import { http1Head } from "./heads.ts";
import { keepAliveHint } from "./keep-alive.ts";
import { Outlet } from "./outlet.ts";
import type { Http1Owner } from "./owners.ts";
import { continueTime, Passage, type PassageLink } from "./passage.ts";
import { Pump, type PumpPort } from "./pump.ts";

export class Http1Connection implements Receiver, ClientSink, Timed, Carrier, PassageLink, PumpPort {
  bucket = 0;
  readonly #channel: Channel;
  readonly #owner: Http1Owner;
  readonly #machine: Http1Client;
  readonly #out: Outlet;
  #passage: Passage | undefined;
  /** Requests carried. */
  #carried = 0;
  #hintFields: Fields = Fields.empty;
  #hint: Millis | undefined;
  #idleSince: Millis = 0;
  #keptUntil: Millis | undefined;
  #fault: HttpError | undefined;
  #peerEnded = false;
  #receiving = false;
  #gone = false;
  /** Our half of a tunnel is whole: the channel is told once all has left. */
  #endsHalf = false;

  constructor(channel: Channel, owner: Http1Owner) {
    this.#channel = channel;
    this.#owner = owner;
    this.#out = new Outlet(channel, owner.clock);
    this.#machine = new Http1Client(this, { limits: owner.http1 }, owner.clock.now());
    channel.attach(this);
  }

  // ---- From the pool

  /** It is open: carries the attempt it was opened for, or asks for what there is to carry. */
  begin(attempt: Attempt | undefined): void {
    const now = this.#owner.clock.now();
    if (attempt === undefined) {
      this.#release(now);
    } else {
      this.carry(attempt, now);
    }
  }

  /** Sends an attempt's request. Only where the connection is idle or new. */
  carry(attempt: Attempt, now: Millis): void {
    const { content, fields } = attempt.outbound;
    const passage = new Passage(attempt, this);
    this.#passage = passage;
    this.#keptUntil = undefined;
    this.#carried += 1;
    attempt.carrier = this;
    try {
      passage.stream = this.#machine.request(http1Head(attempt.outbound, this.#owner), now);
    } catch (error) {
      // A head that cannot be written is a bug of whoever made it; the connection has not seen it.
      this.#passage = undefined;
      this.#release(now);
      attempt.failed(unwritable(error));
      return;
    }
    if (content.type === "bytes") {
      this.#machine.content(passage.stream, content.bytes);
      this.#machine.complete(passage.stream, Fields.empty, now);
    } else if (content.type === "pulled" && content.length !== 0) {
      passage.pump = new Pump(content, passage, this);
      if (fields.has("expect")) {
        passage.continueBy = now + continueTime;
      } else {
        passage.pump.run();
      }
    }
    settleLater(this);
  }

  /** Closes it, whatever is under way on it. */
  close(): void {
    this.#cut();
  }

  cancel(attempt: Attempt, reason: Error): void {
    const passage = this.#passage;
    if (passage?.attempt === attempt && passage.told) {
      passage.cancel(reason);
    } else if (passage?.attempt === attempt) {
      this.#cut();
    }
  }

  // ---- From the channel

  receive(bytes: Uint8Array): void {
    if (this.#gone) {
      return;
    }
    const now = this.#owner.clock.now();
    this.#receiving = true;
    this.#machine.receive(bytes, now);
    this.#receiving = false;
    this.#understood(now);
  }

  end(): void {
    if (this.#gone) {
      return;
    }
    const now = this.#owner.clock.now();
    this.#peerEnded = true;
    if (this.#passage === undefined && this.#carried > 0) {
      this.#owner.closedIdle(now - this.#idleSince, now);
    }
    this.#receiving = true;
    this.#machine.end(now);
    this.#receiving = false;
    this.#understood(now);
  }

  flushed(): void {
    if (this.#gone) {
      return;
    }
    this.#out.leftAll();
    this.#machine.left(this.#owner.clock.now());
    this.#passage?.pump?.run();
    this.settle();
    this.#tunnelOver();
  }

  closed(error: Error | undefined): void {
    if (this.#gone) {
      return;
    }
    const passage = this.#passage;
    this.#cut();
    const how = error === undefined ? "closed" : "reset";
    passage?.fail(brokenOff(passage, how, this.#facts()));
  }

  // ---- Deadlines

  get deadline(): Millis | undefined {
    const passage = this.#passage;
    if (passage === undefined) {
      return this.#keptUntil;
    }
    if (!this.#out.flushed) {
      return this.#out.stalledSince + this.#owner.http1.contentProgress;
    }
    return passage.continueBy ?? this.#machine.deadline;
  }

  expire(now: Millis): void {
    const passage = this.#passage;
    if (passage === undefined) {
      this.#cut();
      return;
    }
    if (!this.#out.flushed) {
      const { contentProgress } = this.#owner.http1;
      if (this.#out.stalls(contentProgress, now)) {
        this.#cut();
        passage.fail(writeStall(contentProgress, this.#facts()));
      }
      return;
    }
    if (passage.continueBy !== undefined && now >= passage.continueBy) {
      passage.goOn();
    }
    this.#machine.expire(now);
    this.#understood(now);
  }

  // ---- From the machine

  informational(_stream: StreamId, head: ResponseHead): void {
    const passage = this.#passage as Passage;
    if (head.status === 100) {
      passage.goOn();
    }
    passage.attempt.informed(head.status, head.fields);
  }

  response(_stream: StreamId, head: ResponseHead): void {
    const passage = this.#passage as Passage;
    passage.head = head;
    passage.tunnel = head.status === 101;
    if (head.fields !== this.#hintFields) {
      this.#hintFields = head.fields;
      this.#hint = keepAliveHint(head.fields);
    }
    if (passage.continueBy !== undefined || head.status >= 400) {
      // It does not want the rest of the request (RFC 9112 §9.5), and may be about to close.
      passage.stopSending();
      this.#machine.halt(passage.stream);
    }
  }

  content(_stream: StreamId, bytes: Uint8Array): void {
    this.#passage?.content(bytes);
  }

  complete(_stream: StreamId, trailers: Fields): void {
    this.#passage?.ended(trailers);
  }

  /** Only tunnels are told of it, and theirs begin with the first read of the response's content. */
  writable(): void {}

  fault(_stream: StreamId | undefined, error: HttpError): void {
    this.#fault = error;
  }

  // ---- From the passage

  begun(passage: Passage): void {
    const { content } = passage.attempt.outbound;
    if (!passage.tunnel || this.#gone) {
      return;
    }
    if (content.type === "pulled") {
      passage.pump = new Pump(content, passage, this);
      passage.pump.run();
    } else {
      this.sent(passage, Fields.empty);
    }
    this.settle();
  }

  consumed(passage: Passage, octets: Octets): void {
    if (!this.#gone && this.#passage === passage) {
      this.#machine.consumed(passage.stream, octets, this.#owner.clock.now());
      this.settle();
    }
  }

  discarded(passage: Passage): void {
    if (!this.#gone && this.#passage === passage) {
      this.#cut();
      passage.attempt.finished(undefined);
    }
  }

  // ---- From the pump

  room(passage: Passage): Octets {
    return this.#out.flushed && !this.#gone ? this.#machine.sendable(passage.stream) : 0;
  }

  send(passage: Passage, bytes: Uint8Array): void {
    this.#machine.content(passage.stream, bytes);
    this.#write();
  }

  sent(passage: Passage, trailers: Fields): void {
    passage.pump = undefined;
    this.#endsHalf = passage.tunnel;
    this.#machine.complete(passage.stream, trailers, this.#owner.clock.now());
    this.settle();
    this.#tunnelOver();
  }

  /** Our client left, or its content is not what it announced: nothing the upstream could be blamed for. */
  broke(passage: Passage, error: Error): void {
    if (!this.#gone && this.#passage === passage) {
      this.#cut();
      passage.fail(requestBroken(error, this.#facts()));
    }
  }

  // ---- Within

  /** After the machine was told something. */
  #understood(now: Millis): void {
    if (this.#gone) {
      return;
    }
    const passage = this.#passage;
    const error = this.#fault;
    if (error !== undefined) {
      this.#cut();
      if (passage?.complete === true && !passage.tunnel) {
        // What is wrong came after a response that was whole.
        passage.finish();
      } else {
        passage?.fail(responseFailure(passage, error, this.#owner.http1, this.#facts()));
      }
      return;
    }
    if (passage === undefined) {
      if (this.#machine.over) {
        this.#cut();
      }
      return;
    }
    if (passage.tunnel ? this.#machine.over && this.#out.flushed && !this.#endsHalf : passage.complete) {
      passage.stopSending();
      this.#passage = undefined;
      this.#release(now);
      passage.finish();
      return;
    }
    if (passage.head !== undefined && !passage.told) {
      passage.tell();
    }
    this.settle();
  }

  /** Looks whether both halves of a tunnel are through, and all has left. */
  #tunnelOver(): void {
    if (!this.#receiving && this.#passage?.tunnel === true && this.#machine.over) {
      this.#understood(this.#owner.clock.now());
    }
  }

  #release(now: Millis): void {
    if (this.#gone) {
      return;
    }
    if (this.#machine.available && !this.#peerEnded && !(this.#owner.once && this.#carried > 0)) {
      this.#idleSince = now;
      this.#keptUntil = this.#owner.released(this, this.#hint, now);
      this.settle();
    } else {
      this.#cut();
    }
  }

  /** Writes what is owed, reads or not, and minds the deadline. */
  settle(): void {
    if (this.#gone || this.#receiving) {
      return;
    }
    this.#write();
    if (this.#machine.wantsInput) {
      this.#channel.resume();
    } else {
      this.#channel.pause();
    }
    if (this.#endsHalf && this.#out.flushed) {
      this.#endsHalf = false;
      this.#channel.end();
    }
    this.#owner.deadlines.watch(this);
  }

  #write(): void {
    if (!this.#out.flushed || this.#gone) {
      return;
    }
    const chunks = this.#machine.drain();
    if (chunks.length > 0) {
      this.#out.write(chunks);
      if (!this.#out.flushed) {
        this.#owner.deadlines.watch(this);
      }
    }
  }

  /** The connection is closed and counts no more; what is under way is told by whoever calls. */
  #cut(): void {
    if (!this.#gone) {
      this.#gone = true;
      this.#passage?.pump?.drop();
      this.#passage = undefined;
      this.#keptUntil = undefined;
      this.#owner.deadlines.forget(this);
      this.#channel.destroy();
      this.#owner.lost(this);
    }
  }

  #facts(): FailureFacts {
    return { name: shownEndpoint(this.#channel.remote), unsent: false, reused: this.#carried > 1 };
  }
}
