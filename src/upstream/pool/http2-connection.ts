/** One HTTP/2 connection to a member, which many requests share (RFC 9113 §5). */
import {
  type ClientSink,
  chunkedContent,
  Fields,
  type HttpError,
  type Millis,
  type Octets,
  type ResponseHead,
  type StreamId,
} from "../../message/index.ts";
import { Http2Client } from "../../protocol/http2/index.ts";
import { type Channel, type Receiver, settleLater, type Timed } from "../../transport/index.ts";
import type { Attempt, Carrier, Outbound, UpstreamError } from "../contract.ts";
import {
  brokenOff,
  type FailureFacts,
  requestBroken,
  responseFailure,
  unwritable,
  writeStall,
} from "./exchange-failures.ts";
import { Expecting } from "./expecting.ts";
import { shownEndpoint } from "./failures.ts";
import { http2Head } from "./heads.ts";
import { Http2Outflow } from "./http2-outflow.ts";
import { Outlet } from "./outlet.ts";
import type { Http2Owner } from "./owners.ts";
import { continueTime, Passage, type PassageLink } from "./passage.ts";
import { Pump, type PumpPort } from "./pump.ts";

export class Http2Connection implements Receiver, ClientSink, Timed, Carrier, PassageLink, PumpPort {
  bucket = 0;
  readonly #channel: Channel;
  readonly #owner: Http2Owner;
  readonly #machine: Http2Client;
  readonly #out: Http2Outflow;
  readonly #passages = new Map<StreamId, Passage>();
  /** Those that something happened to within the arrival under way. */
  #touched: Passage[] = [];
  /** Those whose content waits for 100 (Continue). */
  readonly #expecting = new Expecting();
  #carried = 0;
  #heardAt: Millis;
  #idleSince: Millis;
  #receiving = false;
  #gone = false;

