/** The server: listens, serves, drains and closes. */
import { type Config, type Listener, type NormalConfig, normalize } from "../config/index.ts";
import { formatHost } from "../fields/index.ts";
import type { Clock, Endpoint, HttpResponse, Millis } from "../message/index.ts";
import { createAccessLog, createReporter, type Reporter } from "../observe/index.ts";
import type { Resource } from "../pipeline/index.ts";
import { CurrentDate, Deadlines, systemClock } from "../transport/index.ts";
import { createHouse, type UpstreamHouse } from "../upstream/index.ts";
import { Annexes } from "./annexes.ts";
import { Beliefs } from "./believed.ts";
import { Call, type CallOwner } from "./call.ts";
import { compileConfig } from "./compile.ts";
import { clientOf, type FetchFacts, fromFetch, memoryEndpoint, tlsOf, toFetch } from "./fetch.ts";
import { Listening } from "./listening.ts";
import { type ResourceHolder, Resources } from "./resources.ts";
import { Service } from "./service.ts";

export interface ServerOptions {
  /** Absolute directory against which relative paths in the configuration are resolved; the working directory unless told. */
  readonly base?: string;
  /** Told what the operator should know; lines on standard error unless told. */
  readonly reporter?: Reporter;
  /** How sockets are read: "plain" is the fallback without the shared read buffer. */
  readonly reading?: "borrowed" | "plain";
  /**
   * Absolute path of the control socket, where the configuration does not say. A server that cannot have it
   * warns, and serves without.
   */
  readonly control?: string;
}

/** A place where the server listens. */
export interface ServerAddress extends Endpoint {
  /** `http://localhost:8080`, or `unix:/path` for a Unix socket; of a stream `tcp://…`, `tls://…` or `udp://…`. */
  readonly url: string;
}

export interface Server extends AsyncDisposable {
  /**
   * Opens the access log and every listener, or nothing.
   *
   * @throws Error with a `code` (EADDRINUSE, EACCES …) when one cannot be had.
   */
  listen(): Promise<void>;
  /**
   * Stops accepting, lets exchanges under way finish, closes idle connections;
   * what is left at the deadline is cut. A second call with a shorter deadline shortens it.
   *
   * @param options.deadline - Milliseconds; `timeouts.drain` of the configuration unless told.
   */
  close(options?: { readonly deadline?: Millis }): Promise<void>;
  /**
   * Answers a request through the whole pipeline without a socket.
   *
   * @param facts - What to pretend of the connection: who asks, over which protocol, with what TLS.
   */
  fetch(request: Request | string | URL, init?: RequestInit, facts?: FetchFacts): Promise<Response>;
  /** Opens the access log anew, after something moved its file away. */
  reopenLogs(): void;
  /** Where it listens, its streams last; empty before `listen` and after `close`. */
  readonly addresses: readonly ServerAddress[];
  /** Connections open now. */
  readonly connections: number;
}

/**
 * A server of this configuration. It opens nothing before `listen`.
 *
 * @throws ConfigError - The configuration contradicts its schema or itself.
 */
export function createServer(config: Config, options: ServerOptions = {}): Server {
  return new RunningServer(normalize(config, options.base ?? process.cwd()), options);
}

class RunningServer implements Server {
  readonly #config: NormalConfig;
  readonly #clock: Clock = systemClock;
  readonly #reporter: Reporter;
  readonly #held: ResourceHolder;
  readonly #service: Service;
  readonly #listening: Listening;
  readonly #house: UpstreamHouse;
  readonly #annexes: Annexes;
  #closing: Promise<void> | undefined;
  #cut: (() => void) | undefined;

