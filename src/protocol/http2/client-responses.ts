/** What HEADERS and DATA of an origin server mean: interim responses, responses, content, trailers (RFC 9113 §8.1). */
import { type ClientSink, Fields, HttpError, type Octets, type StreamId } from "../../message/index.ts";
import { type DecodedSection, HpackDecoder } from "../hpack/index.ts";
import type { ClientConnection } from "./client-connection.ts";
import { asOriginFault, originFault } from "./client-faults.ts";
import type { Http2ClientLimits } from "./client-limits.ts";
import type { ClientStream } from "./client-stream.ts";
import { readTrailers } from "./request-head.ts";
import { readResponseHead } from "./response-head.ts";

/** What every decoder begins with, whatever we ask for (RFC 9113 §6.5.2). */
const firstTable: Octets = 4_096;

export class ClientResponses {
  readonly #connection: ClientConnection;
  readonly #sink: ClientSink;
  readonly #limits: Http2ClientLimits;
  readonly #decoder: HpackDecoder;
  /** The DATA frame under way is of no stream that listens, and its window was given back. */
  #ignoring = false;

  constructor(connection: ClientConnection) {
    this.#connection = connection;
    this.#sink = connection.sink;
    this.#limits = connection.limits;
    const { fieldSection, fieldCount } = connection.limits;
    this.#decoder = new HpackDecoder({ maxTableSize: firstTable, fieldSection, fieldCount, by: "origin" });
  }

  /** The origin server knows the table that we asked for. */
  acknowledged(): void {
    this.#decoder.resize(this.#limits.headerTable);
  }

  // ---- DATA (RFC 9113 §6.1)

  dataBegins(id: StreamId, octets: Octets, content: Octets): void {
    if (!this.#connection.window.charge(octets)) {
      throw originFault("windowExceeded", `DATA beyond the connection's window on stream ${id}`);
    }
    const stream = this.#connection.taking(id, "data");
    const error = stream === undefined ? undefined : this.#judgeContent(stream, octets, content);
    this.#ignoring = stream === undefined || error !== undefined;
    if (stream === undefined && !this.#connection.streams.chargeReset(id, octets)) {
      throw originFault("windowExceeded", `DATA beyond the window of stream ${id}, which was reset`);
    }
    if (stream === undefined || error !== undefined) {
      this.#connection.giveBack(undefined, octets);
      if (stream !== undefined && error !== undefined) {
        this.#connection.breakStream(stream, error);
      }
      return;
    }
    stream.since = this.#connection.now;
    stream.received += content;
    if (stream.missing !== undefined) {
      stream.missing -= content;
    }
    this.#connection.giveBack(stream, octets - content);
  }

  data(id: StreamId, bytes: Uint8Array): void {
    if (this.#ignoring) {
      return;
    }
    const stream = this.#connection.streams.find(id);
    if (stream === undefined) {
      // It was given up within this frame.
      this.#connection.giveBack(undefined, bytes.length);
      return;
    }
    stream.unread += bytes.length;
    this.#sink.content(id, bytes);
  }

  dataEnds(id: StreamId, endStream: boolean): void {
    const stream = this.#connection.streams.find(id);
    if (endStream && !this.#ignoring && stream !== undefined) {
      this.#finish(stream, Fields.empty);
    }
  }

  #judgeContent(stream: ClientStream, octets: Octets, content: Octets): HttpError | undefined {
    if (!stream.inbound.charge(octets)) {
      return originFault("streamWindowExceeded", `DATA beyond the window of stream ${stream.id}`);
    }
    if (stream.phase === "head") {
      return originFault("malformed", "DATA before the head of a response");
    }
    if (stream.missing !== undefined && content > stream.missing) {
      return originFault("badLength", `content ${content - stream.missing} octets longer than announced`);
    }
    if (stream.received + content > this.#limits.content) {
      return originFault(
        "responseTooLarge",
        `content longer than the limit of ${this.#limits.content} octets`,
      );
    }
    return undefined;
  }

  // ---- HEADERS (RFC 9113 §8.1)

  fieldBlock(id: StreamId, endStream: boolean, bytes: Uint8Array, start: number, end: number): void {
    const section = this.#decode(bytes, start, end);
    const stream = this.#connection.taking(id, "headers");
    if (stream === undefined) {
      return;
    }
    stream.since = this.#connection.now;
    try {
      if (section.excess !== undefined) {
        throw originFault("fieldsTooLarge", section.excess);
      }
      if (stream.phase === "head") {
        this.#head(stream, section, endStream);
      } else {
        this.#trailers(stream, section, endStream);
      }
    } catch (error) {
      if (!(error instanceof HttpError)) {
        throw error;
      }
      this.#connection.breakStream(stream, asOriginFault(error));
    }
  }

  /** A block is decoded whoever listens: what it does to the table is for all. */
  #decode(bytes: Uint8Array, start: number, end: number): DecodedSection {
    try {
      return this.#decoder.decode(bytes, start, end);
    } catch (error) {
      throw error instanceof HttpError ? asOriginFault(error) : error;
    }
  }

  #head(stream: ClientStream, section: DecodedSection, endStream: boolean): void {
    const head = readResponseHead(section, stream.method, endStream);
    if (head.status < 200) {
      if (endStream) {
        throw originFault("malformed", `status ${head.status} is interim and ends the stream`);
      }
      stream.interim += 1;
      if (stream.interim > this.#limits.interimResponses) {
        throw originFault("tooManyInterim", `more than ${this.#limits.interimResponses} interim responses`);
      }
      this.#sink.informational(stream.id, head);
      return;
    }
    const tunnels = stream.method === "CONNECT" && head.status < 300;
    stream.phase = tunnels ? "tunnel" : "content";
    stream.missing = tunnels ? undefined : head.contentLength;
    this.#sink.response(stream.id, head);
    if (endStream && !stream.isOver) {
      this.#finish(stream, Fields.empty);
    }
    if (stream.withheld && !stream.isOver) {
      this.#connection.answered(stream);
    }
  }

  #trailers(stream: ClientStream, section: DecodedSection, endStream: boolean): void {
    if (stream.phase === "tunnel") {
      throw originFault("framesInTunnel", "HEADERS in a tunnel");
    }
    if (!endStream) {
      throw originFault("badTrailers", "trailers that do not end the stream");
    }
    this.#finish(stream, readTrailers(section, "origin"));
  }

  /** The response, or the origin server's half of a tunnel, is whole. */
  #finish(stream: ClientStream, trailers: Fields): void {
    if (stream.missing !== undefined && stream.missing > 0) {
      this.#connection.breakStream(
        stream,
        originFault("badLength", `content ${stream.missing} octets shorter than announced`),
      );
      return;
    }
    this.#connection.ended(stream);
    this.#sink.complete(stream.id, trailers);
  }
}
