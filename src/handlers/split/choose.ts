/** Which choice a request gets: by what its cookie says, or by weight. */
import type { HttpRequest } from "../../message/index.ts";
import { cookieValues } from "../../routes/index.ts";

export interface Weighed {
  readonly name: string;
  readonly weight: number;
}

/**
 * The choice that an earlier answer's cookie names. Weights do not matter: who has a choice keeps it,
 * also one that takes nobody new.
 *
 * @returns undefined where no cookie names a choice that there is.
 */
export function rememberedChoice(
  choices: readonly Weighed[],
  cookie: string,
  request: HttpRequest,
): number | undefined {
  for (const value of cookieValues(request, cookie)) {
    const index = choices.findIndex(({ name }) => name === value);
    if (index >= 0) {
      return index;
    }
  }
  return undefined;
}

/**
 * @param choices - The sum of their weights is more than 0.
 * @param at - From 0 to less than 1.
 */
export function weighedChoice(choices: readonly Weighed[], at: number): number {
  const total = choices.reduce((sum, { weight }) => sum + weight, 0);
  let left = at * total;
  for (const [index, { weight }] of choices.entries()) {
    left -= weight;
    if (left < 0) {
      return index;
    }
  }
  return choices.findLastIndex(({ weight }) => weight > 0);
}

/** A number from 0 to less than 1 that is always the same for an address, and different for each split. */
export function shareOf(address: string, split: string): number {
  // FNV-1a, then mixed, so that neighbours end far apart.
  let hash = 0x811c9dc5;
  for (const character of `${split} ${address}`) {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
