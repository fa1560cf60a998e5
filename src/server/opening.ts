/**
 * A connection whose protocol is not known yet: its first octets tell HTTP/2 with prior knowledge
 * (RFC 9113 §3.3, §3.4) from HTTP/1.
 */
import { Buffer } from "node:buffer";
import type { Millis } from "../message/index.ts";
import type { Channel, Receiver, Timed } from "../transport/index.ts";
import { Http1Session } from "./http1-session.ts";
import { Http2Session } from "./http2-session.ts";
import type { Service } from "./service.ts";
import type { Session } from "./session.ts";

const preface: Buffer = Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "latin1");

export class Opening implements Receiver, Timed {
  bucket = 0;
  readonly #channel: Channel;
  readonly #service: Service;
  readonly #since: Millis;
  /** The octets so far, where they may become either. */
  #held: Buffer | undefined;

  constructor(channel: Channel, service: Service) {
    this.#channel = channel;
    this.#service = service;
    this.#since = service.clock.now();
    service.deadlines.watch(this);
    channel.attach(this);
  }

  receive(bytes: Uint8Array): void {
    const seen = this.#held === undefined ? bytes : Buffer.concat([this.#held, bytes]);
    const length = Math.min(seen.length, preface.length);
    if (preface.compare(seen, 0, length, 0, length) !== 0) {
      this.#become(Http1Session, seen);
    } else if (length === preface.length) {
      this.#become(Http2Session, seen);
    } else {
      this.#held = Buffer.from(seen);
    }
  }

  end(): void {
    this.#become(Http1Session, this.#held).end();
  }

  flushed(): void {}

  closed(): void {
    this.#service.deadlines.forget(this);
    this.#service.left(this);
  }

  get deadline(): Millis {
    return this.#since + this.#service.http1.limits.firstByte;
  }

  expire(): void {
    this.#channel.end();
    this.#channel.destroy();
  }

  /** Nothing was asked yet: there is nothing to wait for. */
  shutdown(): void {
    this.expire();
  }

  destroy(): void {
    this.#channel.destroy();
  }

  #become(Kind: new (channel: Channel, service: Service) => Session, seen: Uint8Array | undefined): Session {
    this.#service.deadlines.forget(this);
    const session = new Kind(this.#channel, this.#service);
    this.#service.replaced(this, session);
    if (seen !== undefined) {
      session.receive(seen);
    }
    return session;
  }
}
