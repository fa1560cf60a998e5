/** What an origin server's frames mean to a client: windows, settings, and the end (RFC 9113 §6). */
import { Buffer } from "node:buffer";
import type { HttpError, Octets, StreamId } from "../../message/index.ts";
import type { ClientConnection } from "./client-connection.ts";
import { originFault } from "./client-faults.ts";
import { ClientInput, type ClientInputReceiver } from "./client-input.ts";
import { ClientResponses } from "./client-responses.ts";
import { errorCode, errorCodeText } from "./error-codes.ts";
import { frameFlag, frameType, readUint31, readUint32, settingOctets } from "./frames.ts";

/** Payloads of frames that have one length only (RFC 9113 §6). */
const payloadOctets: Readonly<Record<number, Octets>> = {
  [frameType.priority]: 5,
  [frameType.rstStream]: 4,
  [frameType.ping]: 8,
  [frameType.windowUpdate]: 4,
};

/** Octets of GOAWAY's words that are shown. */
const debugShown = 200;

export class ClientInbound implements ClientInputReceiver {
  readonly #connection: ClientConnection;
  readonly #input: ClientInput;
  readonly #responses: ClientResponses;

  constructor(connection: ClientConnection) {
    this.#connection = connection;
    this.#input = new ClientInput(this, connection.limits);
    this.#responses = new ClientResponses(connection);
  }

  /** The origin server's SETTINGS have come. */
  get begun(): boolean {
    return this.#input.begun;
  }

  receive(wire: Uint8Array): void {
    this.#input.receive(wire);
  }

  stop(): void {
    this.#input.stop();
  }

  failed(error: HttpError): void {
    this.#connection.fail(error);
  }

  // ---- Responses

  dataBegins(id: StreamId, octets: Octets, content: Octets, endStream: boolean): void {
    if (content > 0) {
      this.#connection.moved();
    } else if (!endStream) {
      this.emptyFrame();
    }
    this.#responses.dataBegins(id, octets, content);
  }

  data(id: StreamId, bytes: Uint8Array): void {
    this.#responses.data(id, bytes);
  }

  dataEnds(id: StreamId, endStream: boolean): void {
    this.#responses.dataEnds(id, endStream);
  }

  fieldBlock(id: StreamId, endStream: boolean, bytes: Uint8Array, start: number, end: number): void {
    this.#responses.fieldBlock(id, endStream, bytes, start, end);
  }

  // ---- Other frames

  frame(type: number, flags: number, id: StreamId, bytes: Uint8Array, start: number, end: number): void {
    if (type === frameType.priorityUpdate) {
      throw originFault("badPriorityUpdate", "PRIORITY_UPDATE from a server");
    }
    const wanted = payloadOctets[type];
    if (wanted !== undefined && end - start !== wanted) {
      throw originFault(
        "badFrameSize",
        `a frame of type ${type} with ${end - start} octets, wanted ${wanted}`,
      );
    }
    const ofConnection = type === frameType.settings || type === frameType.ping || type === frameType.goaway;
    if (type !== frameType.windowUpdate && ofConnection !== (id === 0)) {
      throw originFault("badStreamId", `a frame of type ${type} on stream ${id}`);
    }
    switch (type) {
      case frameType.rstStream:
        this.#rstStream(id, readUint32(bytes, start));
        return;
      case frameType.settings:
        this.#settings((flags & frameFlag.ack) !== 0, bytes, start, end);
        return;
      case frameType.ping:
        this.#ping((flags & frameFlag.ack) !== 0, bytes, start);
        return;
      case frameType.goaway:
        this.#goaway(bytes, start, end);
        return;
      case frameType.windowUpdate:
        this.#windowUpdate(id, readUint31(bytes, start));
        return;
      default:
        this.#connection.count("priorityFrames");
    }
  }

  emptyFrame(): void {
    this.#connection.count("emptyFrames");
  }

  unknownFrame(): void {
    this.#connection.count("unknownFrames");
  }

  #rstStream(id: StreamId, code: number): void {
    const stream = this.#connection.taking(id, "rstStream");
    if (stream === undefined) {
      return;
    }
    const detail = `the origin server reset the stream: ${errorCodeText(code)}`;
    const refused = code === errorCode.refusedStream && stream.phase === "head";
    this.#connection.lost(stream, originFault(refused ? "refusedRequest" : "resetByOrigin", detail));
  }

  #settings(ack: boolean, bytes: Uint8Array, start: number, end: number): void {
    if (ack) {
      if (end > start) {
        throw originFault("badSettingsAck", `an acknowledgement of SETTINGS with ${end - start} octets`);
      }
      if (this.#connection.acknowledged()) {
        this.#responses.acknowledged();
      }
      return;
    }
    if ((end - start) % settingOctets !== 0) {
      throw originFault(
        "badFrameSize",
        `SETTINGS of ${end - start} octets, wanted a multiple of ${settingOctets}`,
      );
    }
    this.#connection.count("settingsFrames");
    this.#connection.configure(bytes, start, end);
  }

  #ping(ack: boolean, bytes: Uint8Array, start: number): void {
    if (!ack) {
      this.#connection.count("pingFrames");
      this.#check(this.#connection.outbound.acknowledgePing(bytes, start));
    }
  }

  #goaway(bytes: Uint8Array, start: number, end: number): void {
    if (end - start < 8) {
      throw originFault("badFrameSize", `GOAWAY of ${end - start} octets, wanted 8 or more`);
    }
    const words = Buffer.from(bytes.subarray(start + 8, Math.min(end, start + 8 + debugShown)));
    const said = words.toString("latin1").replace(/[^\x20-\x7e]/g, "?");
    const code = errorCodeText(readUint32(bytes, start + 4));
    this.#connection.goneAway(readUint31(bytes, start), said === "" ? code : `${code}, ${said}`);
  }

  #windowUpdate(id: StreamId, increment: Octets): void {
    this.#connection.count("windowUpdates");
    if (id === 0) {
      if (increment === 0) {
        throw originFault("badWindowUpdate", "a WINDOW_UPDATE of 0 octets");
      }
      if (!this.#connection.outbound.openConnection(increment, this.#connection.now)) {
        throw originFault(
          "windowOverflow",
          `a WINDOW_UPDATE of ${increment} octets beyond what a window can be`,
        );
      }
      return;
    }
    const stream = this.#connection.taking(id, "windowUpdate");
    if (stream === undefined) {
      return;
    }
    stream.since = this.#connection.now;
    if (increment === 0) {
      const error = originFault("badStreamWindowUpdate", "a WINDOW_UPDATE of 0 octets");
      this.#connection.breakStream(stream, error);
    } else if (!this.#connection.outbound.openStream(stream, increment)) {
      const error = originFault("streamWindowOverflow", `a WINDOW_UPDATE of ${increment} octets too many`);
      this.#connection.breakStream(stream, error);
    } else {
      this.#connection.look(stream);
    }
  }

  // ---- Within

  #check(error: HttpError | undefined): void {
    if (error !== undefined) {
      throw error;
    }
  }
}
