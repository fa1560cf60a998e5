/** A connection being opened: first where to, then the connection. */
import { type Channel, ConnectFailure, type Connecting, type ConnectOptions } from "../../transport/index.ts";
import type { Attempt, Carrier } from "../contract.ts";
import type { Connect, PoolPlace } from "./options.ts";

/** What may be spoken on the connection: what ALPN says, or HTTP/1.1 only. */
export type Speaks = "any" | "http1";

export interface ConnectorEvents {
  opened(connector: Connector, channel: Channel): void;
  failed(connector: Connector, thrown: unknown): void;
  /** The attempt it was for was taken back. */
  unwanted(connector: Connector): void;
}

export class Connector implements Carrier {
  readonly speaks: Speaks;
  /** The only attempt that may use the connection. */
  readonly attempt: Attempt | undefined;
  readonly #events: ConnectorEvents;
  #connecting: Connecting | undefined;
  #over = false;

  constructor(speaks: Speaks, attempt: Attempt | undefined, events: ConnectorEvents) {
    this.speaks = speaks;
    this.attempt = attempt;
    if (attempt !== undefined) {
      attempt.carrier = this;
    }
    this.#events = events;
  }

  begin(place: PoolPlace, connect: Connect, options: Omit<ConnectOptions, "to">): void {
    try {
      const to = place.where();
      if (to instanceof Promise) {
        to.then(
          (found) => this.#connect(connect, { ...options, to: found }),
          (error: unknown) => this.#failed(error),
        );
      } else {
        this.#connect(connect, { ...options, to });
      }
    } catch (error) {
      queueMicrotask(() => this.#failed(error));
    }
  }

  /** Gives up, at whatever stage; nothing is told. */
  stop(): void {
    this.#over = true;
    this.#connecting?.cancel();
  }

  cancel(): void {
    if (!this.#over) {
      this.stop();
      this.#events.unwanted(this);
    }
  }

  #connect(connect: Connect, options: ConnectOptions): void {
    if (this.#over) {
      return;
    }
    this.#connecting = connect(options, (result) => {
      if (this.#over) {
        return;
      }
      if (result instanceof ConnectFailure) {
        this.#failed(result);
      } else {
        this.#over = true;
        this.#events.opened(this, result);
      }
    });
  }

  #failed(thrown: unknown): void {
    if (!this.#over) {
      this.#over = true;
      this.#events.failed(this, thrown);
    }
  }
}
