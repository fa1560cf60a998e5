/** Frames that carry no part of a message (RFC 9113 §6.3 to §6.9, RFC 9218 §7.1). */
import { parsePriority } from "../../fields/index.ts";
import { HttpError, type Octets, type StreamId } from "../../message/index.ts";
import { errorCodeText } from "./error-codes.ts";
import { clientFault, faults, type Http2Fault } from "./faults.ts";
import {
  frameFlag,
  mostWindow,
  readUint31,
  readUint32,
  settingOctets,
  writePing,
  writeSettingsAck,
} from "./frames.ts";
import type { ResponseWriter } from "./response-writer.ts";
import type { ServerClosing } from "./server-closing.ts";
import type { ServerLink } from "./server-link.ts";
import type { ServerRequests } from "./server-requests.ts";
import type { ServerStream } from "./server-stream.ts";
import type { ServerWaits } from "./server-waits.ts";
import { type StreamFrame, type StreamState, verdicts } from "./stream-states.ts";

export class ServerControl {
  readonly #link: ServerLink;
  readonly #writer: ResponseWriter;
  readonly #closing: ServerClosing;
  readonly #waits: ServerWaits;
  readonly #requests: ServerRequests;

  constructor(
    link: ServerLink,
    writer: ResponseWriter,
    closing: ServerClosing,
    waits: ServerWaits,
    requests: ServerRequests,
  ) {
    this.#link = link;
    this.#writer = writer;
    this.#closing = closing;
    this.#waits = waits;
    this.#requests = requests;
  }

  settings(flags: number, id: StreamId, bytes: Uint8Array, start: number, end: number): void {
    const link = this.#link;
    if (id !== 0) {
      link.fault(clientFault("badStreamId", `SETTINGS on stream ${id}, wanted 0`));
    } else if ((flags & frameFlag.ack) !== 0) {
      if (end === start) {
        link.count("settingsFrames", "SETTINGS frames");
        if (!this.#waits.acknowledged) {
          this.#requests.acknowledged();
        }
        this.#waits.acknowledge(link.now);
      } else {
        link.fault(
          clientFault("badSettingsAck", `SETTINGS acknowledged with ${end - start} octets, wanted 0`),
        );
      }
    } else if ((end - start) % settingOctets !== 0) {
      link.fault(clientFault("badFrameSize", `SETTINGS of ${end - start} octets, wanted a multiple of 6`));
    } else {
      link.count("settingsFrames", "SETTINGS frames");
      this.#apply(bytes, start, end);
    }
  }

