/** What a server's connection waits for, how long, and what follows (RFC 9113 §5.4, §6.5.3, §10.5). */
import { HttpError, type Millis } from "../../message/index.ts";
import { errorCode } from "./error-codes.ts";
import { clientFault, faults } from "./faults.ts";
import type { ServerClosing } from "./server-closing.ts";
import type { ServerLink } from "./server-link.ts";
import type { ServerStream } from "./server-stream.ts";

/** No path takes longer there and back. */
const longestTrip: Millis = 1_000;

export class ServerWaits {
  readonly #link: ServerLink;
  readonly #closing: ServerClosing;
  readonly #began: Millis;
  /** The client's preface has come. */
  begun = false;
  /** The client has acknowledged our SETTINGS. */
  acknowledged = false;
  /** Since when the end of a frame or field block is waited for, and which. */
  #partialSince: Millis | undefined;
  #partial = 0;

  constructor(link: ServerLink, closing: ServerClosing, now: Millis) {
    this.#link = link;
    this.#closing = closing;
    this.#began = now;
  }

  /** After each arrival. @param partial - Tells which frame or field block is not whole; undefined for none. */
  arrived(begun: boolean, partial: number | undefined, now: Millis): void {
    if (begun && !this.begun) {
      this.begun = true;
      this.#link.idleSince = now;
    }
    if (partial === undefined) {
      this.#partialSince = undefined;
    } else if (this.#partialSince === undefined || this.#partial !== partial) {
      this.#partialSince = now;
      this.#partial = partial;
    }
  }

  /** How long the acknowledgement took says what the path takes, at most: a client may take its time. */
  acknowledge(now: Millis): void {
    if (!this.acknowledged) {
      this.acknowledged = true;
      this.#link.roundTrip = Math.min(longestTrip, Math.max(1, now - this.#began));
    }
  }

  get deadline(): Millis | undefined {
    if (this.#link.over || this.#link.isFull || this.#link.held) {
      return undefined;
    }
    const next = Math.min(this.#connectionDeadline, this.#streamDeadline);
    return next === Number.POSITIVE_INFINITY ? undefined : next;
  }

  /** Once the client has ended its side, no window will open again: there is nothing to wait for. */
  get #streamDeadline(): Millis {
    const { streamDeadline, limits } = this.#link;
    return this.#closing.ended ? streamDeadline - limits.windowStall : streamDeadline;
  }

  get #connectionDeadline(): Millis {
    const { limits, streams, idleSince } = this.#link;
    const { since, ended } = this.#closing;
    if (ended) {
      return Number.POSITIVE_INFINITY;
    }
    if (!this.begun) {
      return this.#began + limits.firstByte;
    }
    let next = this.acknowledged ? Number.POSITIVE_INFINITY : this.#from(this.#began) + limits.settingsTime;
    if (this.#partialSince !== undefined) {
      next = Math.min(next, this.#from(this.#partialSince) + limits.fieldSectionTime);
    }
    if (since !== undefined) {
      return streams.final ? next : Math.min(next, since + limits.goawayTime);
    }
    return streams.size === 0 ? Math.min(next, this.#from(idleSince) + limits.keepAlive) : next;
  }

  expire(now: Millis): void {
    const link = this.#link;
    if (link.over || link.isFull || link.held) {
      return;
    }
    if (now >= this.#streamDeadline) {
      this.#expireStreams(now);
    }
    if (!link.over && now >= this.#connectionDeadline) {
      this.#expireConnection(now);
    }
  }

  #expireConnection(now: Millis): void {
    const link = this.#link;
    const { limits } = link;
    if (!this.begun) {
      link.goaway(0, errorCode.noError);
      link.broken = "end";
      link.stop();
    } else if (!this.acknowledged && now >= this.#from(this.#began) + limits.settingsTime) {
      const wait = limits.settingsTime;
      link.fault(clientFault("settingsTimeout", `our SETTINGS were not acknowledged in ${wait} ms`));
    } else if (
      this.#partialSince !== undefined &&
      now >= this.#from(this.#partialSince) + limits.fieldSectionTime
    ) {
      const wait = limits.fieldSectionTime;
      const detail = `no whole frame or field block in ${wait} ms (limit fieldSectionTime)`;
      link.fault(clientFault("fieldSectionTimeout", detail));
    } else if (this.#closing.since !== undefined) {
      this.#closing.finish();
    } else {
      this.#closing.begin(now, false);
    }
  }

  /** When a wait began that is none of ours. */
  #from(since: Millis): Millis {
    return Math.max(since, this.#link.heldUntil);
  }

  /** Gives up streams that wait too long, and finds when the next one would. */
  #expireStreams(now: Millis): void {
    const link = this.#link;
    const { contentProgress, windowStall } = link.limits;
    link.streamDeadline = Number.POSITIVE_INFINITY;
    for (const stream of [...link.streams.all()]) {
      if (stream.gone) {
        continue;
      }
      if (stream.stalled !== undefined && isHeldBack(stream)) {
        const until = this.#from(stream.stalled) + windowStall;
        if (this.#closing.ended) {
          link.close(stream);
          const detail = "the connection ended before the response was whole";
          link.sink.cancelled(stream.id, new HttpError(faults.incomplete, "client", detail));
          continue;
        }
        if (now >= until) {
          const detail = `the window of stream ${stream.id} stayed closed for ${windowStall} ms (limit windowStall)`;
          link.fault(clientFault("windowStall", detail));
          return;
        }
        link.streamDeadline = Math.min(link.streamDeadline, until);
      }
      if (stream.wasteSince !== undefined) {
        link.waste(stream);
      } else if (link.inbound.isOpen && waitsForContent(stream)) {
        const until = this.#from(stream.progressed) + contentProgress;
        if (now >= until) {
          link.refuse(stream, clientFault("contentTimeout", `no content came for ${contentProgress} ms`));
        } else {
          link.streamDeadline = Math.min(link.streamDeadline, until);
        }
      }
    }
  }
}

/** It has octets to send, and no window lets them through: `stalled` tells since when. */
function isHeldBack(stream: ServerStream): boolean {
  return stream.sending && !stream.scheduled;
}

/** Content is to come, and nothing of ours keeps the client from sending it. */
function waitsForContent(stream: ServerStream): boolean {
  return (
    stream.isReceiving &&
    !stream.discarding &&
    !stream.tunnel &&
    !stream.contentWithheld &&
    stream.inbound?.isOpen !== false
  );
}
