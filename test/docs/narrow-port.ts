/** Ports of four digits, so that tables which name them are as wide as the manual shows them. */
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/** Below those that systems choose from, so that nobody takes one meanwhile by asking for any. */
const [first, last] = [4_000, 9_500];

/** @returns A port of 127.0.0.1 on which nobody listens now, greater than `taken` are: lists of them sort as in the page. */
export async function freeNarrowPort(taken: readonly number[]): Promise<number> {
  let port = taken.length === 0 ? randomInt(first, last) : Math.max(...taken) + 1;
  while (!(await isFree(port))) {
    port += 1;
  }
  return port;
}

function isFree(port: number): Promise<boolean> {
  const probe = createServer();
  return new Promise((resolve) => {
    probe.once("error", () => resolve(false));
    probe.listen(port, "127.0.0.1", () => probe.close(() => resolve(true)));
  });
}
