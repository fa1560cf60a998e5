/** A connection of its own to some member, for a stream: the same choice, line and health as for requests. */
import type { Ask, Member } from "../../balance/index.ts";
import type { Endpoint, Millis } from "../../message/index.ts";
import { encodeProxyHeader } from "../../protocol/proxy-protocol/index.ts";
import { type Channel, ConnectFailure, type Connecting, type ConnectPlace } from "../../transport/index.ts";
import { UpstreamError } from "../contract.ts";
import { connectFailure } from "../pool/failures.ts";
import type { Connect } from "../pool/index.ts";
import { faults } from "./faults.ts";
import type { Sending } from "./sending.ts";
import type { Station } from "./station.ts";
import { otherIsBusy } from "./try.ts";
import type { Waiter } from "./waiting-line.ts";

export interface OpeningOptions {
  /** What a consistent hash is taken of. */
  readonly key: string | undefined;
  /** For PROXY protocol. */
  readonly client: Endpoint;
  readonly local: Endpoint;
}

/** A member that is counted as busy with one stream until `finished`. */
export interface Held {
  readonly member: Member;
  /** Where it is. */
  readonly to: ConnectPlace;
  /** The stream is over; later calls do nothing. @param error - Something that the member is to blame for. */
  finished(error?: Error): void;
}

export interface Opened extends Held {
  /** Nobody reads it yet. The PROXY header, if there is one, was sent. */
  readonly channel: Channel;
}

export interface Opening<T extends Held> {
  /** @throws UpstreamError (rejects) - No member took it, or it was cancelled. */
  readonly opened: Promise<T>;
  /** Nobody waits for it any more. Once it is opened this does nothing. */
  cancel(reason: Error): void;
}

export interface OpeningParts {
  readonly sending: Sending;
  readonly connect: Connect;
  readonly timeout: Millis;
  readonly proxyProtocol: 1 | 2 | undefined;
}

const nobody: readonly Member[] = [];

/** What both kinds share: who is asked, and what becomes of one who cannot be reached. */
abstract class Asking<T extends Held> implements Opening<T>, Ask, Waiter {
  readonly opened: Promise<T>;
  readonly key: string | undefined;
  tried: readonly Member[] = nobody;
  protected readonly parts: OpeningParts;
  readonly #resolve: (held: T) => void;
  readonly #reject: (error: Error) => void;
  #station: Station | undefined = undefined;
  #began: Millis = 0;
  #attempts = 0;
  #pending = true;
  #reasons: { readonly member: string; readonly detail: string }[] = [];
  #last: UpstreamError | undefined = undefined;

  constructor(key: string | undefined, parts: OpeningParts) {
    this.key = key;
    this.parts = parts;
    let settle: { resolve: (held: T) => void; reject: (error: Error) => void } | undefined;
    this.opened = new Promise((resolve, reject) => {
      settle = { resolve, reject };
    });
    this.#resolve = (held) => settle?.resolve(held);
    this.#reject = (error) => settle?.reject(error);
  }

  get choosy(): boolean {
    return this.#last !== undefined;
  }

  begin(now: Millis): void {
    if (this.parts.sending.line.holdsUp || !this.launch(now)) {
      this.#wait(now);
    }
  }

  launch(now: Millis): boolean {
    const { sending } = this.parts;
    const member = sending.roster.pick(this, undefined, now);
    if (member === undefined) {
      return false;
    }
    if (this.#last !== undefined && this.tried.includes(member)) {
      if (otherIsBusy(sending.roster, this.tried, now)) {
        return false;
      }
      this.#end(this.#last);
      return true;
    }
    sending.line.leave(this);
    const station = sending.stationOf(member);
    sending.roster.started(member, now);
    this.#station = station;
    this.#began = now;
    this.#attempts += 1;
    station.requests += 1;
    if (this.#attempts > 1) {
      station.retries += 1;
    }
    this.#locate(station);
    return true;
  }

  late(waited: Millis): void {
    this.#end(this.#last ?? this.parts.sending.refusals.waitedTooLong(waited));
  }

  refuse(): void {
    this.#end(this.#last ?? this.parts.sending.refusals.nobodyLeft());
  }

