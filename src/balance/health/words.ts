/** Health in words for an operator. */
import type { Millis } from "../../message/index.ts";

/** "250 ms", "10 s", "1.5 s", "5 min", "2 h". */
export function durationWords(millis: Millis): string {
  if (millis < 999.5) {
    return `${Math.round(millis)} ms`;
  }
  if (millis < 120_000) {
    return `${tenths(millis / 1_000)} s`;
  }
  return millis < 7_200_000 ? `${tenths(millis / 60_000)} min` : `${tenths(millis / 3_600_000)} h`;
}

/** "1 request", "2 requests". */
export function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

function tenths(number: number): number {
  return Math.round(number * 10) / 10;
}
