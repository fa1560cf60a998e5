/** Counts, spans of time and sizes as a terminal shows them. */
import type { Millis, Octets } from "../message/index.ts";

/** "1 route", "2 routes". */
export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** "1,234,567". */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** A span of time in one or two units: "850 ms", "3 s", "2 min", "1 h 5 min", "3 d 4 h". */
export function span(time: Millis): string {
  if (time < 1_000) {
    return `${Math.round(time)} ms`;
  }
  const seconds = Math.round(time / 1_000);
  if (seconds < 60) {
    return `${seconds} s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) {
    return `${minutes} min`;
  }
  const hours = Math.floor(minutes / 60);
  return hours < 24
    ? joined(hours, "h", minutes % 60, "min")
    : joined(Math.floor(hours / 24), "d", hours % 24, "h");
}

/** A latency: three digits that count. */
export function quick(time: Millis): string {
  return time < 9.95 ? `${time.toFixed(1)} ms` : time < 10_000 ? `${Math.round(time)} ms` : span(time);
}

/** "85 MB". */
export function size(octets: Octets): string {
  const million = octets / 1e6;
  return million < 1_000 ? `${Math.round(million)} MB` : `${(million / 1_000).toFixed(1)} GB`;
}

function joined(large: number, unit: string, small: number, smaller: string): string {
  return small === 0 ? `${large} ${unit}` : `${large} ${unit} ${small} ${smaller}`;
}
