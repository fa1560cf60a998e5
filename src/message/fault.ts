/**
 * What went wrong, how much of the connection it costs, and where that is written.
 *
 * A peer's fault is data (an event carrying an `HttpError`); our own misuse of a
 * machine throws `MisuseError`. Each room keeps one table of faults.
 */

export interface Fault {
  /** The status code that answers it. */
  readonly status: number;
  /** How much to abandon. */
  readonly scope: "message" | "stream" | "connection";
  readonly source: `RFC ${number} §${string}`;
  /** Nothing was done with the request: it may be sent again, whatever its method (RFC 9110 §9.2.2). */
  readonly unprocessed?: true;
}

/** A room's table: isolated declarations need the keys spelled out once more. */
export type FaultTable<Key extends string> = Readonly<Record<Key, Fault>>;

/** Faults that any room may raise; a protocol adds its own table. */
export const faults: FaultTable<
  "contentTooLarge" | "misdirected" | "internal" | "cancelled" | "truncated" | "timeout"
> = {
  contentTooLarge: { status: 413, scope: "message", source: "RFC 9110 §15.5.14" },
  misdirected: { status: 421, scope: "message", source: "RFC 9110 §15.5.20" },
  internal: { status: 500, scope: "message", source: "RFC 9110 §15.6.1" },
  cancelled: { status: 500, scope: "stream", source: "RFC 9110 §7.6" },
  truncated: { status: 400, scope: "connection", source: "RFC 9112 §8" },
  timeout: { status: 408, scope: "connection", source: "RFC 9110 §15.5.9" },
};

export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly fault: Fault;
  readonly by: "client" | "sluice" | "origin";
  /** The message without its source, fit to be shown to a client. */
  readonly detail: string;

  constructor(fault: Fault, by: HttpError["by"], detail: string) {
    super(`${detail} (${fault.source})`);
    this.fault = fault;
    this.by = by;
    this.detail = detail;
  }
}

/** Our own code broke a contract: a bug here, never a peer's doing. */
export class MisuseError extends Error {
  override readonly name = "MisuseError";
}
