/**
 * How a connection ends well (RFC 9113 §6.8): the first GOAWAY asks for no more streams, the second, when
 * the first has surely come, says which was the last; what is open by then is finished.
 */
import { Buffer } from "node:buffer";
import type { Millis } from "../../message/index.ts";
import { errorCode } from "./error-codes.ts";
import { mostStreamId, writePing } from "./frames.ts";
import type { Http2Fate } from "./machine.ts";
import type { ServerLink } from "./server-link.ts";

/** What the PING between the two GOAWAYs carries. */
const probe: Buffer = Buffer.from("goaway!!", "latin1");

export class ServerClosing {
  readonly #link: ServerLink;
  /** When the first GOAWAY was sent. */
  since: Millis | undefined;
  /** The client will open no more streams, nor take promises. */
  peerIsGoing = false;
  /** The client has ended its side of the connection. */
  ended = false;

  constructor(link: ServerLink) {
    this.#link = link;
  }

  /** @param certain - Nothing can be on its way: one GOAWAY is enough. */
  begin(now: Millis, certain: boolean): void {
    const link = this.#link;
    if (link.over || this.since !== undefined) {
      return;
    }
    this.since = now;
    if (certain) {
      this.finish();
      return;
    }
    link.goaway(mostStreamId, errorCode.noError);
    const { out } = link;
    out.reserve(32);
    out.at = writePing(out.block, out.at, false, probe, 0);
  }

  /** The probe came back, or long enough was waited for it. */
  finish(): void {
    const { streams } = this.#link;
    if (!streams.final) {
      streams.final = true;
      this.#link.goaway(streams.last, errorCode.noError);
    }
  }

  /** A PING of ours was answered, with these octets. */
  answered(bytes: Uint8Array, start: number): void {
    if (this.since !== undefined && probe.every((octet, i) => octet === bytes[start + i])) {
      this.finish();
    }
  }

  get fate(): Http2Fate {
    const { broken, streams } = this.#link;
    if (broken !== undefined) {
      return broken;
    }
    const last = streams.final || this.ended || this.peerIsGoing;
    return last && streams.size === 0 ? "end" : "open";
  }
}
