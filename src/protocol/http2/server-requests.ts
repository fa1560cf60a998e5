/** What streams bring: heads, content and trailers of requests (RFC 9113 §5.1, §8.1, §8.5). */
import { Fields, HttpError, type Octets, type RequestHead, type StreamId } from "../../message/index.ts";
import { type DecodedSection, HpackDecoder } from "../hpack/index.ts";
import { clientFault, faults } from "./faults.ts";
import { firstWindow, frameFlag } from "./frames.ts";
import { ReceiveWindow } from "./receive-window.ts";
import { readRequestHead, readTrailers } from "./request-head.ts";
import type { ServerLink } from "./server-link.ts";
import type { ServerStream } from "./server-stream.ts";
import type { ServerWaits } from "./server-waits.ts";
import { afterEnd, type StreamFrame, verdicts } from "./stream-states.ts";

export class ServerRequests {
  readonly #link: ServerLink;
  readonly #decoder: HpackDecoder;
  readonly #waits: ServerWaits;
  /** Of the DATA frame under way: its stream where the content counts, and whether it is the last. */
  #stream: ServerStream | undefined;
  #last = false;

  constructor(link: ServerLink, waits: ServerWaits) {
    this.#link = link;
    this.#waits = waits;
    const { headerTable, fieldSection, fieldCount } = link.limits;
    // Until the client has read our SETTINGS it may use the size that every connection begins with.
    const maxTableSize = Math.max(headerTable, 4_096);
    this.#decoder = new HpackDecoder({ maxTableSize, fieldSection, fieldCount, by: "client" });
  }

  // ---- Field blocks

  /** The client has acknowledged our SETTINGS: from here on its table is as large as they say. */
  acknowledged(): void {
    this.#decoder.resize(this.#link.limits.headerTable);
  }

  /**
   * A whole field block, `bytes` from `start` to before `end`.
   *
   * @param ofItself - Its priority depends on the stream itself.
   */
  block(
    id: StreamId,
    endsStream: boolean,
    ofItself: boolean,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): void {
    const { streams } = this.#link;
    const opens = id > streams.last && (id & 1) === 1;
    if (!opens) {
      const fault = this.#connectionFault(id);
      if (fault !== undefined) {
        this.#link.fault(fault);
        return;
      }
    }
    let section: DecodedSection;
    try {
      section = this.#decoder.decode(bytes, start, end);
    } catch (error) {
      this.#link.fault(httpError(error));
      return;
    }
    if (!opens) {
      this.#trailers(id, endsStream, section);
    } else if (!streams.final) {
      streams.advance(id);
      if (ofItself) {
        const detail = `HEADERS of stream ${id} depend on the stream itself`;
        this.#link.breakStream(id, clientFault("selfDependency", detail));
      } else {
        this.#open(id, endsStream, section);
      }
    }
  }

