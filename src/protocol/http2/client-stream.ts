/** One request and its response on a client's HTTP/2 connection. */
import { ByteStore } from "../../bytes/index.ts";
import type { Priority } from "../../fields/index.ts";
import { Fields, type Millis, type Octets, type StreamId } from "../../message/index.ts";
import type { ReceiveWindow } from "./receive-window.ts";
import type { Scheduled } from "./schedule.ts";
import type { StreamState } from "./stream-states.ts";

/** Where the response is: what its next frame may be. */
export type ResponsePhase =
  /** Interim responses, then the final head. */
  | "head"
  /** DATA, then trailers or the end. */
  | "content"
  /** DATA until the end. */
  | "tunnel";

export interface StreamBeginning {
  readonly id: StreamId;
  readonly method: string;
  /** Of the request's content: 0 for none, undefined for unknown. */
  readonly contentLength: Octets | undefined;
  readonly priority: Priority;
  /** What the origin server lets us send. */
  readonly window: Octets;
  readonly inbound: ReceiveWindow;
  readonly now: Millis;
}

export class ClientStream implements Scheduled<ClientStream> {
  readonly id: StreamId;
  readonly method: string;
  state: StreamState;
  /** When either side last moved on. */
  since: Millis;

  // ---- The response

  phase: ResponsePhase = "head";
  interim = 0;
  /** Content announced and not yet come; undefined where nothing was announced. */
  missing: Octets | undefined;
  /** Content that came. */
  received: Octets = 0;
  /** Content handed over and not consumed. */
  unread: Octets = 0;
  readonly inbound: ReceiveWindow;

  // ---- The request's content

  /** What may be sent; a change of SETTINGS can make it negative (RFC 9113 §6.9.2). */
  window: Octets;
  /** Handed over and not sent. */
  readonly unsent: ByteStore = new ByteStore();
  /** Announced and not handed over; undefined where nothing was announced. */
  left: Octets | undefined;
  /** A CONNECT that was not answered: nothing may follow its head (RFC 9110 §9.3.6). */
  withheld: boolean;
  /** All was handed over; `trailers` follow what is unsent. */
  handedOver: boolean;
  trailers: Fields = Fields.empty;
  /** No more will be handed over, whole or not: only the response is waited for. */
  halted = false;
  /** `sendable` is 0: `writable` is owed once it is not. */
  stalled = false;

  // ---- The schedule's

  priority: Priority;
  scheduled = false;
  ahead: ClientStream | undefined = undefined;
  behind: ClientStream | undefined = undefined;

  constructor({ id, method, contentLength, priority, window, inbound, now }: StreamBeginning) {
    this.id = id;
    this.method = method;
    this.priority = priority;
    this.window = window;
    this.inbound = inbound;
    this.since = now;
    this.withheld = method === "CONNECT";
    this.handedOver = !this.withheld && contentLength === 0;
    this.left = this.withheld ? undefined : contentLength;
    this.state = this.handedOver ? "halfClosedLocal" : "open";
  }

  get isOver(): boolean {
    return this.state === "closed";
  }
}
