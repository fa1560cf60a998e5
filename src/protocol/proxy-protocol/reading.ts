/** What can be said about the beginning of a connection. */
import type { Endpoint, Octets } from "../../message/index.ts";

export interface ProxyHeader {
  readonly type: "header";
  readonly version: 1 | 2;
  /** Both ends as the proxy saw them; undefined where it tells none (LOCAL, UNKNOWN): the connection's own count. */
  readonly source: Endpoint | undefined;
  readonly destination: Endpoint | undefined;
  /** Its length: what follows belongs to the connection. */
  readonly octets: Octets;
}

export type ProxyReading =
  | ProxyHeader
  | { readonly type: "incomplete" }
  /** `detail` in words for the operator. */
  | { readonly type: "fault"; readonly detail: string };

export function proxyFault(detail: string): ProxyReading {
  return { type: "fault", detail };
}

/** What was received (latin1), in quotes, and without octets that would rule the terminal of who reads it. */
export function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\x9f]/g,
    (octet) => `\\u${octet.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
