/**
 * The Proxy-Status field: what an intermediary did with a request, and what went wrong (RFC 9209).
 *
 * ```abnf
 * Proxy-Status = sf-list   ; each member an intermediary, the nearest to the user agent last
 * ```
 */
import { isToken } from "./syntax.ts";

export interface ProxyStatus {
  /** Who says so: the name of this intermediary. */
  readonly by: string;
  /** An error type of RFC 9209 §2.3. */
  readonly error?: string | undefined;
  /** Who was asked: a name, an address or an alias. */
  readonly nextHop?: string | undefined;
  /** ALPN protocol identifier used towards it, such as "h2". */
  readonly nextProtocol?: string | undefined;
  /** The status that it answered with, where another is sent on. */
  readonly receivedStatus?: number | undefined;
  /** Words for people; must tell nothing that is secret. */
  readonly details?: string | undefined;
}

/** One member of the field. Characters that a String cannot hold are left out (RFC 9651 §3.3.3). */
export function formatProxyStatus(status: ProxyStatus): string {
  let text = tokenOrString(status.by);
  if (status.error !== undefined) {
    text += `; error=${tokenOrString(status.error)}`;
  }
  if (status.nextHop !== undefined) {
    text += `; next-hop=${tokenOrString(status.nextHop)}`;
  }
  if (status.nextProtocol !== undefined) {
    text += `; next-protocol=${tokenOrString(status.nextProtocol)}`;
  }
  if (status.receivedStatus !== undefined) {
    text += `; received-status=${status.receivedStatus}`;
  }
  if (status.details !== undefined) {
    text += `; details=${stringItem(status.details)}`;
  }
  return text;
}

/** sf-token = ( ALPHA / "*" ) *( tchar / ":" / "/" ) */
function tokenOrString(text: string): string {
  return /^[A-Za-z*]/.test(text) && isToken(text.replace(/[:/]/g, "-")) ? text : stringItem(text);
}

function stringItem(text: string): string {
  return `"${text.replace(/[^\x20-\x7e]/g, "").replace(/["\\]/g, "\\$&")}"`;
}
