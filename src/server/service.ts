/** What all connections of a server share: how requests are answered, timed, logged and counted. */
import { errorPage } from "../handlers/index.ts";
import {
  type Clock,
  errorOf,
  type FedContent,
  HttpError,
  type HttpRequest,
  type HttpResponse,
  type Millis,
  type Octets,
  type StreamId,
} from "../message/index.ts";
import type { AccessFacts, AccessLog, Reporter } from "../observe/index.ts";
import type { Http1ServerOptions } from "../protocol/http1/index.ts";
import type { Http2ServerOptions } from "../protocol/http2/index.ts";
import type { Channel, CurrentDate, Deadlines } from "../transport/index.ts";
import { Beliefs } from "./believed.ts";
import { BrokenLines } from "./broken-lines.ts";
import { Call, type CallOwner } from "./call.ts";
import type { Respond } from "./compile.ts";
import { release, traceOf } from "./foreign.ts";
import { Http1Session } from "./http1-session.ts";
import { Http2Session } from "./http2-session.ts";
import { Opening } from "./opening.ts";
import type { Session } from "./session.ts";

/** A connection, whether or not its protocol is known yet. */
export interface Connection {
  /** Takes no further request; closes once what is under way is through. */
  shutdown(): void;
  /** Closes now, whatever is under way. */
  destroy(): void;
}

export interface SessionTimeouts {
  readonly writeStall: Millis;
  readonly linger: Millis;
}

export interface ServiceParts {
  readonly clock: Clock;
  readonly date: CurrentDate;
  readonly deadlines: Deadlines;
  readonly http1: Http1ServerOptions;
  readonly http2: Http2ServerOptions;
  readonly timeouts: SessionTimeouts;
  /** Nobody is believed unless told. */
  readonly beliefs?: Beliefs;
  readonly respond: Respond;
  readonly reporter: Reporter;
}

export class Service {
  readonly clock: Clock;
  readonly date: CurrentDate;
  readonly deadlines: Deadlines;
  readonly http1: Http1ServerOptions;
  readonly http2: Http2ServerOptions;
  readonly timeouts: SessionTimeouts;
  readonly beliefs: Beliefs;
  /** Connections being served. */
  readonly connections: Set<Connection> = new Set();
  /** Work that a close waits for. */
  readonly pending: Set<Promise<unknown>> = new Set();
  readonly #respond: Respond;
  /** Opened when the server listens. */
  log: AccessLog | undefined;
  readonly #reporter: Reporter;
  readonly #broken: BrokenLines;
  #onEmpty: (() => void) | undefined;

  constructor(parts: ServiceParts) {
    this.clock = parts.clock;
    this.date = parts.date;
    this.deadlines = parts.deadlines;
    this.http1 = parts.http1;
    this.http2 = parts.http2;
    this.timeouts = parts.timeouts;
    this.beliefs = parts.beliefs ?? new Beliefs({ networks: [], unix: false });
    this.#respond = parts.respond;
    this.#reporter = parts.reporter;
    this.#broken = new BrokenLines(parts.clock, (line) => parts.reporter.warn(line));
  }

  /** @param trusted - What the peer says of its clients is believed. */
  call(
    owner: CallOwner,
    stream: StreamId,
    request: HttpRequest,
    inbound: FedContent | undefined,
    trusted: boolean,
    now: Millis,
  ): Call {
    if (!trusted) {
      return new Call(owner, stream, request, inbound, now);
    }
    const believed = this.beliefs.clientOf(request, owner.remote);
    return new Call(owner, stream, believed.request, inbound, now, believed.client);
  }

  handle(request: HttpRequest, call: Call): HttpResponse | Promise<HttpResponse> {
    return this.#respond(request, call);
  }

  /** The answer to a request whose handler threw. */
  failure(thrown: unknown, request: HttpRequest, call: Call | undefined): HttpResponse {
    const accept = request.fields.get("accept");
    const error = errorOf(thrown);
    if (error instanceof HttpError && error.fault.status >= 400 && error.fault.status <= 599) {
      call?.failedBy(error.detail);
      return errorPage(error.fault.status, sentence(error.detail), accept);
    }
    call?.failedBy(`the handler failed: ${error.message}`);
    this.#reporter.error(`${request.method} ${request.rawTarget}: the handler failed: ${traceOf(error)}`);
    return errorPage(500, "The handler of this route failed; the server's error log says how.", accept);
  }

