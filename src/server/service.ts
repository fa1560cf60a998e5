/** What all connections of a server share: how requests are answered, timed, logged and counted. */
import { errorPage } from "../handlers/index.ts";
import { type Clock, HttpError, type HttpRequest, type HttpResponse, type Millis } from "../message/index.ts";
import type { AccessFacts, AccessLog, Reporter } from "../observe/index.ts";
import type { Http1ServerOptions } from "../protocol/http1/index.ts";
import type { CurrentDate, Deadlines } from "../transport/index.ts";
import type { Call } from "./call.ts";
import type { Respond } from "./compile.ts";
import { errorOf, release, traceOf } from "./foreign.ts";
import type { Http1Session } from "./http1-session.ts";

export interface SessionTimeouts {
  readonly writeStall: Millis;
  readonly linger: Millis;
}

export interface ServiceParts {
  readonly clock: Clock;
  readonly date: CurrentDate;
  readonly deadlines: Deadlines;
  readonly http1: Http1ServerOptions;
  readonly timeouts: SessionTimeouts;
  readonly respond: Respond;
  readonly reporter: Reporter;
}

export class Service {
  readonly clock: Clock;
  readonly date: CurrentDate;
  readonly deadlines: Deadlines;
  readonly http1: Http1ServerOptions;
  readonly timeouts: SessionTimeouts;
  /** Connections being served. */
  readonly sessions: Set<Http1Session> = new Set();
  /** Work that a close waits for. */
  readonly pending: Set<Promise<unknown>> = new Set();
  readonly #respond: Respond;
  /** Opened when the server listens. */
  log: AccessLog | undefined;
  readonly #reporter: Reporter;
  #onEmpty: (() => void) | undefined;

  constructor(parts: ServiceParts) {
    this.clock = parts.clock;
    this.date = parts.date;
    this.deadlines = parts.deadlines;
    this.http1 = parts.http1;
    this.timeouts = parts.timeouts;
    this.#respond = parts.respond;
    this.#reporter = parts.reporter;
  }

  handle(request: HttpRequest, call: Call): HttpResponse | Promise<HttpResponse> {
    return this.#respond(request, call);
  }

  /** The answer to a request whose handler threw. */
  failure(thrown: unknown, call: Call): HttpResponse {
    const accept = call.request.fields.get("accept");
    const error = errorOf(thrown);
    if (error instanceof HttpError && error.fault.status >= 400 && error.fault.status <= 599) {
      call.cause ??= error.detail;
      return errorPage(error.fault.status, sentence(error.detail), accept);
    }
    call.cause ??= `the handler failed: ${error.message}`;
    this.#reporter.error(
      `${call.request.method} ${call.request.rawTarget}: the handler failed: ${traceOf(error)}`,
    );
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

  entered(session: Http1Session): void {
    this.sessions.add(session);
  }

  left(session: Http1Session): void {
    this.sessions.delete(session);
    this.#maybeEmpty();
  }

  /** Settles once no connection and no pending work is left. */
  emptied(): Promise<void> {
    return new Promise((resolve) => {
      this.#onEmpty = resolve;
      this.#maybeEmpty();
    });
  }

  logCall(session: Http1Session, call: Call): void {
    if (this.log !== undefined) {
      const { request, response } = call;
      const duration = this.clock.now() - call.started;
      const facts: AccessFacts = {
        client: session.remote.address,
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
        cause: call.cause,
      };
      this.log.log(facts);
    }
  }

  logRefused(session: Http1Session, error: HttpError, response: HttpResponse): void {
    this.log?.log({
      client: session.remote.address,
      method: "",
      target: "",
      version: "1.1",
      host: "",
      status: response.status,
      octets: response.content.length ?? 0,
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
    if (this.#onEmpty !== undefined && this.sessions.size === 0 && this.pending.size === 0) {
      this.#onEmpty();
      this.#onEmpty = undefined;
    }
  }
}

/** A fault's detail as a sentence. */
function sentence(detail: string): string {
  return `${detail.charAt(0).toUpperCase()}${detail.slice(1)}.`;
}
