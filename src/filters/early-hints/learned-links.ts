/** What earlier answers for a host and path announced, the least recently asked for forgotten first. */
import { Fields, type HttpRequest, type HttpResponse } from "../../message/index.ts";
import { fieldValueSchema } from "../../pipeline/index.ts";
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

  /** An answer that is only for one client teaches nothing about what others get (RFC 9111 §3.5). */
  learn(request: HttpRequest, { status, fields }: HttpResponse): void {
    const key = keyOf(request);
    if (status !== 200 || key.length > longest) {
      return;
    }
    const isOpen = !request.fields.has("authorization") && !isPersonal(fields);
    const links = isOpen ? hintLinks(fields.get("link") ?? "") : [];
    const kept = links.filter(mayBeSaid).slice(0, mostLinks);
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

/** Whether an answer may be another one for others (RFC 9111 §4.1, §5.2.2.7). */
function isPersonal(fields: Fields): boolean {
  return (
    fields.has("set-cookie") ||
    /\b(?:private|no-store)\b/i.test(fields.get("cache-control") ?? "") ||
    /(?:^|,)\s*(?:\*|cookie|authorization)\s*(?:,|$)/i.test(fields.get("vary") ?? "")
  );
}

/** One odd answer fails by itself; said early again and again, it would fail every later one. */
function mayBeSaid(link: string): boolean {
  return link.length <= longest && fieldValueSchema.safeParse(link).success;
}

/** No authority has a "/". */
function keyOf({ scheme, authority, path }: HttpRequest): string {
  return `${scheme} ${authority.toLowerCase()}${path}`;
}
