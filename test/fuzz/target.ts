/** What a fuzz target is, and the loop that all of them run in. */
import { Random } from "../support/random.ts";
import { mutate } from "./mutate.ts";

export interface FuzzTarget {
  readonly name: string;
  readonly seeds: readonly string[];
  /**
   * Tries one input.
   *
   * @param seed - Chooses cuts and answers, so that the same input and seed give the same verdict.
   * @throws when an invariant is broken: its message says which.
   */
  readonly examine: (input: string, seed: number) => void;
}

export interface Finding {
  readonly target: string;
  readonly input: string;
  readonly seed: number;
  readonly error: Error;
}

export interface FuzzReport {
  readonly inputs: number;
  readonly finding: Finding | undefined;
}

/**
 * Mutates and tries until `until` says stop or something breaks.
 *
 * @param until - Asked between inputs.
 */
export function fuzz(target: FuzzTarget, seed: number, until: () => boolean): FuzzReport {
  const random = new Random(seed);
  const pool = [...target.seeds];
  let inputs = 0;
  while (!until()) {
    const input = mutate(random, random.pick(pool), pool);
    const choice = random.below(2 ** 31);
    inputs += 1;
    const error = attempt(target, input, choice);
    if (error !== undefined) {
      return { inputs, finding: smallest({ target: target.name, input, seed: choice, error }, target) };
    }
    // Mutants of mutants reach further; the pool stays bounded.
    if (random.once(16)) {
      if (pool.length < target.seeds.length + 500) {
        pool.push(input);
      } else {
        pool[target.seeds.length + random.below(500)] = input;
      }
    }
  }
  return { inputs, finding: undefined };
}

/** The finding as lines to paste into a regression test. */
export function describeFinding({ target, input, seed, error }: Finding): string {
  return `${target}: ${error.message}\n  { input: ${literal(input)}, seed: ${seed} }\n${error.stack ?? ""}`;
}

function attempt(target: FuzzTarget, input: string, seed: number): Error | undefined {
  try {
    target.examine(input, seed);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Takes away what the failure does not need: halves first, single octets last. */
function smallest(finding: Finding, target: FuzzTarget): Finding {
  let best = finding;
  for (let size = Math.ceil(best.input.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < best.input.length; ) {
      const input = best.input.slice(0, at) + best.input.slice(at + size);
      const error = attempt(target, input, best.seed);
      if (error === undefined) {
        at += size;
      } else {
        best = { ...best, input, error };
      }
    }
  }
  return best;
}

/** `text` (latin1) as a string literal without any octet that an editor could change. */
function literal(text: string): string {
  const escaped = JSON.stringify(text).replace(
    /[\x7f-\xff]/g,
    (octet) => `\\x${octet.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
  return escaped;
}
