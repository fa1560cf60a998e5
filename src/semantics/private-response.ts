/** Responses that are for one client alone (RFC 9111 §5.2.2.7). */

/**
 * Cache-Control with `private`, and without what lets shared caches store: `public` and `s-maxage`.
 *
 * @param said - What the response says already; undefined for nothing.
 */
export function privateCacheControl(said: string | undefined): string {
  const directives = (said ?? "").split(",").map((directive) => directive.trim());
  if (directives.some((directive) => /^(?:private|no-store)$/i.test(directive))) {
    return said ?? "";
  }
  return ["private", ...directives.filter((directive) => !/^(?:public|s-maxage=.*|)$/i.test(directive))].join(
    ", ",
  );
}
