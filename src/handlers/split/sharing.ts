/**
 * What answers of a split say to caches (RFC 9111 §5.2.2.7, RFC 9110 §12.5.5): `Vary: Cookie` where a
 * cookie chooses, and `private` in place of `public` and `s-maxage`, because many shared caches look
 * at neither cookies nor Vary.
 */
import type { FieldLine, Fields, FieldsPatch } from "../../message/index.ts";
import { privateCacheControl } from "../../semantics/index.ts";

/** Patches kept; handlers say few different things. */
const most = 100;

/** One patch for each pair of Vary and Cache-Control, so that lasting responses stay lasting. */
export class SharingPatches {
  readonly #byCookie: boolean;
  readonly #known = new Map<string, FieldsPatch>();

  constructor(byCookie: boolean) {
    this.#byCookie = byCookie;
  }

  for(fields: Fields): FieldsPatch {
    const vary = fields.get("vary");
    const control = fields.get("cache-control");
    const key = `${vary ?? ""}\n${control ?? ""}`;
    let patch = this.#known.get(key);
    if (patch === undefined) {
      const lines: FieldLine[] = [["cache-control", privateCacheControl(control)]];
      if (this.#byCookie) {
        lines.push(["vary", varyingByCookie(vary)]);
      }
      patch = { remove: [], set: lines, add: [] };
      if (this.#known.size < most) {
        this.#known.set(key, patch);
      }
    }
    return patch;
  }
}

function varyingByCookie(vary: string | undefined): string {
  if (vary === undefined || vary === "") {
    return "Cookie";
  }
  return /(?:^|,)\s*(?:\*|cookie)\s*(?:,|$)/i.test(vary) ? vary : `${vary}, Cookie`;
}
