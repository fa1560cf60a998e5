/**
 * How long an idle connection may be kept: always shorter than the upstream keeps it, so that no request
 * goes out on a connection that is being closed (RFC 9112 §9.3, §9.6).
 */
import type { Fields, Millis } from "../../message/index.ts";

/** Node's servers, the most common of all, close after 5 s. */
const unlessToldOtherwise: Millis = 4_000;
/** Without a setting, hints are followed up to here. */
const mostByHint: Millis = 60_000;
/** By how much we are quicker than a hint says. */
const margin: Millis = 1_000;
/** What one early close taught is forgotten after this: it may have been a restart. */
const memory: Millis = 300_000;
/** Connections that close quicker than this teach nothing: whoever goes away closes all. */
const leastTaught: Millis = 500;

export class KeepAlive {
  readonly #set: Millis | undefined;
  #taught: Millis = Number.POSITIVE_INFINITY;
  #taughtUntil: Millis = Number.NEGATIVE_INFINITY;

  /** @param set - Most time, as the user set it. */
  constructor(set: Millis | undefined) {
    this.#set = set;
  }

  /** @param hint - What the connection's last response said (`keepAliveHint`). @returns 0: it is not to be kept. */
  time(hint: Millis | undefined, now: Millis): Millis {
    const most = this.#set ?? (hint === undefined ? unlessToldOtherwise : mostByHint);
    const hinted = hint === undefined ? most : Math.min(most, Math.max(hint - margin, hint / 2));
    return now < this.#taughtUntil ? Math.min(hinted, this.#taught) : hinted;
  }

  /** The upstream closed a connection that had been idle for `idle`. */
  closedEarly(idle: Millis, now: Millis): void {
    if (idle >= leastTaught) {
      const taught = Math.max(idle - margin, idle / 2);
      this.#taught = now < this.#taughtUntil ? Math.min(this.#taught, taught) : taught;
      this.#taughtUntil = now + memory;
    }
  }
}

/**
 * The `timeout` of a Keep-Alive field (RFC 2068 §19.7.1.1), which servers still send.
 *
 * @returns Milliseconds; undefined where the field says none.
 */
export function keepAliveHint(fields: Fields): Millis | undefined {
  const value = fields.get("keep-alive");
  if (value === undefined) {
    return undefined;
  }
  const found = /(?:^|[,;\s])timeout\s*=\s*"?(\d{1,6})/i.exec(value);
  return found === null ? undefined : Number(found[1]) * 1_000;
}