  constructor(channel: Channel, owner: Http2Owner) {
    const now = owner.clock.now();
    this.#channel = channel;
    this.#owner = owner;
    this.#machine = new Http2Client(this, { limits: owner.http2 }, now);
    this.#out = new Http2Outflow(new Outlet(channel, owner.clock), this.#machine, owner.clock, () =>
      this.settle(),
    );
    this.#idleSince = now;
    this.#heardAt = now;
    channel.attach(this);
    this.settle();
  }

  // ---- From the pool

  /** Requests that it takes now. */
  get mayCarry(): number {
    if (this.#gone) {
      return 0;
    }
    const { mayRequest } = this.#machine;
    return this.#owner.once ? Math.min(mayRequest, 1 - this.#carried) : mayRequest;
  }

  /** Requests under way. */
  get carrying(): number {
    return this.#passages.size;
  }

  carry(attempt: Attempt, now: Millis): void {
    const { outbound } = attempt;
    const passage = new Passage(attempt, this);
    attempt.carrier = this;
    try {
      passage.stream = this.#machine.request(http2Head(outbound, this.#owner), now);
    } catch (error) {
      attempt.failed(unwritable(error));
      return;
    }
    this.#carried += 1;
    this.#passages.set(passage.stream, passage);
    this.#sendContent(passage, outbound, now);
    settleLater(this);
  }

  /** Takes no further request; closes once those under way are through. */
  shutdown(): void {
    if (!this.#gone) {
      this.#machine.shutdown(this.#owner.clock.now());
      this.settle();
    }
  }

  cancel(attempt: Attempt, reason: Error): void {
    for (const passage of this.#passages.values()) {
      if (passage.attempt === attempt) {
        if (passage.told) {
          passage.cancel(reason);
        } else {
          this.#giveUp(passage);
        }
        return;
      }
    }
  }

  // ---- From the channel

  receive(bytes: Uint8Array): void {
    if (!this.#gone) {
      this.#receiving = true;
      this.#heardAt = this.#owner.clock.now();
      this.#machine.receive(bytes, this.#heardAt);
      this.#understood();
    }
  }

  end(): void {
    if (!this.#gone) {
      this.#receiving = true;
      this.#machine.end(this.#owner.clock.now());
      this.#understood();
    }
  }

  flushed(): void {
    if (!this.#gone) {
      this.#out.leftAll();
      this.settle();
    }
  }

  closed(error: Error | undefined): void {
    if (!this.#gone) {
      this.#failAll((passage) => brokenOff(passage, error === undefined ? "closed" : "reset", this.#facts()));
    }
  }

  // ---- Deadlines

  get deadline(): Millis | undefined {
    if (this.#gone || !this.#out.flushed) {
      return this.#gone ? undefined : this.#out.stalledSince + this.#owner.http2.contentProgress;
    }
    let first = Math.min(this.#machine.deadline ?? Number.POSITIVE_INFINITY, this.#expecting.deadline);
    if (this.#passages.size === 0) {
      first = Math.min(first, this.#idleSince + this.#owner.idleTime);
    }
    return first === Number.POSITIVE_INFINITY ? undefined : first;
  }

  expire(now: Millis): void {
    if (!this.#out.flushed) {
      const { contentProgress } = this.#owner.http2;
      if (this.#out.stalls(contentProgress, now)) {
        this.#failAll(() => writeStall(contentProgress, this.#facts()));
      }
      return;
    }
    this.#expecting.expire(now);
    if (this.#passages.size === 0 && now >= this.#idleSince + this.#owner.idleTime) {
      this.shutdown();
      return;
    }
    this.#receiving = true;
    this.#machine.expire(now);
    const { responseHead, contentProgress } = this.#owner.http2;
    if (this.#touched.length > 0 && now - this.#heardAt >= Math.min(responseHead, contentProgress)) {
      // Nothing at all came meanwhile: the path may be dead, and who comes next must not wait to find out.
      this.#machine.shutdown(now);
    }
    this.#understood();
  }

  // ---- From the machine

  informational(stream: StreamId, head: ResponseHead): void {
    const passage = this.#passages.get(stream);
    if (passage !== undefined) {
      if (head.status === 100) {
        this.#expecting.delete(passage);
        passage.goOn();
      }
      passage.attempt.informed(head.status, head.fields);
    }
  }

  response(stream: StreamId, head: ResponseHead): void {
    const passage = this.#passages.get(stream);
    if (passage !== undefined) {
      passage.head = head;
      this.#expecting.delete(passage);
      this.#touched.push(passage);
      if (passage.continueBy !== undefined || head.status >= 400) {
        // It does not want the request's content (RFC 9113 §8.1).
        passage.stopSending();
        this.#machine.halt(stream);
      }
    }
  }

  content(stream: StreamId, bytes: Uint8Array): void {
    this.#passages.get(stream)?.content(bytes);
  }

  complete(stream: StreamId, trailers: Fields): void {
    const passage = this.#passages.get(stream);
    if (passage !== undefined) {
      passage.ended(trailers);
      this.#touched.push(passage);
    }
  }

  writable(stream: StreamId): void {
    this.#passages.get(stream)?.pump?.run();
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    const passage = stream === undefined ? undefined : this.#passages.get(stream);
    if (passage !== undefined) {
      passage.fault = error;
      this.#touched.push(passage);
    }
  }

  // ---- From passages

  /** A tunnel needs HTTP/1.1. */
  begun(): void {}

  consumed(passage: Passage, octets: Octets): void {
    if (!this.#gone) {
      this.#machine.consumed(passage.stream, octets, this.#owner.clock.now());
      this.settle();
    }
  }

  discarded(passage: Passage): void {
    if (this.#passages.get(passage.stream) === passage) {
      this.#giveUp(passage);
      passage.attempt.finished(undefined);
    }
  }

  // ---- From pumps

  room(passage: Passage): Octets {
    return this.#gone ? 0 : this.#machine.sendable(passage.stream);
  }

  /** The machine copies. */
  send(passage: Passage, bytes: Uint8Array): void {
    this.#machine.content(passage.stream, bytes);
    this.settle();
  }

  sent(passage: Passage, trailers: Fields): void {
    passage.pump = undefined;
    this.#machine.complete(passage.stream, trailers, this.#owner.clock.now());
    this.settle();
  }

  broke(passage: Passage, error: Error): void {
    if (this.#passages.get(passage.stream) === passage) {
      this.#giveUp(passage);
      passage.fail(requestBroken(error, this.#facts()));
    }
  }

  // ---- Within

  #sendContent(passage: Passage, { content, fields }: Outbound, now: Millis): void {
    if (content.type === "empty" || content.length === 0) {
      return;
    }
    const { stream } = passage;
    if (content.type === "bytes" && content.length <= this.#machine.sendable(stream)) {
      this.#machine.content(stream, content.bytes);
      this.#machine.complete(stream, Fields.empty, now);
      return;
    }
    const pulled =
      content.type === "pulled" ? content : chunkedContent([content.bytes], { length: content.length });
    passage.pump = new Pump(pulled, passage, this);
    if (fields.has("expect")) {
      passage.continueBy = now + continueTime;
      this.#expecting.add(passage);
    } else {
      passage.pump.run();
    }
  }

  /** After the machine was told something. */
  #understood(): void {
    // What one of them brings about must not end the connection before the others are told.
    while (this.#touched.length > 0) {
      for (const passage of this.#touched.splice(0)) {
        this.#moveOn(passage);
      }
    }
    this.#receiving = false;
    this.settle();
    this.#owner.roomier(this);
  }

  #moveOn(passage: Passage): void {
    if (this.#passages.get(passage.stream) !== passage) {
      return;
    }
    const { fault, stream } = passage;
    if (fault !== undefined) {
      passage.pump?.drop();
      this.#forget(passage);
      passage.fail(responseFailure(passage, fault, this.#owner.http2, this.#facts()));
    } else if (passage.complete) {
      passage.stopSending();
      if (passage.halted) {
        // Our half is not whole, and nobody wants it.
        this.#machine.reset(stream, this.#owner.clock.now());
      }
      this.#forget(passage);
      passage.finish();
    } else if (!passage.told) {
      passage.tell();
    }
  }

  #giveUp(passage: Passage): void {
    passage.pump?.drop();
    this.#forget(passage);
    this.#machine.reset(passage.stream, this.#owner.clock.now());
    if (!this.#receiving) {
      this.settle();
      this.#owner.roomier(this);
    }
  }

  #forget(passage: Passage): void {
    this.#passages.delete(passage.stream);
    this.#expecting.delete(passage);
    if (this.#passages.size === 0) {
      this.#idleSince = this.#owner.clock.now();
    }
  }

  /** Writes what is owed, and minds the deadline and the end. */
  settle(): void {
    if (this.#gone || this.#receiving || this.#out.writing) {
      return;
    }
    this.#out.write();
    const idle = this.#passages.size === 0;
    if (idle && !this.#machine.over && (this.#owner.once ? this.#carried > 0 : !this.#machine.available)) {
      // It takes no more: its streams are used up, or its upstream goes away.
      this.#machine.shutdown(this.#owner.clock.now());
      this.#out.write();
    }
    if (this.#machine.over && (this.#out.flushed || idle)) {
      this.#cut();
      return;
    }
    this.#owner.deadlines.watch(this);
  }

  /** The connection is gone, and every request on it failed. */
  #failAll(errorOf: (passage: Passage) => UpstreamError): void {
    const passages = [...this.#passages.values()];
    this.#cut();
    for (const passage of passages) {
      passage.pump?.drop();
      passage.fail(errorOf(passage));
    }
  }

  #cut(): void {
    if (!this.#gone) {
      this.#gone = true;
      this.#passages.clear();
      this.#expecting.clear();
      this.#owner.deadlines.forget(this);
      this.#channel.destroy();
      this.#owner.lost(this);
    }
  }

  #facts(): FailureFacts {
    return { name: shownEndpoint(this.#channel.remote), unsent: false, reused: this.#carried > 1 };
  }
}
