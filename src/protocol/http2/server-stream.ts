/** One request and its response on a server's connection. */
import { defaultPriority, type Priority } from "../../fields/index.ts";
import type { Fields, Millis, Octets, RequestHead, StreamId } from "../../message/index.ts";
import type { ReceiveWindow } from "./receive-window.ts";
import type { Scheduled } from "./schedule.ts";
import type { StreamState } from "./stream-states.ts";

export class ServerStream implements Scheduled<ServerStream> {
  id: StreamId = 0;
  state: StreamState = "idle";
  /** undefined for a head that could not be read, whose stream is answered all the same. */
  head: RequestHead | undefined = undefined;
  pushed = false;
  /** Nothing can be sent or received on it any more. */
  gone = false;
  /** Something beyond `begin` was set: the object is not used for another stream. */
  touched = false;

  // ---- Content of the request

  /** How much the peer may send; undefined before it sent any. */
  inbound: ReceiveWindow | undefined = undefined;
  /** Octets of content so far. */
  received: Octets = 0;
  /** Handed over and not consumed. */
  unread: Octets = 0;
  /** Nobody reads it: it is thrown away. */
  discarding = false;
  /** The response was whole then, and content that nobody reads still to come; and what had come by then. */
  wasteSince: Millis | undefined = undefined;
  wasteFrom: Octets | undefined = undefined;
  /** 100 (Continue) has been sent. */
  continued = false;
  /** When content came last, or began to be waited for. */
  progressed: Millis = 0;

  // ---- The response

  /** A final head was sent. */
  answered = false;
  tunnel = false;
  /** What the peer lets us send; less than 0 after it took some back (RFC 9113 §6.9.2). */
  window: Octets = 0;
  /** Octets to be sent, and how many of them were. */
  piece: Uint8Array | undefined = undefined;
  pieceAt: Octets = 0;
  /** The response has content, of which the end is not sent. */
  sending = false;
  /** The source has nothing now, and will call. */
  pending = false;
  /** The source became ready while it was being asked. */
  readied = false;
  /** After `piece` nothing follows but `trailers`. */
  ended = false;
  trailers: Fields | undefined = undefined;
  /** Octets that pulled content still has to give; undefined where it announced none. */
  left: Octets | undefined = undefined;
  /** Since when the peer's windows hold content back; undefined while they do not. */
  stalled: Millis | undefined = undefined;
  /** Octets sent since then. */
  trickled: Octets = 0;

  // ---- The schedule's

  priority: Priority = defaultPriority;
  /** Whether `priority` was read from the request, which waits until there is something to schedule. */
  prioritized = false;
  scheduled = false;
  ahead: ServerStream | undefined = undefined;
  behind: ServerStream | undefined = undefined;

  /** Made new for another request: one that was answered at once leaves nothing else to undo. */
  begin(id: StreamId, state: StreamState, head: RequestHead | undefined, window: Octets, now: Millis): void {
    this.id = id;
    this.state = state;
    this.head = head;
    this.window = window;
    this.progressed = now;
    this.answered = false;
    this.gone = false;
  }

  /** The request may still bring content. */
  get isReceiving(): boolean {
    return this.state === "open" || this.state === "halfClosedLocal";
  }

  /** Whether waiting for 100 (Continue) may have kept the client from sending content. */
  get contentWithheld(): boolean {
    return this.head?.expectsContinue === true && !this.continued && this.received === 0 && this.isReceiving;
  }
}
