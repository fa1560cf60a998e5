/** Why a name could not be resolved. */

export type DnsErrorKind =
  /** There is no such name, or it has no such record. */
  | "not-found"
  /** No server answered in time. */
  | "timeout"
  /** A server refused or failed, or none can be reached. */
  | "failed";

export class DnsError extends Error {
  override readonly name = "DnsError";
  readonly kind: DnsErrorKind;
  /** What was asked for, such as "app.internal". */
  readonly host: string;

  constructor(kind: DnsErrorKind, host: string, detail: string) {
    super(`${host}: ${detail}`);
    this.kind = kind;
    this.host = host;
  }
}

const rows: Readonly<Record<string, readonly [kind: DnsErrorKind, words: string]>> = {
  ENOTFOUND: ["not-found", "there is no such name"],
  ENODATA: ["not-found", "the name has no address"],
  EBADNAME: ["not-found", "that is no name"],
  ERR_INVALID_ARG_VALUE: ["not-found", "that is no name"],
  ETIMEOUT: ["timeout", "no DNS server answered in time"],
  EAI_AGAIN: ["timeout", "no DNS server answered"],
  ESERVFAIL: ["failed", "the DNS server failed (SERVFAIL)"],
  EREFUSED: ["failed", "the DNS server refused the question"],
  ENOTIMP: ["failed", "the DNS server does not know such questions"],
  EFORMERR: ["failed", "the DNS server did not understand the question"],
  EBADRESP: ["failed", "the DNS server's answer is malformed"],
  ECONNREFUSED: ["failed", "no DNS server can be reached"],
  ECANCELLED: ["failed", "the resolver was closed"],
};

/** What an error of `node:dns` means. */
export function dnsErrorOf(host: string, error: unknown): DnsError {
  const code = String((error as NodeJS.ErrnoException | null)?.code ?? "");
  const [kind, words] = rows[code] ?? ["failed", `resolving failed (${code || String(error)})`];
  return new DnsError(kind, host, words);
}
