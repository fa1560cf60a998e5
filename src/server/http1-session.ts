/**
 * One HTTP/1 connection being served: moves octets between channel and machine,
 * requests to the service, and responses back with backpressure.
 */
import {
  Fields,
  type HttpError,
  type HttpResponse,
  type Millis,
  type PulledContent,
  type RequestHead,
  type ServerSink,
  type StreamId,
} from "../message/index.ts";
import { Http1Server } from "../protocol/http1/index.ts";
import type { Channel } from "../transport/index.ts";
import { type Call, CallList, requestOf } from "./call.ts";
import { Outflow, type OutflowOwner } from "./outflow.ts";
import type { Service } from "./service.ts";
import { Session } from "./session.ts";

export class Http1Session extends Session implements ServerSink, OutflowOwner {
  readonly version = "1.1";
  protected readonly machine: Http1Server;
  readonly #out: Outflow;

  constructor(channel: Channel, service: Service) {
    super(channel, service, new CallList());
    this.machine = new Http1Server(this, service.http1, service.clock.now());
    this.#out = new Outflow(channel, this.machine, this);
    service.deadlines.watch(this);
    channel.attach(this);
  }

  flushed(): void {
    this.#out.leftAll();
    this.machine.unhold(this.now());
    const { front } = this.calls;
    if (front !== undefined) {
      this.#out.pump(front);
    }
    this.settle();
  }

  /** HTTP/1 promises nothing. */
  push(): boolean {
    return false;
  }

  // ---- From the machine

  request(stream: StreamId, head: RequestHead): void {
    const inbound =
      head.contentLength === 0 && head.method !== "CONNECT" && !head.fields.has("upgrade")
        ? undefined
        : this.inbound(stream, head, () => this.inform(stream, 100, Fields.empty));
    if (head.contentLength === 0) {
      inbound?.end(Fields.empty);
    }
    this.serve(stream, requestOf(head, inbound, this.tls !== undefined), inbound);
  }

  writable(stream: StreamId): void {
    const call = this.calls.find(stream);
    if (call !== undefined) {
      this.#out.pump(call);
    }
  }

  fault(stream: StreamId | undefined, error: HttpError): void {
    const call = stream === undefined ? undefined : this.calls.find(stream);
    if (call !== undefined) {
      call.cause ??= error.detail;
      call.inbound?.fail(error);
    } else if (stream !== undefined) {
      this.refuse(stream, error);
    }
  }

  // ---- Within

  protected pulled(call: Call, response: HttpResponse, _content: PulledContent): void {
    if (response.tunnel) {
      call.inbound?.reopen();
    }
  }

  protected get stalledSince(): Millis | undefined {
    return this.#out.stalledSince;
  }

  protected progressed(now: Millis): boolean {
    return this.#out.progressed(now);
  }

  settle(): void {
    if (this.gone || this.receiving || this.#out.pumping) {
      return;
    }
    if (this.#out.flushed) {
      this.#out.write();
    }
    const { fate } = this.machine;
    if (fate === "half" && this.#out.flushed) {
      this.closing.endHalf();
    }
    if (fate !== "open" && fate !== "half" && this.#out.flushed) {
      this.closing.close(fate, this.now());
    } else if (this.machine.wantsInput && this.#out.flushed) {
      this.channel.resume();
    } else {
      this.channel.pause();
    }
    this.service.deadlines.watch(this);
  }
}
