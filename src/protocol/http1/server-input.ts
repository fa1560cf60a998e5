/**
 * What a server makes of the octets it receives: heads, content, a tunnel, or nothing more.
 * Borrowed octets are understood in place; only what must wait is copied.
 */
import { Buffer } from "node:buffer";
import { ByteStore } from "../../bytes/index.ts";
import { type Fields, HttpError, type Millis, MisuseError, type Octets } from "../../message/index.ts";
import { ContentReader } from "./content-reader.ts";
import { faults } from "./faults.ts";
import { INCOMPLETE } from "./field-section.ts";
import { CR, LF } from "./grammar.ts";
import type { Http1Limits } from "./limits.ts";
import { LineWatch } from "./line-watch.ts";
import { type ReadRequest, RequestHeadReader } from "./request-head.ts";
import type { ServerStream } from "./server-stream.ts";

export type InputState =
  | "head" // a request head comes next
  | "content" // content of the latest request
  | "undecided" // the latest request may become a tunnel: octets wait
  | "tunnel" // octets belong to the tunnel
  | "ignored"; // nothing more is understood: the connection is ending

/** The machine around the input. */
export interface InputOwner {
  mayTakeRequest(): boolean;
  request(request: ReadRequest, now: Millis): void;
  content(bytes: Uint8Array): void;
  complete(trailers: Fields, now: Millis): void;
  refuse(error: HttpError): void;
  tunnelEnd(): void;
}

export class ServerInput {
  readonly #owner: InputOwner;
  readonly #limits: Http1Limits;
  readonly #heads: RequestHeadReader;
  readonly #held = new ByteStore();
  #state: InputState = "head";
  #content: ContentReader | undefined;
  #busy = false;
  #ended = false;
  readonly #lines = new LineWatch();
  faultInContent = false;

  constructor(limits: Http1Limits, owner: InputOwner) {
    this.#limits = limits;
    this.#owner = owner;
    this.#heads = new RequestHeadReader(limits);
  }

  get state(): InputState {
    return this.#state;
  }

  /** No octet of a next request has come (an empty line before it does not count). */
  get quiet(): boolean {
    return (
      this.#held.length === 0 ||
      (this.#held.length <= 2 && this.#state === "head" && isEmptyLine(this.#held.view()))
    );
  }

  /** Octets of the present content known to be missing. */
  get missing(): Octets | undefined {
    return this.#content?.missing;
  }

  receive(wire: Uint8Array, now: Millis): void {
    if (this.#busy) {
      throw new MisuseError("octets arrived while others are being understood");
    }
    if (this.#state === "ignored" || this.#ended) {
      return;
    }
    if (this.#held.length > 0) {
      const { requestLine, fieldLine } = this.#limits;
      const worthwhile =
        this.#state !== "head" || this.#lines.worthwhile(this.#held.length, wire, requestLine, fieldLine);
      this.#held.append(wire);
      if (worthwhile) {
        this.resume(now);
      }
      return;
    }
    const bytes = wire instanceof Buffer ? wire : Buffer.from(wire.buffer, wire.byteOffset, wire.length);
    const understood = this.#understand(bytes, now);
    if (understood < bytes.length && !this.#over()) {
      this.#held.append(bytes.subarray(understood));
      this.#lines.restart(this.#held.view());
    }
    this.#settleEnd();
  }

  /** The peer sends nothing more. */
  end(now: Millis): void {
    if (!this.#ended) {
      this.#ended = true;
      this.resume(now);
    }
  }

  /** Goes on with octets that waited. Within a call from here it does nothing: the loop goes on by itself. */
  resume(now: Millis): void {
    if (this.#busy) {
      return;
    }
    if (this.#held.length > 0) {
      const view = this.#held.view();
      const understood = this.#understand(view, now);
      if (this.#over()) {
        this.#held.clear();
      } else if (understood > 0) {
        this.#held.take(understood);
      }
      this.#lines.restart(this.#held.view());
    }
    this.#settleEnd();
  }

  /** Takes up a request: what its octets are from here on. */
  begin(request: ReadRequest, persists: boolean): void {
    if (request.framing.type === "none") {
      this.#state = request.mayTunnel ? "undecided" : persists ? "head" : "ignored";
    } else {
      this.#state = "content";
      this.#content = new ContentReader(request.framing, this.#limits);
    }
  }

  /** The latest request's content is whole. */
  afterContent(stream: ServerStream): void {
    this.#content = undefined;
    this.#state =
      stream.mayTunnel && stream.response === undefined ? "undecided" : stream.persists ? "head" : "ignored";
  }

  enter(state: "head" | "tunnel"): void {
    if (this.#state !== "ignored") {
      this.#state = state;
    }
  }

  /** Understands nothing more. */
  stop(): void {
    this.#state = "ignored";
    if (!this.#busy) {
      this.#held.clear();
    }
  }

  #over(): boolean {
    return this.#state === "ignored";
  }

