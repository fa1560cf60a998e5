/** The server: listens, serves, drains and closes. */
import { type Config, type Listener, type NormalConfig, normalize } from "../config/index.ts";
import { formatHost } from "../fields/index.ts";
import type { Clock, Endpoint, Millis } from "../message/index.ts";
import { createAccessLog, createReporter, type Reporter } from "../observe/index.ts";
import {
  type Channel,
  CurrentDate,
  Deadlines,
  type OpenListener,
  openListener,
  systemClock,
} from "../transport/index.ts";
import { Call } from "./call.ts";
import { compileConfig } from "./compile.ts";
import { fromFetch, memoryEndpoint, toFetch } from "./fetch.ts";
import { Http1Session } from "./http1-session.ts";
import { type ResourceHolder, Resources } from "./resources.ts";
import { Service } from "./service.ts";

export interface ServerOptions {
  /** Absolute directory against which relative paths in the configuration are resolved; the working directory unless told. */
  readonly base?: string;
  /** Told what the operator should know; lines on standard error unless told. */
  readonly reporter?: Reporter;
  /** How sockets are read: "plain" is the fallback without the shared read buffer. */
  readonly reading?: "borrowed" | "plain";
}

/** A place where the server listens. */
export interface ServerAddress extends Endpoint {
  /** `http://localhost:8080`, or `unix:/path` for a Unix socket. */
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
  /** Answers a request through the whole pipeline without a socket. */
  fetch(request: Request | string | URL, init?: RequestInit): Promise<Response>;
  /** Opens the access log anew, after something moved its file away. */
  reopenLogs(): void;
  /** Where it listens; empty before `listen` and after `close`. */
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
  readonly #options: ServerOptions;
  readonly #clock: Clock = systemClock;
  readonly #reporter: Reporter;
  readonly #held: ResourceHolder;
  readonly #service: Service;
  #listeners: OpenListener[] = [];
  #closing: Promise<void> | undefined;
  #cut: (() => void) | undefined;

  constructor(config: NormalConfig, options: ServerOptions) {
    this.#config = config;
    this.#options = options;
    this.#reporter = options.reporter ?? createReporter();
    this.#held = new Resources().holder();
    const respond = compileConfig(config, {
      clock: this.#clock,
      base: config.base,
      take: (key, make) => this.#held.take(key, make),
      warn: (message) => this.#reporter.warn(message),
    });
    const date = new CurrentDate(this.#clock);
    this.#service = new Service({
      clock: this.#clock,
      date,
      deadlines: new Deadlines(this.#clock),
      http1: { limits: config.limits, dateline: date },
      timeouts: config.timeouts,
      respond,
      reporter: this.#reporter,
    });
  }

  get addresses(): readonly ServerAddress[] {
    return this.#listeners.map(({ local }, at) => {
      const { address, port, family } = local;
      return { address, port, family, url: urlOf(local, this.#config.listeners[at]) };
    });
  }

  get connections(): number {
    return this.#service.sessions.size;
  }

  async listen(): Promise<void> {
    const { reading = "borrowed" } = this.#options;
    const accept = (channel: Channel): void =>
      this.#service.entered(new Http1Session(channel, this.#service));
    const onError = (error: Error): void => this.#reporter.warn(`a listener failed: ${error.message}`);
    const { log } = this.#config;
    try {
      this.#service.log ??=
        log === undefined ? undefined : createAccessLog({ ...log, reporter: this.#reporter });
      for (const place of this.#config.listeners) {
        this.#listeners.push(await openListener(place, accept, { reading, onError }));
      }
    } catch (error) {
      await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
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

  async fetch(input: Request | string | URL, init?: RequestInit): Promise<Response> {
    const url = typeof input === "string" ? new URL(input, "http://localhost/") : input;
    const asked = url instanceof Request && init === undefined ? url : new Request(url, init);
    const request = await fromFetch(asked);
    const owner = {
      remote: memoryEndpoint,
      local: memoryEndpoint,
      clock: this.#clock,
      inform: () => {},
      waitUntil: (promise: Promise<unknown>) => this.#service.waitUntil(promise),
    };
    const call = new Call(owner, 0, request, undefined, this.#clock.now());
    asked.signal.addEventListener("abort", () => call.abort(asked.signal.reason as Error), { once: true });
    try {
      return toFetch(request.method, await this.#service.handle(request, call));
    } catch (error) {
      return toFetch(request.method, this.#service.failure(error, call));
    }
  }

  reopenLogs(): void {
    this.#service.log?.reopen();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #drain(deadline: Millis): Promise<void> {
    await Promise.all(this.#listeners.splice(0).map((listener) => listener.close()));
    const { sessions } = this.#service;
    for (const session of [...sessions]) {
      session.shutdown();
    }
    const emptied = this.#service.emptied();
    let timer: NodeJS.Timeout | undefined;
    const cut = new Promise<void>((resolve) => {
      this.#cut = resolve;
      timer = setTimeout(resolve, deadline);
    });
    await Promise.race([emptied, cut]);
    clearTimeout(timer);
    for (const session of [...sessions]) {
      session.destroy();
    }
    await this.#held.release();
    await this.#service.log?.close();
  }
}

function urlOf(local: Endpoint, asked: Listener | undefined): string {
  if (local.family === "unix") {
    return `unix:${local.address}`;
  }
  const everywhere = asked?.type === "tcp" && asked.host === undefined;
  const host =
    everywhere || local.address === "0.0.0.0" || local.address === "::" ? "localhost" : local.address;
  return `http://${formatHost({ host, port: local.port })}`;
}
