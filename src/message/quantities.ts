/** Sizes and durations as people write them: "10MB", "30s". */
import type { Millis, Octets } from "./units.ts";

type SizeUnit = "B" | "KB" | "MB" | "GB" | "KiB" | "MiB" | "GiB";
type DurationUnit = "ms" | "s" | "m" | "h" | "d";

const octetsPerUnit: Readonly<Record<SizeUnit, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
};

const millisPerUnit: Readonly<Record<DurationUnit, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `"10MB"` (10,000,000 octets), `"64KiB"` (65,536 octets), or a bare number of octets. */
export type Size = `${number}${SizeUnit}` | number;

/** `"250ms"`, `"30s"`, `"5m"`, `"1h"`, `"7d"`. */
export type Duration = `${number}${DurationUnit}`;

/**
 * @returns Whole octets, a fraction rounded down.
 * @throws RangeError - `text` is no size; the message says which forms are.
 */
export function parseSize(text: Size): Octets {
  if (typeof text === "number") {
    if (Number.isSafeInteger(text) && text >= 0) {
      return text;
    }
    throw new RangeError(`${text} is no size: a number of octets is whole and not negative`);
  }
  return Math.floor(quantity(text, octetsPerUnit, "size", "64KiB"));
}

/**
 * @returns Milliseconds.
 * @throws RangeError - `text` is no duration; the message says which forms are.
 */
export function parseDuration(text: Duration): Millis {
  return quantity(text, millisPerUnit, "duration", "30s");
}

function quantity(
  text: string,
  units: Readonly<Record<string, number>>,
  what: string,
  example: string,
): number {
  const [, digits, unit = ""] = /^(\d{1,15}(?:\.\d{1,6})?)([A-Za-z]{1,3})$/.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit) ? units[unit] : undefined;
  if (digits === undefined || factor === undefined) {
    const allowed = Object.keys(units).join(", ");
    throw new RangeError(
      `${JSON.stringify(text)} is no ${what}: write a number and ${allowed}, such as "${example}"`,
    );
  }
  return Number(digits) * factor;
}
