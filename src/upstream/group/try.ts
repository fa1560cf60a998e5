/** One attempt of a dispatch at one member: keeps the member's books, and passes on what comes. */
import type { Member, Roster } from "../../balance/index.ts";
import type { Content, Fields, Millis, ResponseHead } from "../../message/index.ts";
import type { Attempt, Carrier, Outbound, SendOptions, UpstreamError } from "../contract.ts";
import { isStale } from "./retry-rules.ts";
import type { Sending } from "./sending.ts";
import type { Station } from "./station.ts";

/** Who makes attempts. */
export interface TryOwner {
  readonly options: SendOptions;
  informed(from: Try, status: number, fields: Fields): void;
  responded(from: Try, head: ResponseHead, content: Content, tunnel: boolean): void;
  failed(from: Try, error: UpstreamError): void;
  finished(from: Try): void;
}

export class Try implements Attempt {
  readonly outbound: Outbound;
  readonly options: SendOptions;
  readonly station: Station;
  carrier: Carrier | undefined = undefined;
  consumed = false;
  unwanted = false;
  readonly #owner: TryOwner;
  readonly #sending: Sending;
  readonly #began: Millis;
  #over = false;

  constructor(owner: TryOwner, station: Station, sending: Sending, outbound: Outbound, now: Millis) {
    this.outbound = outbound;
    this.options = owner.options;
    this.station = station;
    this.#owner = owner;
    this.#sending = sending;
    this.#began = now;
  }

  informed(status: number, fields: Fields): void {
    if (!this.#over) {
      this.#owner.informed(this, status, fields);
    }
  }

  responded(head: ResponseHead, content: Content, tunnel: boolean): void {
    if (!this.#over) {
      this.#sending.answered(this.station, head.status, this.#began);
      this.#owner.responded(this, head, content, tunnel);
    }
  }

  failed(error: UpstreamError): void {
    if (!this.#over) {
      this.#over = true;
      // What the client did, or a connection that was closed while idle, is not the member's fault.
      const blameless = error.by !== "origin" || isStale(error);
      this.#sending.failed(this.station, blameless ? "abandoned" : "failed", this.#began, error.detail);
      this.#owner.failed(this, error);
      this.#sending.moved();
    }
  }

  finished(error: Error | undefined): void {
    if (!this.#over) {
      this.#over = true;
      this.#sending.finished(this.station, error, this.#began);
      this.#owner.finished(this);
      this.#sending.moved();
    }
  }

  /** Before its response came: nobody wants it any more. */
  abandon(reason: Error): void {
    if (!this.#over) {
      this.#over = true;
      this.carrier?.cancel(this, reason);
      this.#sending.failed(this.station, "abandoned", this.#began, reason.message);
      this.#sending.moved();
    }
  }
}

/** Some member that was not asked yet is well but has no room: waiting for it is better than giving up. */
export function otherIsBusy(roster: Roster, tried: readonly Member[], now: Millis): boolean {
  return roster.members.some((member) => {
    const { state } = roster.state(member, now);
    const full = member.active >= member.capacity;
    return full && (state === "up" || state === "warming") && !tried.includes(member);
  });
}
