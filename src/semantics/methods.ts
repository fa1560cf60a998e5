/** What request methods promise: safe, idempotent (RFC 9110 §9.2). */

interface MethodProperties {
  readonly safe: boolean;
  readonly idempotent: boolean;
}

const safe: MethodProperties = { safe: true, idempotent: true };
const idempotent: MethodProperties = { safe: false, idempotent: true };
const neither: MethodProperties = { safe: false, idempotent: false };

/** The HTTP Method Registry, less `PRI` and `*`, which are reserved so that nobody uses them. */
const methods: ReadonlyMap<string, MethodProperties> = new Map([
  ["ACL", idempotent],
  ["BASELINE-CONTROL", idempotent],
  ["BIND", idempotent],
  ["CHECKIN", idempotent],
  ["CHECKOUT", idempotent],
  ["CONNECT", neither],
  ["COPY", idempotent],
  ["DELETE", idempotent],
  ["GET", safe],
  ["HEAD", safe],
  ["LABEL", idempotent],
  ["LINK", idempotent],
  ["LOCK", neither],
  ["MERGE", idempotent],
  ["MKACTIVITY", idempotent],
  ["MKCALENDAR", idempotent],
  ["MKCOL", idempotent],
  ["MKREDIRECTREF", idempotent],
  ["MKWORKSPACE", idempotent],
  ["MOVE", idempotent],
  ["OPTIONS", safe],
  ["ORDERPATCH", idempotent],
  ["PATCH", neither],
  ["POST", neither],
  ["PROPFIND", safe],
  ["PROPPATCH", idempotent],
  ["PUT", idempotent],
  ["QUERY", safe], // RFC 10008
  ["REBIND", idempotent],
  ["REPORT", safe],
  ["SEARCH", safe],
  ["TRACE", safe],
  ["UNBIND", idempotent],
  ["UNCHECKOUT", idempotent],
  ["UNLINK", idempotent],
  ["UNLOCK", idempotent],
  ["UPDATE", idempotent],
  ["UPDATEREDIRECTREF", idempotent],
  ["VERSION-CONTROL", idempotent],
]);

/** Whether the client asks for no change of state. Methods are case-sensitive; an unknown one is not safe. */
export function isSafe(method: string): boolean {
  return methods.get(method)?.safe ?? false;
}

/** Whether sending it twice means no more than sending it once: it may be retried (RFC 9110 §9.2.2). */
export function isIdempotent(method: string): boolean {
  return methods.get(method)?.idempotent ?? false;
}

/** Whether the method is registered: one that is not is answered 501 (RFC 9110 §9.1, §16.1.1). */
export function isKnownMethod(method: string): boolean {
  return methods.has(method);
}
