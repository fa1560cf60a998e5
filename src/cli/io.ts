/** What the command line takes from the process around it. */
import type { Config } from "../config/index.ts";
import type { Millis } from "../message/index.ts";
import type { Reporter, TextSink } from "../observe/index.ts";
import type { TrustWorld } from "../tls/index.ts";
import type { ReadyAddress } from "./banner.ts";

export interface Io {
  readonly stdout: TextSink;
  readonly stderr: TextSink;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** The public face of Sluice: what a config file imports. */
  readonly face: object;
  readonly version: string;
  readonly createServer: (
    config: Config,
    options: { base: string; reporter: Reporter; control?: string },
  ) => Servable;
  readonly signals: Signals;
  /** Whose trust stores `trust` and `untrust` change; this machine's unless told. */
  readonly trustWorld?: TrustWorld;
  /** Shows a page to the user. */
  openBrowser(url: string): void;
}

/** What serving needs of a server. */
export interface Servable {
  listen(): Promise<void>;
  close(options?: { readonly deadline?: Millis }): Promise<void>;
  reopenLogs(): void;
  /** Answers without a socket. */
  fetch(request: string, init?: RequestInit): Promise<Response>;
  readonly addresses: readonly ReadyAddress[];
}

export interface Signals {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
}
