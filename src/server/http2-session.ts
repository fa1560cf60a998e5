/**
 * One HTTP/2 connection being served (RFC 9113): many exchanges at once, whose content is
 * pulled when the machine's scheduler has chosen their stream and the channel has room.
 */
import {
  cancelContent,
  errorOf,
  Fields,
  type HttpError,
  type HttpRequest,
  type HttpResponse,
  type Millis,
  MisuseError,
  type Octets,
  type PulledContent,
  type RequestHead,
  type StreamId,
} from "../message/index.ts";
import { Http2Server, type Http2ServerSink } from "../protocol/http2/index.ts";
import type { Channel } from "../transport/index.ts";
import { type Call, CallMap, requestOf } from "./call.ts";

import type { Service } from "./service.ts";
import { Session } from "./session.ts";

/** Octets given to the channel at a time: enough to keep it busy, little enough for priorities to matter. */
const room: Octets = 131_072;
/** Writes in a row to a fast peer before other connections get their turn. */
const writesATurn = 8;
/** Empty pieces in a row that a source may answer where "pending" or an end belongs. */
const mostEmpty = 1_000;
/** Heads that clients repeat (the machine answers the same object for the same octets), and their requests. */
const keptRequests = 8;

export class Http2Session extends Session implements Http2ServerSink {
  readonly version = "2";
  protected readonly machine: Http2Server;
  #flushed = true;
  #writing = false;
  #yielded = false;
  #stalledSince: Millis = 0;
  #waiting: Octets = 0;
  readonly #heads: RequestHead[] = [];
  readonly #requests: HttpRequest[] = [];
  #nextKept = 0;

  constructor(channel: Channel, service: Service) {
    super(channel, service, new CallMap());
    this.machine = new Http2Server(this, service.http2, service.clock.now());
    service.deadlines.watch(this);
    channel.attach(this);
    this.settle();
  }

  flushed(): void {
    this.#flushed = true;
    this.machine.unhold(this.now());
    this.settle();
  }

  override closed(error: Error | undefined): void {
    super.closed(error);
    this.machine.release();
  }

  push(parent: StreamId, target: string, fields: Fields): boolean {
    const promised = this.machine.push(parent, target, fields, this.now());
    if (promised === undefined) {
      return false;
    }
    this.serve(promised.stream, requestOf(promised.head, undefined, this.tls !== undefined), undefined);
    return true;
  }

  // ---- From the machine

  request(stream: StreamId, head: RequestHead): void {
    if (head.contentLength === 0) {
      this.serve(stream, this.#requestOf(head), undefined);
      return;
    }
    const inbound = this.inbound(stream, head, () => {
      if (head.expectsContinue) {
        this.inform(stream, 100, Fields.empty);
      }
    });
    this.serve(stream, requestOf(head, inbound, this.tls !== undefined), inbound);
  }

  writable(): void {}

  cancelled(stream: StreamId, error: HttpError): void {
    const call = this.calls.find(stream);
    if (call !== undefined) {
      this.unlist(call);
      this.giveUp(call, error);
    }
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    const call = stream === undefined ? undefined : this.calls.find(stream);
    if (call !== undefined) {
      call.cause ??= error.detail;
      call.inbound?.fail(error);
    } else if (stream !== undefined && error.fault.scope === "message") {
      this.refuse(stream, error);
    } else if (stream !== undefined) {
      this.service.logRefused(this, error, 0);
    } else {
      this.service.logBroken(this, error);
    }
  }

  pull(stream: StreamId): Uint8Array | Fields | "pending" | "broken" {
    const call = this.calls.find(stream);
    const content = call?.response?.content;
    if (call === undefined || content?.type !== "pulled") {
      return "broken";
    }
    try {
      return this.#pull(call, content);
    } catch (error) {
      this.broke(call, errorOf(error));
      return "broken";
    }
  }

  // ---- Within

  protected pulled(call: Call, _response: HttpResponse, content: PulledContent): void {
    content.onReadable = () => {
      if (!call.over) {
        this.machine.ready(call.stream);
        this.settle();
      }
    };
  }

  protected get stalledSince(): Millis | undefined {
    return this.#flushed ? undefined : this.#stalledSince;
  }

  protected progressed(now: Millis): boolean {
    const { waiting } = this.channel;
    const moved = waiting < this.#waiting;
    this.#waiting = waiting;
    if (moved) {
      this.#stalledSince = now;
    }
    return moved;
  }

  settle(): void {
    if (this.gone || this.receiving || this.#writing) {
      return;
    }
    if (this.#flushed && !this.#yielded) {
      this.#write();
    }
    const { fate } = this.machine;
    if (fate !== "open" && (fate === "cut" || (this.#flushed && !this.machine.owes))) {
      this.closing.close(fate, this.now());
    } else if (this.machine.wantsInput && this.#flushed) {
      this.channel.resume();
    } else {
      this.channel.pause();
    }
    this.service.deadlines.watch(this);
  }

  /** Writes what the machine owes while the channel takes it at once. */
  #write(): void {
    this.#writing = true;
    try {
      for (let writes = 0; this.#flushed; writes += 1) {
        if (writes === writesATurn && this.machine.owes) {
          this.#yield();
          break;
        }
        const chunks = this.machine.drain(this.now(), room);
        if (chunks.length === 0) {
          if (this.machine.owes) {
            // A source that became ready while it was asked.
            this.#yield();
          }
          break;
        }
        this.#flushed = this.channel.write(chunks);
      }
    } catch (error) {
      this.failed(error);
    }
    this.#writing = false;
    if (!this.#flushed) {
      // Nothing is read until they have left.
      this.machine.hold();
      this.#stalledSince = this.now();
      this.#waiting = this.channel.waiting;
    }
  }

  /** Lets others have their turn of the event loop. */
  #yield(): void {
    this.#yielded = true;
    setImmediate(() => {
      this.#yielded = false;
      this.settle();
    });
  }

  #pull(call: Call, content: PulledContent): Uint8Array | Fields | "pending" {
    for (let empty = 0; empty <= mostEmpty; empty += 1) {
      const piece = content.read();
      if (piece === "pending") {
        return piece;
      }
      if (piece === "end") {
        if (content.length !== undefined && call.octets < content.length) {
          throw new Error(`content ended after ${call.octets} octets, ${content.length} were announced`);
        }
        this.finish(call);
        return content.trailers;
      }
      if (!(piece instanceof Uint8Array)) {
        throw new MisuseError(`content answered ${typeof piece}, wanted octets`);
      }
      if (piece.length > 0) {
        call.octets += piece.length;
        if (content.length !== undefined && call.octets > content.length) {
          cancelContent(content, new Error("the content is longer than announced"));
          throw new Error(`content has ${call.octets} octets or more, ${content.length} were announced`);
        }
        return piece;
      }
    }
    throw new MisuseError(`content answered ${mostEmpty} empty pieces one after another`);
  }

  /** One request serves for all that are alike and carry no content. */
  #requestOf(head: RequestHead): HttpRequest {
    const at = this.#heads.indexOf(head);
    if (at >= 0) {
      return this.#requests[at] as HttpRequest;
    }
    const request = requestOf(head, undefined, this.tls !== undefined);
    this.#heads[this.#nextKept] = head;
    this.#requests[this.#nextKept] = request;
    this.#nextKept = (this.#nextKept + 1) % keptRequests;
    return request;
  }
}