  /** The answer to octets that are no request. */
  refused(error: HttpError): HttpResponse {
    return errorPage(error.fault.status, sentence(error.message));
  }

  /** Something threw where nobody waits for its answer. */
  threw(error: Error): void {
    this.#reporter.error(`a callback failed: ${traceOf(error)}`);
  }

  /** Cancels what content an answer has. */
  release(answer: unknown, reason: Error): void {
    const wrong = release(answer, reason);
    if (wrong !== undefined) {
      this.threw(wrong);
    }
  }

  /** A response's content broke off: the client sees the connection cut. */
  broken(error: Error, call: Call): void {
    this.#reporter.warn(
      `${call.request.method} ${call.request.rawTarget}: the response broke off after ${call.octets} octets: ${error.message}`,
    );
  }

  /** A peer broke a rule or passed a limit that its whole connection answers for. */
  logBroken(session: Session, error: HttpError): void {
    this.#broken.tell(`HTTP/${session.version} connection of ${session.remote.address}: ${error.detail}`);
  }

  waitUntil(promise: Promise<unknown>): void {
    const settled: Promise<void> = promise.then(
      () => this.#settled(settled),
      (error: unknown) => {
        this.#reporter.error(`work after a response failed: ${traceOf(errorOf(error))}`);
        this.#settled(settled);
      },
    );
    this.pending.add(settled);
  }

  /**
   * Serves a connection.
   *
   * @param http2 - Whether HTTP/2 is offered: over TLS by ALPN, in the clear with prior knowledge.
   */
  accept(channel: Channel, http2: boolean): void {
    this.connections.add(this.#connection(channel, http2));
  }

  #connection(channel: Channel, http2: boolean): Connection {
    if (channel.tls?.alpn === "h2") {
      return new Http2Session(channel, this);
    }
    return http2 && channel.tls === undefined ? new Opening(channel, this) : new Http1Session(channel, this);
  }

  /** A connection's protocol became known. */
  replaced(opening: Connection, session: Connection): void {
    this.connections.delete(opening);
    this.connections.add(session);
  }

  left(connection: Connection): void {
    this.connections.delete(connection);
    this.#maybeEmpty();
  }

  /** Settles once no connection and no pending work is left. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      this.#maybeEmpty();
    });
  }

  logCall(session: Session, call: Call): void {
    if (this.log !== undefined) {
      const { request, response } = call;
      const duration = this.clock.now() - call.started;
      const facts: AccessFacts = {
        client: call.client.address,
        method: request.method,
        target: request.rawTarget,
        version: request.version,
        host: request.authority,
        status: response?.status ?? 0,
        octets: call.octets,
        startedWall: this.clock.wall() - duration,
        duration,
        referer: request.fields.get("referer"),
        userAgent: request.fields.get("user-agent"),
        tls: session.tls?.version,
        clientSubject: session.tls?.clientCertificate?.subject,
        cause: call.cause,
      };
      this.log.log(facts);
    }
  }

  /** @param octets - Of content, in the answer. */
  logRefused(session: Session, error: HttpError, octets: Octets): void {
    this.log?.log({
      client: session.remote.address,
      method: "",
      target: "",
      version: session.version,
      host: "",
      status: error.fault.status,
      octets,
      startedWall: this.clock.wall(),
      duration: 0,
      referer: undefined,
      userAgent: undefined,
      cause: error.detail,
    });
  }

  #settled(promise: Promise<unknown>): void {
    this.pending.delete(promise);
    this.#maybeEmpty();
  }

  #maybeEmpty(): void {
    if (this.#onEmpty !== undefined && this.connections.size === 0 && this.pending.size === 0) {
      this.#onEmpty();
      this.#onEmpty = undefined;
    }
  }
}

/** A fault's detail as a sentence. */
function sentence(detail: string): string {
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
}