  #connectionFault(id: StreamId): HttpError | undefined {
    const { streams, now } = this.#link;
    const state = streams.find(id)?.state ?? streams.stateOf(id, now);
    if (state === "idle") {
      return clientFault("badStreamId", `the client opened stream ${id}, which only we could`);
    }
    const verdict = verdicts[state].headers;
    return verdict !== "take" && verdict !== "ignore" && faults[verdict].scope === "connection"
      ? clientFault(verdict, `HEADERS on stream ${id}, which is ${inWords[state] ?? state}`)
      : undefined;
  }

  #open(id: StreamId, endsStream: boolean, section: DecodedSection): void {
    const link = this.#link;
    const { limits, streams } = link;
    if (streams.requests >= limits.concurrentStreams) {
      const detail = `${streams.requests} streams are open (limit concurrentStreams ${limits.concurrentStreams})`;
      link.breakStream(id, clientFault("refused", detail));
      return;
    }
    let head: RequestHead | undefined;
    let refusal: HttpError | undefined;
    try {
      head = readRequestHead(section, endsStream, true);
      refusal = this.#refusal(section, head);
      link.scheme ??= section.lines.find(({ name }) => name === ":scheme")?.value;
    } catch (error) {
      refusal = httpError(error);
    }
    if (refusal !== undefined && refusal.fault.scope !== "message") {
      link.breakStream(id, refusal);
      return;
    }
    const state = endsStream ? "halfClosedRemote" : "open";
    const stream = streams.begin(id, state, head, link.peer.initialWindowSize, link.now);
    const early = streams.takePriority(id);
    if (early !== undefined) {
      stream.touched = true;
      stream.prioritized = true;
      stream.priority = early;
    }
    if (refusal !== undefined || head === undefined) {
      link.refuse(stream, refusal ?? clientFault("malformed", "no head"));
    } else {
      link.sink.request(id, head);
    }
    if (!stream.gone) {
      stream.touched = true;
      streams.keep();
      if (!endsStream) {
        link.watch(limits.contentProgress);
      } else if (!stream.discarding) {
        link.sink.complete(id, Fields.empty);
      }
    }
  }

  /** Why a request that could be read is answered by us all the same. */
  #refusal(section: DecodedSection, head: RequestHead): HttpError | undefined {
    const { limits } = this.#link;
    if (head.contentLength !== undefined && head.contentLength > limits.content) {
      const detail = `content of ${head.contentLength} octets, limit ${limits.content}`;
      return clientFault("contentTooLarge", detail);
    }
    // A line counts 32 octets more than it has (RFC 7541 §4.1).
    const longest = limits.fieldLine + 32;
    if (section.size > longest) {
      const line = section.lines.find(({ size }) => size > longest);
      if (line !== undefined) {
        const detail = `a field line of ${line.size - 32} octets, limit ${limits.fieldLine}`;
        return clientFault("fieldsTooLarge", detail);
      }
    }
    return undefined;
  }

  /** A block on a stream that is, or was, open. */
  #trailers(id: StreamId, endsStream: boolean, section: DecodedSection): void {
    const link = this.#link;
    const stream = link.streams.find(id);
    if (stream === undefined) {
      link.count("unknownFrames", "frames of no use");
      return;
    }
    const verdict = verdicts[stream.state].headers;
    if (verdict !== "take" && verdict !== "ignore") {
      link.breakStream(id, clientFault(verdict, `HEADERS on stream ${id}, whose request is whole`));
    } else if (stream.head?.method === "CONNECT") {
      link.breakStream(id, clientFault("framesInTunnel", `HEADERS in the tunnel of stream ${id}`));
    } else if (!endsStream) {
      link.breakStream(id, clientFault("badTrailers", "a second field section that does not end the stream"));
    } else {
      try {
        this.#complete(stream, readTrailers(section, "client"));
      } catch (error) {
        link.breakStream(id, streamError(httpError(error)));
      }
    }
  }

  // ---- Content

  beginData(id: StreamId, flags: number, length: Octets, content: Octets): void {
    const link = this.#link;
    this.#stream = undefined;
    this.#last = (flags & frameFlag.endStream) !== 0;
    const stream = this.#find(id, "data", length);
    if (stream === undefined) {
      return;
    }
    if (!this.#windowOf(stream).charge(length)) {
      link.creditConnection(length);
      const detail = `DATA of ${length} octets is more than the window of stream ${id} allows`;
      link.breakStream(id, clientFault("streamWindowExceeded", detail));
      return;
    }
    stream.progressed = link.now;
    this.#stream = stream;
    stream.received += content;
    if (!this.#checkLength(stream)) {
      link.creditConnection(length);
      this.#stream = undefined;
      return;
    }
    if (content > 0) {
      link.moved();
    } else if (!this.#last) {
      link.count("emptyFrames", "empty frames");
    }
    if (length > content) {
      link.credit(stream, length - content);
    }
  }

  data(bytes: Uint8Array, start: number, end: number): void {
    const stream = this.#stream;
    const octets = end - start;
    if (stream === undefined) {
      return;
    }
    if (stream.gone) {
      this.#link.creditConnection(octets);
      return;
    }
    stream.progressed = this.#link.now;
    if (stream.discarding) {
      if (stream.wasteSince !== undefined) {
        this.#link.waste(stream);
      }
      this.#link.credit(stream, octets);
    } else {
      stream.unread += octets;
      this.#link.sink.content(stream.id, bytes.subarray(start, end));
    }
  }

  endData(): void {
    const stream = this.#stream;
    if (this.#last && stream !== undefined && !stream.gone) {
      this.#complete(stream, Fields.empty);
    }
  }

  /** Holds what has come against what was announced and what is allowed. @returns false where the stream broke. */
  #checkLength(stream: ServerStream): boolean {
    const { received, head, id } = stream;
    const link = this.#link;
    if (stream.discarding || head?.method === "CONNECT") {
      return true;
    }
    if (head?.contentLength !== undefined && received > head.contentLength) {
      const detail = `content of ${received} octets or more, ${head.contentLength} were announced`;
      link.breakStream(id, clientFault("badLength", detail));
    } else if (received > link.limits.content) {
      const detail = `content of ${received} octets or more, limit ${link.limits.content}`;
      link.refuse(stream, clientFault("contentTooLarge", detail));
    }
    return !stream.gone;
  }

  #complete(stream: ServerStream, trailers: Fields): void {
    const link = this.#link;
    const { id, head, received } = stream;
    const announced = head?.contentLength;
    if (announced !== undefined && announced !== received && head?.method !== "CONNECT") {
      const detail = `content of ${received} octets, ${announced} were announced`;
      link.breakStream(id, clientFault("badLength", detail));
      return;
    }
    // Before it is told: an answer given at once must find the request whole.
    stream.state = afterEnd("remote", stream.state);
    if (!stream.discarding) {
      link.sink.complete(id, trailers);
    }
    if (!stream.gone && stream.state === "closed") {
      link.completed(stream);
    }
  }

  /** The stream that a DATA frame counts for; undefined where there is none, which was dealt with. */
  #find(id: StreamId, frame: StreamFrame, length: Octets): ServerStream | undefined {
    const link = this.#link;
    const stream = link.streams.find(id);
    const state = stream?.state ?? link.streams.stateOf(id, link.now);
    const verdict = verdicts[state][frame];
    const error =
      verdict === "take" || verdict === "ignore"
        ? undefined
        : clientFault(verdict, `DATA on stream ${id}, which is ${inWords[state] ?? state}`);
    if (error?.fault.scope === "connection") {
      link.fault(error);
    } else if (!link.inbound.charge(length)) {
      const detail = `DATA of ${length} octets is more than the connection's window allows`;
      link.fault(clientFault("windowExceeded", detail));
    } else if (error === undefined && stream !== undefined) {
      return stream;
    } else {
      // It counts for the connection's window whatever becomes of it (RFC 9113 §6.9).
      link.creditConnection(length);
      if (error !== undefined) {
        link.breakStream(id, error);
      }
    }
    return undefined;
  }

  #windowOf(stream: ServerStream): ReceiveWindow {
    if (stream.inbound === undefined) {
      const { limits, now } = this.#link;
      const size = limits.streamWindow;
      // Until it has acknowledged ours, the client may act on the first window of the RFC (§6.9.2).
      const told = this.#waits.acknowledged ? size : Math.max(size, firstWindow);
      stream.inbound = new ReceiveWindow(told, size, limits.windowGrowth, now);
    }
    return stream.inbound;
  }
}

const inWords: Readonly<Record<string, string>> = {
  reservedLocal: "promised by us",
  halfClosedRemote: "ended by the client",
  skipped: "below one that is open",
};

/** What a decoder or reader threw; a bug of our own is none of the client's and goes on. */
function httpError(error: unknown): HttpError {
  if (error instanceof HttpError) {
    return error;
  }
  throw error;
}

/** Trailers come too late for an answer of their own. */
function streamError(error: HttpError): HttpError {
  return error.fault.scope === "stream" ? error : clientFault("badTrailers", error.detail);
}