  #understand(bytes: Buffer, now: Millis): number {
    this.#busy = true;
    this.#at = 0;
    try {
      this.#run(bytes, now);
    } catch (error) {
      if (!(error instanceof HttpError)) {
        throw error;
      }
      this.#refuse(error);
    } finally {
      this.#busy = false;
    }
    return this.#at;
  }

  #at = 0;

  #run(bytes: Buffer, now: Millis): void {
    const end = bytes.length;
    while (this.#at < end) {
      const before = this.#at;
      switch (this.#state) {
        case "head":
          if (!this.#owner.mayTakeRequest() || !this.#readHead(bytes, end, now)) {
            return;
          }
          break;
        case "content":
          this.#readContent(bytes, end, now);
          if (this.#at === before && this.#state === "content") {
            return;
          }
          break;
        case "tunnel":
          this.#at = end;
          this.#owner.content(bytes.subarray(before, end));
          return;
        case "undecided":
          return;
        case "ignored":
          this.#at = end;
          return;
      }
    }
  }

  #readHead(bytes: Buffer, end: number, now: Millis): boolean {
    const after = this.#heads.read(bytes, this.#at, end);
    if (after === INCOMPLETE) {
      return false;
    }
    this.#at = after;
    const request = this.#heads.found as ReadRequest;
    // An idle connection holds no head.
    this.#heads.found = undefined;
    this.#owner.request(request, now);
    return true;
  }

  #readContent(bytes: Buffer, end: number, now: Millis): void {
    const content = this.#content as ContentReader;
    this.#at = content.read(bytes, this.#at, end);
    if (content.data !== undefined) {
      this.#owner.content(content.data);
    }
    if (content.done && this.#state === "content") {
      this.#owner.complete(content.trailers, now);
    }
  }

  #refuse(error: HttpError): void {
    this.faultInContent = this.#state === "content";
    this.#state = "ignored";
    this.#owner.refuse(error);
  }

  /** What the peer's end means, once everything it sent is understood. */
  #settleEnd(): void {
    if (!this.#ended) {
      return;
    }
    switch (this.#state) {
      case "head":
        if (!this.quiet && this.#owner.mayTakeRequest()) {
          this.#held.clear();
          this.#refuse(
            new HttpError(faults.incomplete, "client", "the connection ended within a request's head"),
          );
        } else if (this.quiet) {
          this.stop();
        }
        return;
      case "content":
        this.#held.clear();
        this.#refuse(
          new HttpError(faults.incomplete, "client", "the connection ended within a request's content"),
        );
        return;
      case "tunnel":
        this.#state = "ignored";
        this.#owner.tunnelEnd();
        return;
      case "undecided":
      case "ignored":
        return;
    }
  }
}

function isEmptyLine(bytes: Uint8Array): boolean {
  return bytes[0] === CR && (bytes.length < 2 || bytes[1] === LF);
}
