/** What earlier answers for a host and path announced, the least recently asked for forgotten first. */
import { Fields, type HttpRequest, type HttpResponse } from "../../message/index.ts";
import { hintLinks } from "./links.ts";

/** Paths remembered, and links of each. */
const mostPaths = 1_000;
const mostLinks = 20;
/** A longer path or link is not worth remembering. */
const longest = 2_048;

export class LearnedLinks {
  readonly #always: readonly string[];
  readonly #known = new Map<string, Fields>();

  /** @param always - Announced whatever was learned. */
  constructor(always: readonly string[]) {
    this.#always = always;
  }

  find(request: HttpRequest): Fields | undefined {
    const key = keyOf(request);
    const fields = this.#known.get(key);
    if (fields !== undefined) {
      this.#known.delete(key);
      this.#known.set(key, fields);
    }
    return fields;
  }

  /** An answer that is only for one client teaches nothing about what others get. */
  learn(request: HttpRequest, { status, fields }: HttpResponse): void {
    const key = keyOf(request);
    if (status !== 200 || key.length > longest) {
      return;
    }
    const isPrivate =
      fields.has("set-cookie") || /\b(?:private|no-store)\b/i.test(fields.get("cache-control") ?? "");
    const links = isPrivate || !fields.has("link") ? [] : hintLinks(fields.get("link") ?? "");
    const kept = links.filter((link) => link.length <= longest).slice(0, mostLinks);
    if (kept.length === 0) {
      this.#known.delete(key);
      return;
    }
    const all = [...new Set([...this.#always, ...kept])];
    this.#known.delete(key);
    this.#known.set(key, Fields.of(...all.map((link) => ["link", link] as const)));
    if (this.#known.size > mostPaths) {
      const [oldest = ""] = this.#known.keys();
      this.#known.delete(oldest);
    }
  }
}

/** No authority has a "/". */
function keyOf({ scheme, authority, path }: HttpRequest): string {
  return `${scheme} ${authority.toLowerCase()}${path}`;
}
