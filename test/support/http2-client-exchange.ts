/** One exchange of two HTTP/2 machines in tests: what is asked and answered, and what became of it. */
import { strict as assert } from "node:assert";
import {
  bytesContent,
  type Content,
  chunkedContent,
  Fields,
  type StreamId,
} from "../../src/message/index.ts";

/** One direction's content. */
export interface SentContent {
  readonly length: number;
  /** Announced beforehand. */
  readonly announced: boolean;
  /** Octets handed over at a time. */
  readonly piece: number;
  readonly trailers: boolean;
  /** The sender breaks off after so many octets. */
  readonly breaksAt: number | undefined;
}

export interface PairExchange {
  /** A request and its response, or a tunnel of either kind (RFC 9113 §8.5, RFC 8441). */
  readonly kind: "plain" | "connect" | "websocket";
  readonly request: SentContent;
  readonly response: SentContent;
  /** Priority field of the request; "" for none. */
  readonly priority: string;
  /** When the server answers. */
  readonly answer: "at once" | "when complete" | "later";
  /** The server reads the request's content; otherwise it answers at once and wants none of it. */
  readonly reads: boolean;
  /** Announced content without trailers is handed over whole. */
  readonly atOnce: boolean;
  readonly informs: number;
  /** The client asks for another priority once the response has begun. */
  readonly reprioritizes: boolean;
}

/** What is known of one exchange. */
export interface Told {
  readonly exchange: PairExchange;
  readonly index: number;
  stream: StreamId;
  requestSent: number;
  requestDone: boolean;
  serverStream: StreamId | undefined;
  serverGot: number;
  serverComplete: boolean;
  serverGone: boolean;
  answered: boolean;
  responseSent: number;
  responseHead: boolean;
  informed: number;
  clientGot: number;
  end: "complete" | "reset" | "unprocessed" | "fault" | undefined;
}

/** Nothing has happened yet. */
export function untold(exchange: PairExchange, index: number, stream: StreamId): Told {
  return {
    exchange,
    index,
    stream,
    requestSent: 0,
    requestDone: exchange.kind === "plain" && exchange.request.announced && exchange.request.length === 0,
    serverStream: undefined,
    serverGot: 0,
    serverComplete: false,
    serverGone: false,
    answered: false,
    responseSent: 0,
    responseHead: false,
    informed: 0,
    clientGot: 0,
    end: undefined,
  };
}

/** Content that the machine asks for by `pull`, or has whole. */
export function contentOf({ exchange, index }: Told): Content {
  const { kind, atOnce, response } = exchange;
  const { length, announced, trailers, breaksAt } = response;
  if (kind === "plain" && atOnce && announced && !trailers && breaksAt === undefined) {
    return bytesContent(pattern(index + 100, 0, length));
  }
  return chunkedContent([], announced && kind === "plain" ? { length } : {});
}

/** Octets that tell where they belong. */
export function pattern(of: number, from: number, length: number): Uint8Array {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i += 1) {
    bytes[i] = ((from + i) * 31 + ((from + i) >> 8) + of * 17) & 0xff;
  }
  return bytes;
}

export function assertPattern(bytes: Uint8Array, of: number, from: number): void {
  assert.ok(
    Buffer.from(bytes).equals(pattern(of, from, bytes.length)),
    `content ${of} differs from ${from} on`,
  );
}

export function trailersOf(content: SentContent, of: number): Fields {
  return content.trailers
    ? Fields.of(["x-trailer", String(of)], ["x-more", "y".repeat(of % 40)])
    : Fields.empty;
}
