/**
 * `security({ nonce })`: a fresh nonce for each page (CSP Level 3 §7.1).
 *
 * A page with a nonce is made for one response. Kept and shown again under the next policy, its
 * scripts would not run: so it has no validator, is not stored by shared caches, and is whole, not a
 * range or a compressed variant, when its placeholder is replaced.
 */
import type { Content, FieldLine, FieldsPatch, HttpRequest, HttpResponse } from "../../message/index.ts";
import { type Filter, then } from "../../pipeline/index.ts";
import { privateCacheControl } from "../../semantics/index.ts";
import { withNonce } from "./csp.ts";
import { type NonceSlot, slotOf } from "./nonce.ts";
import type { SecurityOptions } from "./options.ts";
import { type Footing, footingOf, footings, type Patches, patchesOf } from "./patches.ts";
import { fillPlaceholder } from "./placeholder.ts";
import { type Policies, policyLines } from "./policy-fields.ts";

interface Nonced {
  readonly placeholder: string | undefined;
  /** For what is no page. */
  readonly plain: Patches;
  /** For 304, which would put a new policy over a stored page (RFC 9111 §4.3.4). */
  readonly silent: Patches;
  /** The policies with `mark` where the nonce belongs. */
  readonly marked: Readonly<Record<Footing, readonly FieldLine[]>>;
}

const mark = "0";
const marked = `'nonce-${mark}'`;

/** @param placeholder - What to replace in pages; undefined: handlers ask by `nonceOf`. */
export function noncedFilter(
  options: SecurityOptions,
  policies: Policies,
  placeholder: string | undefined,
): Filter {
  const nonced: Nonced = {
    placeholder,
    plain: patchesOf(options, policies),
    silent: patchesOf(options, { enforced: undefined, reported: undefined }),
    marked: markedLines(policies),
  };
  return (next) => (request, exchange) => {
    const slot = slotOf(exchange);
    const asked = placeholder !== undefined && mayBePage(request) ? asWhole(request) : request;
    return then(next(asked, exchange), finish, nonced, slot, footingOf(request, exchange));
  };
}

function markedLines({ enforced, reported }: Policies): Nonced["marked"] {
  // Who asks for a nonce and names no policy means scripts.
  const base = enforced ?? (reported === undefined ? new Map<string, readonly string[]>() : undefined);
  const policies: Policies = {
    enforced: base && withNonce(base, mark),
    reported: reported && withNonce(reported, mark),
  };
  const lines = footings.map((footing) => [footing, policyLines(policies, footing !== "clear")] as const);
  return Object.fromEntries(lines) as Record<Footing, FieldLine[]>;
}

/** Browsers say what a page is asked for; others are taken to want one if they name HTML or nothing. */
function mayBePage({ fields }: HttpRequest): boolean {
  const destination = fields.get("sec-fetch-dest");
  if (destination !== undefined) {
    return /^(?:document|iframe|frame|embed|object|empty)$/.test(destination);
  }
  const accept = fields.get("accept");
  return accept === undefined || accept.includes("text/html") || accept.includes("*/*");
}

/** Without what would be answered by a part, a compressed variant, or by "what you have is good". */
function asWhole(request: HttpRequest): HttpRequest {
  const fields = request.fields.without(
    "accept-encoding",
    "range",
    "if-range",
    "if-none-match",
    "if-modified-since",
  );
  return fields === request.fields ? request : request.with({ fields });
}

function finish(response: HttpResponse, nonced: Nonced, slot: NonceSlot, footing: Footing): HttpResponse {
  const { fields, status } = response;
  if (status === 304) {
    return response.patched(nonced.silent[footing]);
  }
  // The handler's own policy stays, so a nonce of ours would allow nothing.
  if (!isPage(response) || fields.has("content-security-policy")) {
    return response.patched(nonced.plain[footing]);
  }
  const filled = filledContent(response, nonced, slot);
  if (filled !== undefined) {
    return response.with({
      content: filled,
      fields: fields.patched(patchWith(nonced, slot, footing, response)).without(...validators),
    });
  }
  return slot.taken
    ? response.with({ fields: fields.patched(patchWith(nonced, slot, footing, response)) })
    : response.patched(nonced.plain[footing]);
}

const validators = ["etag", "last-modified", "accept-ranges"] as const;

function isPage({ fields }: HttpResponse): boolean {
  return /^(?:text\/html|application\/xhtml\+xml)\b/i.test(fields.get("content-type") ?? "");
}

function filledContent(response: HttpResponse, nonced: Nonced, slot: NonceSlot): Content | undefined {
  const isWhole = response.status !== 206 && !response.fields.has("content-encoding");
  return isWhole && nonced.placeholder !== undefined
    ? fillPlaceholder(response.content, nonced.placeholder, () => slot.take())
    : undefined;
}

function patchWith(
  { plain, silent, marked: lines }: Nonced,
  slot: NonceSlot,
  footing: Footing,
  { fields }: HttpResponse,
): FieldsPatch {
  const nonce = `'nonce-${slot.take()}'`;
  const policy = lines[footing].map(([name, value]): FieldLine => [name, value.replaceAll(marked, nonce)]);
  const rest = (silent[footing].missing ?? []).filter(
    ([name]) => !name.startsWith("content-security-policy"),
  );
  return {
    ...plain[footing],
    set: [["cache-control", privateCacheControl(fields.get("cache-control") ?? "no-cache")]],
    missing: [...rest, ...policy],
  };
}