  constructor(config: NormalConfig, options: ServerOptions) {
    this.#config = config;
    this.#reporter = options.reporter ?? createReporter();
    this.#held = new Resources().holder();
    this.#listening = new Listening(config, {
      clock: this.#clock,
      reporter: this.#reporter,
      reading: options.reading ?? "borrowed",
      accept: (channel, http2) => this.#service.accept(channel, http2),
    });
    const deadlines = new Deadlines(this.#clock);
    const { base } = config;
    this.#house = createHouse({
      clock: this.#clock,
      deadlines,
      reporter: this.#reporter,
      base,
    });
    const surroundings = {
      clock: this.#clock,
      base,
      httpsPort: httpsPortOf(config),
      upstreams: this.#house,
      take: <R extends Resource>(key: string, make: () => R) => this.#held.take(key, make),
      warn: (message: string) => this.#reporter.warn(message),
    };
    this.#annexes = new Annexes(config, {
      clock: this.#clock,
      deadlines,
      reporter: this.#reporter,
      reading: options.reading ?? "borrowed",
      house: this.#house,
      take: surroundings.take,
      control: options.control,
      listeners: () => this.#doors,
      connections: () => this.connections,
    });
    const respond = compileConfig(config, surroundings, {
      agrees: (serverName, host) => this.#listening.agrees(serverName, host),
      failure: (thrown, request, exchange) =>
        this.#service.failure(thrown, request, exchange instanceof Call ? exchange : undefined),
    });
    const date = new CurrentDate(this.#clock);
    this.#service = new Service({
      clock: this.#clock,
      date,
      deadlines,
      http1: { limits: config.limits, dateline: date },
      http2: { limits: config.http2, dateline: date },
      timeouts: config.timeouts,
      beliefs: new Beliefs(config.trustedProxies),
      respond,
      reporter: this.#reporter,
    });
  }

  get addresses(): readonly ServerAddress[] {
    return [...this.#doors, ...this.#annexes.addresses];
  }

  get #doors(): readonly ServerAddress[] {
    return this.#listening.places.map(({ local, asked }) => {
      const { address, port, family } = local;
      return { address, port, family, url: urlOf(local, asked) };
    });
  }

  get connections(): number {
    return this.#service.connections.size;
  }

  async listen(): Promise<void> {
    const { log } = this.#config;
    try {
      this.#service.log ??=
        log === undefined ? undefined : createAccessLog({ ...log, reporter: this.#reporter });
      await this.#listening.open();
      await this.#annexes.open();
      this.#house.begin();
    } catch (error) {
      await this.#listening.close();
      await this.#service.log?.close();
      this.#service.log = undefined;
      throw error;
    }
  }

  close(options: { readonly deadline?: Millis } = {}): Promise<void> {
    const deadline = options.deadline ?? this.#config.timeouts.drain;
    if (this.#closing === undefined) {
      this.#closing = this.#drain(deadline);
    } else if (options.deadline !== undefined) {
      setTimeout(() => this.#cut?.(), deadline).unref();
    }
    return this.#closing;
  }

  async fetch(input: Request | string | URL, init?: RequestInit, facts: FetchFacts = {}): Promise<Response> {
    const url = typeof input === "string" ? new URL(input, "http://localhost/") : input;
    const asked = url instanceof Request && init === undefined ? url : new Request(url, init);
    const request = await fromFetch(asked, facts.protocol);
    const owner: CallOwner = {
      remote: clientOf(facts),
      local: memoryEndpoint,
      clock: this.#clock,
      tls: tlsOf(request, facts),
      push: () => false,
      inform: () => {},
      waitUntil: (promise: Promise<unknown>) => this.#service.waitUntil(promise),
    };
    const trusted = this.#service.beliefs.trusts(owner.remote);
    const call = this.#service.call(owner, 0, request, undefined, trusted, this.#clock.now());
    asked.signal.addEventListener("abort", () => call.abort(asked.signal.reason as Error), { once: true });
    let response: HttpResponse;
    try {
      response = await this.#service.handle(call.request, call);
    } catch (error) {
      response = this.#service.failure(error, call.request, call);
    }
    return toFetch(request.method, response);
  }

  reopenLogs(): void {
    this.#service.log?.reopen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #drain(deadline: Millis): Promise<void> {
    const unheard = Promise.all([this.#listening.close(), this.#annexes.shutdown()]);
    const { connections } = this.#service;
    for (const connection of [...connections]) {
      connection.shutdown();
    }
    await unheard;
    const emptied = Promise.all([this.#service.emptied(), this.#annexes.emptied()]);
    let timer: NodeJS.Timeout | undefined;
    const cut = new Promise<void>((resolve) => {
      this.#cut = resolve;
      timer = setTimeout(resolve, deadline);
    });
    await Promise.race([emptied, cut]);
    clearTimeout(timer);
    for (const connection of [...connections]) {
      connection.destroy();
    }
    await this.#annexes.close();
    await this.#held.release();
    this.#house.close();
    await this.#service.log?.close();
  }
}

/** The first that the configuration names; 0 is none that a redirect could name. */
function httpsPortOf({ listeners }: NormalConfig): number | undefined {
  const port = listeners.find(({ type, tls }) => type === "tcp" && tls) as { port: number } | undefined;
  return port?.port === 0 ? undefined : port?.port;
}

function urlOf(local: Endpoint, asked: Listener): string {
  if (local.family === "unix") {
    return `unix:${local.address}`;
  }
  const everywhere = asked.type === "tcp" && asked.host === undefined;
  const host =
    everywhere || local.address === "0.0.0.0" || local.address === "::" ? "localhost" : local.address;
  return `${asked.tls ? "https" : "http"}://${formatHost({ host, port: local.port })}`;
}
