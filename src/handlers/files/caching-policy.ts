/** Which Cache-Control a file is served with (RFC 9111 §5.2; `immutable` is RFC 8246). */
import type { CacheRule } from "./options.ts";

const forever = "public, max-age=31536000, immutable";

/**
 * Compiles the option once.
 *
 * @returns From a path within the root, without leading slash, to the value of Cache-Control.
 */
export function cachingPolicy(option: string | readonly CacheRule[]): (relative: string) => string {
  if (typeof option === "string") {
    return () => option;
  }
  const rules = option.map(({ match, value }) => ({ matches: pathMatcher(match), value }));
  return (relative) =>
    rules.find(({ matches }) => matches(relative))?.value ?? (isHashedName(relative) ? forever : "no-cache");
}

/**
 * Whether the name carries a content hash, as bundlers write it: `app.3f9a1c2e.js`,
 * `index-BX3k9_aZ.js`, `chunk-5KRTM2RU.js`.
 *
 * A word or a date taken for a hash would be kept for a year after it changed, and a hash taken
 * for a word only costs a revalidation; so the token must be mixed as words and dates are not.
 */
export function isHashedName(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const [, token] = /[.-]([A-Za-z0-9_]{8,64}|[A-Za-z0-9_-]{8})(?:\.[a-z0-9]{1,8}){1,3}$/.exec(name) ?? [];
  if (token === undefined || !/\d/.test(token) || !/[A-Za-z]/.test(token)) {
    return false;
  }
  if (/^[0-9a-f]+$/.test(token)) {
    return true;
  }
  return changesOfClass(token) >= (/^[A-Z2-7]+$/.test(token) ? 2 : 3);
}

/** How often neighbours differ in kind: upper case, lower case, digit, mark. */
function changesOfClass(token: string): number {
  const classes = token
    .replace(/[A-Z]+/g, "U")
    .replace(/[a-z]+/g, "l")
    .replace(/\d+/g, "d")
    .replace(/[_-]+/g, "m");
  return classes.length - 1;
}

/** `/assets/` is a prefix; in a glob `*` stays within a segment, `**` does not; without "/" it is a file name. */
function pathMatcher(match: string): (relative: string) => boolean {
  const rooted = match.startsWith("/") ? match.slice(1) : match;
  if (match.endsWith("/") && !match.includes("*")) {
    return (relative) => relative.startsWith(rooted);
  }
  const source = rooted.replace(/\*\*\/?|\*|[^*]+/g, globPart);
  const pattern = new RegExp(`^${match.includes("/") ? "" : "(?:.*/)?"}${source}$`, "s");
  return (relative) => pattern.test(relative);
}

function globPart(part: string): string {
  switch (part) {
    case "**/":
      return "(?:.*/)?";
    case "**":
      return ".*";
    case "*":
      return "[^/]*";
    default:
      return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  }
}