  cancel(reason: Error): void {
    this.#end(
      new UpstreamError(faults.cancelled, reason.message, {
        type: "connection_terminated",
        unsent: true,
        by: "client",
      }),
    );
  }

  /** Goes on to the place, and says by `got` or `failed` what came of it. */
  protected abstract reach(station: Station, to: ConnectPlace): void;
  /** Stops `reach`. */
  protected abstract stop(): void;

  protected failed(thrown: unknown): void {
    const station = this.#station;
    if (!this.#pending || station === undefined) {
      return;
    }
    const { sending } = this.parts;
    const error = connectFailure(thrown);
    this.#station = undefined;
    sending.failed(station, "failed", this.#began, error.detail);
    this.tried = [...this.tried, station.member];
    this.#reasons.push({ member: station.member.id, detail: error.detail });
    const { fault, detail, type } = error;
    this.#last = new UpstreamError(fault, detail, { type, unsent: true, reasons: this.#reasons });
    const now = sending.clock.now();
    if (this.#attempts > sending.rules.retries) {
      this.#end(this.#last);
    } else if (!this.launch(now)) {
      this.#wait(now);
    }
    sending.moved();
  }

  /** @param make - Completes what is held by what frees it. */
  protected got(make: (held: Held) => T, to: ConnectPlace): void {
    const station = this.#station;
    if (!this.#pending || station === undefined) {
      return;
    }
    this.#pending = false;
    const { sending } = this.parts;
    sending.answered(station, 0, this.#began);
    let over = false;
    const finished = (error?: Error): void => {
      if (!over) {
        over = true;
        sending.finished(station, error, this.#began);
        sending.moved();
      }
    };
    this.#resolve(make({ member: station.member, to, finished }));
  }

  #locate(station: Station): void {
    const still = (): boolean => this.#pending && this.#station === station;
    const reached = (to: ConnectPlace): void => {
      if (still()) {
        this.reach(station, to);
      }
    };
    try {
      const to = station.place.where();
      if (to instanceof Promise) {
        to.then(reached, (error) => this.failed(error));
      } else {
        reached(to);
      }
    } catch (error) {
      this.failed(error);
    }
  }

  #wait(now: Millis): void {
    const { line, mayWait, refusals } = this.parts.sending;
    if (this.#pending && !mayWait) {
      this.#end(this.#last ?? refusals.nobodyLeft());
    } else if (this.#pending && !line.join(this, now)) {
      this.#end(this.#last ?? refusals.lineFull());
    }
  }

  #end(error: UpstreamError): void {
    if (!this.#pending) {
      return;
    }
    this.#pending = false;
    const { sending } = this.parts;
    sending.line.leave(this);
    const station = this.#station;
    this.stop();
    this.opened.catch(() => {});
    this.#reject(error);
    if (station !== undefined) {
      sending.failed(station, "abandoned", this.#began, error.detail);
      sending.moved();
    }
  }
}

/** Only who and where, for datagrams, which have no connection. */
export class HoldOpening extends Asking<Held> {
  protected override reach(_station: Station, to: ConnectPlace): void {
    this.got((held) => held, to);
  }

  protected override stop(): void {
    // Nothing is under way.
  }
}

export class StreamOpening extends Asking<Opened> {
  readonly #options: OpeningOptions;
  #connecting: Connecting | undefined = undefined;

  constructor(options: OpeningOptions, parts: OpeningParts) {
    super(options.key, parts);
    this.#options = options;
  }

  protected override reach({ place }: Station, to: ConnectPlace): void {
    const { connect, timeout, proxyProtocol } = this.parts;
    const { client, local } = this.#options;
    const first = proxyProtocol === undefined ? undefined : encodeProxyHeader(proxyProtocol, client, local);
    this.#connecting = connect({ to, timeout, tls: place.tls([]), first }, (result) => {
      this.#connecting = undefined;
      if (result instanceof ConnectFailure) {
        this.failed(result);
      } else {
        this.got((held) => ({ ...held, channel: result }), to);
      }
    });
  }

  protected override stop(): void {
    this.#connecting?.cancel();
  }
}
