/** Whatever code that is not ours throws, as an Error with words in it. */

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

function shown(value: unknown): string {
  if (typeof value === "string") {
    return JSON.stringify(value.slice(0, 80));
  }
  return typeof value === "object" && value !== null ? `an object of ${kindOf(value)}` : String(value);
}

function kindOf(value: object): string {
  const maker: unknown = value.constructor;
  return typeof maker === "function" && maker.name !== "" ? maker.name : "no class";
}
