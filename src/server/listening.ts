/** A server's doors: its listeners, and the termination that those with TLS share. */
import type { Listener, NormalConfig } from "../config/index.ts";
import type { Clock, Endpoint } from "../message/index.ts";
import type { Reporter } from "../observe/index.ts";
import { trusts } from "../routes/index.ts";
import { createTermination, type TlsTermination } from "../tls/index.ts";
import {
  type Channel,
  type OpenListener,
  openListener,
  type ProxyListening,
  type TlsListening,
} from "../transport/index.ts";

export interface ListeningOptions {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly reading: "borrowed" | "plain";
  /** @param http2 - Whether the listener offers HTTP/2. */
  accept(channel: Channel, http2: boolean): void;
}

export class Listening {
  readonly #config: NormalConfig;
  readonly #options: ListeningOptions;
  #termination: TlsTermination | undefined;
  #open: OpenListener[] = [];

  constructor(config: NormalConfig, options: ListeningOptions) {
    this.#config = config;
    this.#options = options;
  }

  /** Where it listens, and what was asked for. */
  get places(): { readonly local: Endpoint; readonly asked: Listener }[] {
    return this.#open.map(({ local }, at) => ({ local, asked: this.#config.listeners[at] as Listener }));
  }

  /** Whether a request for `host` belongs on a connection made for `serverName` (RFC 9110 §7.4). */
  agrees(serverName: string | undefined, host: string): boolean {
    return this.#termination?.agrees(serverName, host) ?? true;
  }

  /**
   * Opens every listener, or none.
   *
   * @throws Error with a `code` when a place cannot be had; TlsError where a certificate cannot be used.
   */
  async open(): Promise<void> {
    const { tls, listeners } = this.#config;
    const { clock, reporter, reading, accept } = this.#options;
    const onError = (error: Error): void => reporter.warn(`a listener failed: ${error.message}`);
    try {
      this.#termination =
        tls === undefined ? undefined : await createTermination({ ...tls, clock, reporter });
      for (const listener of listeners) {
        this.#open.push(
          await openListener(listener, (channel) => accept(channel, listener.http2), {
            reading,
            tls: this.#tlsOf(listener),
            proxyProtocol: this.#proxyOf(listener),
            onError,
          }),
        );
      }
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Stops accepting; open connections live on. */
  async close(): Promise<void> {
    await Promise.all(this.#open.splice(0).map((listener) => listener.close()));
    this.#termination?.close();
  }

  #proxyOf({ proxyProtocol }: Listener): ProxyListening | undefined {
    const { trustedProxies } = this.#config;
    const turnedAway = (line: string): void => this.#options.reporter.warn(line);
    return proxyProtocol ? { trusts: (peer) => trusts(trustedProxies, peer), turnedAway } : undefined;
  }

  #tlsOf(listener: Listener): TlsListening | undefined {
    const termination = this.#termination;
    if (!listener.tls || termination === undefined) {
      return undefined;
    }
    const { clock, reporter } = this.#options;
    const handshake = this.#config.tls?.handshake;
    return {
      termination,
      http2: listener.http2,
      clock,
      reporter,
      ...(handshake === undefined ? {} : { handshake }),
    };
  }
}