  #apply(bytes: Uint8Array, start: number, end: number): void {
    const link = this.#link;
    const { peer, out } = link;
    const { initialWindowSize } = peer;
    const error = peer.apply(bytes, start, end);
    if (error !== undefined) {
      link.fault(error);
      return;
    }
    for (const size of peer.tableSizes) {
      this.#writer.resizeTable(size);
    }
    const change = peer.initialWindowSize - initialWindowSize;
    if (change !== 0 && !this.#changeWindows(change)) {
      return;
    }
    if (!link.over) {
      out.reserve(16);
      out.at = writeSettingsAck(out.block, out.at);
      link.answered(9);
    }
  }

  /** A changed first window holds for open streams too (RFC 9113 §6.9.2). @returns false where one overflows. */
  #changeWindows(change: Octets): boolean {
    const link = this.#link;
    for (const stream of [...link.streams.all()]) {
      stream.window += change;
      if (stream.window > mostWindow) {
        const detail = `SETTINGS_INITIAL_WINDOW_SIZE brings the window of stream ${stream.id} to ${stream.window}`;
        link.fault(clientFault("windowOverflow", `${detail}, allowed ${mostWindow}`));
        return false;
      }
      if (stream.window > 0) {
        this.#writer.sender.opened(stream);
      }
    }
    return true;
  }

  ping(flags: number, id: StreamId, bytes: Uint8Array, start: number, end: number): void {
    const link = this.#link;
    if (id !== 0) {
      link.fault(clientFault("badStreamId", `PING on stream ${id}, wanted 0`));
    } else if (end - start !== 8) {
      link.fault(clientFault("badFrameSize", `PING of ${end - start} octets, wanted 8`));
    } else {
      link.count("pingFrames", "PING frames");
      if (link.over) {
        return;
      }
      if ((flags & frameFlag.ack) !== 0) {
        this.#closing.answered(bytes, start);
        return;
      }
      const { out } = link;
      out.reserve(32);
      out.at = writePing(out.block, out.at, true, bytes, start);
      link.answered(17);
    }
  }

  goaway(id: StreamId, start: number, end: number): void {
    if (id !== 0) {
      this.#link.fault(clientFault("badStreamId", `GOAWAY on stream ${id}, wanted 0`));
    } else if (end - start < 8) {
      this.#link.fault(clientFault("badFrameSize", `GOAWAY of ${end - start} octets, wanted 8 or more`));
    } else {
      this.#closing.peerIsGoing = true;
    }
  }

  rstStream(id: StreamId, bytes: Uint8Array, start: number, end: number): void {
    const link = this.#link;
    if (id === 0) {
      link.fault(clientFault("badStreamId", "RST_STREAM on stream 0"));
    } else if (end - start !== 4) {
      link.fault(clientFault("badFrameSize", `RST_STREAM of ${end - start} octets, wanted 4`));
    } else {
      const stream = this.#find(id, "rstStream");
      if (stream !== undefined) {
        const code = readUint32(bytes, start);
        link.close(stream);
        const fault: Http2Fault = { ...faults.resetByPeer, code };
        link.sink.cancelled(
          id,
          new HttpError(fault, "client", `the client reset the stream: ${errorCodeText(code)}`),
        );
      } else {
        // That it was answered at once took one off, and would let a client open and reset without end.
        link.count("resets", "streams reset");
      }
      link.count("resets", "streams reset");
    }
  }

  windowUpdate(id: StreamId, bytes: Uint8Array, start: number, end: number): void {
    const link = this.#link;
    if (end - start !== 4) {
      link.fault(clientFault("badFrameSize", `WINDOW_UPDATE of ${end - start} octets, wanted 4`));
      return;
    }
    const increment = readUint31(bytes, start);
    link.count("windowUpdates", "WINDOW_UPDATE frames");
    if (id !== 0) {
      this.#openStream(id, increment);
    } else if (increment === 0) {
      link.fault(clientFault("badWindowUpdate", "WINDOW_UPDATE of 0 octets"));
    } else if (link.window + increment > mostWindow) {
      const detail = `WINDOW_UPDATE brings the connection's window to ${link.window + increment}`;
      link.fault(clientFault("windowOverflow", `${detail}, allowed ${mostWindow}`));
    } else {
      link.window += increment;
      this.#writer.sender.openedAll();
    }
  }

  #openStream(id: StreamId, increment: Octets): void {
    const link = this.#link;
    const stream = this.#find(id, "windowUpdate");
    if (stream === undefined) {
      if (increment === 0) {
        // There is no stream to reset, and it is an error wherever it stands.
        link.fault(clientFault("badWindowUpdate", `WINDOW_UPDATE of 0 octets on stream ${id}`));
      }
      return;
    }
    if (increment === 0) {
      link.breakStream(id, clientFault("badStreamWindowUpdate", `WINDOW_UPDATE of 0 octets on stream ${id}`));
    } else if (stream.window + increment > mostWindow) {
      const detail = `WINDOW_UPDATE brings the window of stream ${id} to ${stream.window + increment}`;
      link.breakStream(id, clientFault("streamWindowOverflow", `${detail}, allowed ${mostWindow}`));
    } else {
      stream.window += increment;
      if (stream.window > 0) {
        this.#writer.sender.opened(stream);
      }
    }
  }

  /** Priorities as RFC 7540 had them mean nothing any more (RFC 9113 §5.3.2): only their form is looked at. */
  priority(id: StreamId, bytes: Uint8Array, start: number, end: number): void {
    const link = this.#link;
    if (id === 0) {
      link.fault(clientFault("badStreamId", "PRIORITY on stream 0"));
    } else if (end - start !== 5) {
      const detail = `PRIORITY of ${end - start} octets, wanted 5`;
      if (link.streams.find(id) === undefined) {
        // There is no stream to reset, and frames must have their size (§4.2).
        link.fault(clientFault("badFrameSize", detail));
      } else {
        link.breakStream(id, clientFault("badPrioritySize", detail));
      }
    } else {
      link.count("priorityFrames", "priority frames");
      if (readUint31(bytes, start) === id) {
        this.#selfDependency(id);
      }
    }
  }

  #selfDependency(id: StreamId): void {
    const { streams, now } = this.#link;
    const detail = `PRIORITY of stream ${id} depends on the stream itself`;
    if (streams.find(id) !== undefined) {
      this.#link.breakStream(id, clientFault("selfDependency", detail));
    } else if (streams.stateOf(id, now) === "idle") {
      this.#link.fault(clientFault("idleSelfDependency", detail));
    }
  }

  priorityUpdate(id: StreamId, bytes: Uint8Array, start: number, end: number): void {
    const link = this.#link;
    if (id !== 0) {
      link.fault(clientFault("badPriorityUpdate", `PRIORITY_UPDATE on stream ${id}, wanted 0`));
      return;
    }
    if (end - start < 4) {
      link.fault(clientFault("badFrameSize", `PRIORITY_UPDATE of ${end - start} octets, wanted 4 or more`));
      return;
    }
    const about = readUint31(bytes, start);
    link.count("priorityFrames", "priority frames");
    const { streams } = link;
    const stream = streams.find(about);
    const idle = stream === undefined && streams.stateOf(about, link.now) === "idle";
    if (about === 0 || (idle && (about & 1) === 0)) {
      link.fault(
        clientFault("badPriorityUpdate", `PRIORITY_UPDATE for stream ${about}, which does not exist`),
      );
    } else if (stream !== undefined) {
      stream.touched = true;
      stream.prioritized = true;
      this.#prioritize(stream, ascii(bytes, start + 4, end));
    } else if (idle) {
      const priority = parsePriority(ascii(bytes, start + 4, end));
      streams.awaitPriority(about, priority, link.limits.concurrentStreams);
    }
  }

  #prioritize(stream: ServerStream, field: string): void {
    const priority = parsePriority(field);
    const { schedule } = this.#link;
    if (schedule === undefined) {
      stream.priority = priority;
    } else {
      schedule.prioritize(stream, priority);
    }
  }

  /** The open stream that the frame is for; undefined where there is none, which was dealt with. */
  #find(id: StreamId, frame: StreamFrame): ServerStream | undefined {
    const link = this.#link;
    const stream = link.streams.find(id);
    const state: StreamState = stream?.state ?? link.streams.stateOf(id, link.now);
    const verdict = verdicts[state][frame];
    if (verdict !== "take" && verdict !== "ignore") {
      const name = frame === "rstStream" ? "RST_STREAM" : "WINDOW_UPDATE";
      link.fault(clientFault(verdict, `${name} on stream ${id}, which is ${state}`));
    }
    return stream;
  }
}

/** A field's value, whose octets are characters; what is none is refused by the parser. */
function ascii(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let i = start; i < end; i += 1) {
    text += String.fromCharCode(bytes[i] as number);
  }
  return text;
}
