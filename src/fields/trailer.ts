/** Which fields may come after the content (RFC 9110 §6.5.1). */

/** Fields that mean something only before the content: framing, routing, who asks, controls, conditions, validators of a request. */
const onlyBefore: ReadonlySet<string> = new Set([
  "connection",
  "transfer-encoding",
  "content-length",
  "keep-alive",
  "host",
  "forwarded",
  "x-real-ip",
  "trailer",
  "te",
  "upgrade",
  "content-encoding",
  "content-type",
  "content-range",
  "authorization",
  "www-authenticate",
  "proxy-authorization",
  "proxy-authenticate",
  "proxy-authentication-info",
  "authentication-info",
  "set-cookie",
  "cookie",
  "cache-control",
  "expect",
  "max-forwards",
  "pragma",
  "range",
  "age",
  "date",
  "expires",
  "location",
  "retry-after",
  "vary",
  "warning",
  "if-match",
  "if-none-match",
  "if-modified-since",
  "if-unmodified-since",
  "if-range",
]);

/** Whether a trailer section may have a field of this name (lower case); others are left out of it. */
export function mayBeTrailer(name: string): boolean {
  return !onlyBefore.has(name) && !name.startsWith("x-forwarded-");
}
