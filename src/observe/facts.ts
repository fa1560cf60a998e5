/** What the access log knows of one exchange. */
import type { Millis, Octets, ProtocolVersion } from "../message/index.ts";

/** Strings that a peer sent are its octets as latin1; formatters make them harmless. */
export interface AccessFacts {
  /** Address of the client; "" where it has none (Unix sockets). */
  readonly client: string;
  /** "" where no request line could be read. */
  readonly method: string;
  /** The target as received. */
  readonly target: string;
  readonly version: ProtocolVersion;
  /** Authority as received; "" where none was. */
  readonly host: string;
  /** 0 where the client left before a response began. */
  readonly status: number;
  /** Octets of content sent. */
  readonly octets: Octets;
  /** When the request began, in milliseconds since the epoch. */
  readonly startedWall: number;
  /** From the request's begin to the response's end. */
  readonly duration: Millis;
  readonly referer: string | undefined;
  readonly userAgent: string | undefined;
  /** Version that TLS settled, such as "TLSv1.3"; undefined in the clear. */
  readonly tls?: string | undefined;
  /** Distinguished name in the client's verified certificate. */
  readonly clientSubject?: string | undefined;
  /** Why it failed or broke off, in words; undefined when all went well. */
  readonly cause: string | undefined;
}

export type AccessLogFormat = "dev" | "combined" | "common" | "json";

/** One line without its line feed, printable ASCII whatever the peer sent (but for colour in `dev`). */
export type AccessFormatter = (facts: AccessFacts) => string;
