/** Whatever code that is not ours throws, as an Error with words in it. */
import { inspect } from "node:util";

/** Something thrown as an Error with a message that is text. @throws Never. */
export function errorOf(thrown: unknown): Error {
  try {
    if (thrown instanceof Error && typeof thrown.message === "string") {
      return thrown;
    }
    return new Error(`${shown(thrown)} was thrown`);
  } catch {
    return new Error("something that cannot be shown was thrown");
  }
}

/** A value in a few words. @throws Never. */
export function shown(value: unknown): string {
  try {
    return inspect(value, { depth: 0, breakLength: Number.POSITIVE_INFINITY }).slice(0, 80);
  } catch {
    return `a ${typeof value}`;
  }
}
