/** Waiting for things that happen in other processes and at the other end of sockets, never longer than a deadline. */
import { setTimeout as after } from "node:timers/promises";
import type { Millis } from "../../src/message/index.ts";

/** How long anything on loopback may take before its test fails. */
export const patience: Millis = 15_000;

/**
 * What `promise` gives.
 *
 * @throws Error naming `what` when the deadline passes first.
 */
export async function within<T>(promise: Promise<T>, what: string, deadline: Millis = patience): Promise<T> {
  const stop = new AbortController();
  const late = after(deadline, undefined, { signal: stop.signal }).then(() => {
    throw new Error(`waited ${deadline} ms for ${what}`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}

/** Looks again and again until `look` gives something else than undefined or false. */
export async function eventually<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  what: string,
  deadline: Millis = patience,
): Promise<T> {
  const end = performance.now() + deadline;
  for (;;) {
    const seen = await look();
    if (seen !== undefined && seen !== false) {
      return seen;
    }
    if (performance.now() > end) {
      throw new Error(`waited ${deadline} ms for ${what}`);
    }
    await after(5);
  }
}

/** Waits until `measure` gives the same for `looks` looks in a row: whatever moved has come to rest. */
export async function settled<T>(
  measure: () => T | Promise<T>,
  what: string,
  looks = 20,
  deadline: Millis = patience,
): Promise<T> {
  let last: T | undefined;
  let same = 0;
  return eventually(
    async () => {
      const seen = await measure();
      same = seen === last ? same + 1 : 0;
      last = seen;
      return same >= looks ? { seen } : undefined;
    },
    what,
    deadline,
  ).then(({ seen }) => seen);
}

/** A promise and what settles it. */
export interface Gate<T = void> {
  readonly opened: Promise<T>;
  open(value: T): void;
}

export function gate<T = void>(): Gate<T> {
  let open: (value: T) => void = () => undefined;
  const opened = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}
