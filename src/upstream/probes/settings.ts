/** A probe's options with every default filled in. */
import { type Millis, parseDuration } from "../../message/index.ts";
import type { HealthOptions } from "./options.ts";
import { readStatusRanges, type StatusRanges } from "./status-ranges.ts";

export interface ProbeSettings {
  readonly tcp: boolean;
  readonly path: string;
  readonly method: string;
  readonly host: string | undefined;
  readonly interval: Millis;
  readonly timeout: Millis;
  /** Share of the interval. */
  readonly jitter: number;
  readonly rise: number;
  readonly fall: number;
  readonly status: StatusRanges;
  /** Lower-case names beside the values wanted. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: string | undefined;
}

/** @throws RangeError - A duration or status range cannot be read; the schema would have said so. */
export function probeSettings(options: HealthOptions): ProbeSettings {
  return {
    tcp: options.tcp ?? false,
    path: options.path ?? "/",
    method: options.method ?? "GET",
    host: options.host,
    interval: parseDuration(options.interval ?? "5s"),
    timeout: parseDuration(options.timeout ?? "2s"),
    jitter: options.jitter ?? 0.1,
    rise: options.rise ?? 2,
    fall: options.fall ?? 3,
    status: readStatusRanges(options.status ?? "200-399"),
    fields: Object.entries(options.fields ?? {}).map(([name, value]) => [name.toLowerCase(), value]),
    body: options.body,
  };
}
