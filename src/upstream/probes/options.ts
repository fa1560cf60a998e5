/** What probes of upstreams can be told. */
import type { Duration } from "../../message/index.ts";

export interface HealthOptions {
  /** What to ask for, such as "/healthz". Default "/". */
  readonly path?: string;
  /** Default "GET". */
  readonly method?: string;
  /** What Host says. Default: the upstream's own. */
  readonly host?: string;
  /** Only connects, and sends nothing. Default `false`. */
  readonly tcp?: boolean;
  /** From the end of one probe to the next. Default "5s". */
  readonly interval?: Duration;
  /** For everything up to the verdict. Default "2s". */
  readonly timeout?: Duration;
  /** The interval is shorter or longer by up to this share, so that probes do not march in step. Default 0.1. */
  readonly jitter?: number;
  /** Probes in a row that must pass before an upstream that is down is up. Default 2. */
  readonly rise?: number;
  /** Probes in a row that must fail before it is down. Default 3. */
  readonly fall?: number;
  /** Statuses that pass: 200, "200-399", or a list. Default "200-399". */
  readonly status?: number | string | readonly (number | string)[];
  /** Fields that the response must have, with these values. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Text that must stand within the first 64 KiB of the response's content. */
  readonly body?: string;
}
