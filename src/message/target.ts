/**
 * The request target in its four forms (RFC 9112 §3.2) and what it means:
 * authority, path and query. Percent-encoding is left as received.
 */

export type Target =
  | { readonly form: "origin"; readonly path: string; readonly query: string | undefined }
  | {
      readonly form: "absolute";
      readonly scheme: string;
      readonly authority: string;
      readonly path: string;
      readonly query: string | undefined;
    }
  | { readonly form: "authority"; readonly authority: string }
  | { readonly form: "asterisk" };

/** A host and the port written with it; `port` is undefined where none was written. */
export interface Authority {
  /** Lower case; an IPv6 address without its brackets; "" where no host was named. */
  readonly host: string;
  readonly port: number | undefined;
}
