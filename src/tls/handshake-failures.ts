/** Why a handshake failed, in words; and that a flood of failures does not become a flood of lines. */
import type { Clock, Millis } from "../message/index.ts";
import type { Reporter } from "../observe/index.ts";

/** What Node tells of a handshake that failed. */
export interface HandshakeError extends Error {
  readonly code?: string | undefined;
  readonly reason?: string | undefined;
}

/** What we know of an error by its code, which OpenSSL's versions spell differently. */
const rows: readonly (readonly [RegExp, string])[] = [
  [/HTTP_REQUEST/, "the client sent plain HTTP to the TLS port"],
  [/HTTPS_PROXY_REQUEST/, "the client took us for a proxy: it sent CONNECT to the TLS port"],
  [
    /WRONG_VERSION_NUMBER|UNEXPECTED_MESSAGE|BAD_RECORD_TYPE|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE/,
    "the client does not speak TLS",
  ],
  [
    /UNSUPPORTED_PROTOCOL|UNKNOWN_PROTOCOL|VERSION_TOO_LOW|ALERT_PROTOCOL_VERSION/,
    "no TLS version that both sides allow",
  ],
  [/NO_SHARED_CIPHER|INSUFFICIENT_SECURITY/, "no cipher suite that both sides allow"],
  [/NO_SUITABLE_KEY_SHARE|NO_SHARED_GROUP|NO_SUITABLE_GROUPS/, "no key exchange group that both sides allow"],
  [/NO_SUITABLE_SIGNATURE|NO_SHARED_SIGNATURE/, "the client can verify no signature that our key can make"],
  [/NO_APPLICATION_PROTOCOL/, "no application protocol (ALPN) that both sides speak"],
  [/PEER_DID_NOT_RETURN_A_CERTIFICATE/, "the client showed no certificate, and this site requires one"],
  [
    /ALERT_UNKNOWN_CA/,
    "the client does not trust our certificate: nobody it trusts issued it; for a local name `sluice trust` makes this machine trust it",
  ],
  [
    /ALERT_CERTIFICATE_UNKNOWN|ALERT_BAD_CERTIFICATE|ALERT_UNSUPPORTED_CERTIFICATE/,
    "the client does not trust our certificate; for a local name `sluice trust` makes this machine trust it",
  ],
  [
    /ALERT_CERTIFICATE_EXPIRED/,
    "the client says that our certificate has expired: one of the clocks may be wrong",
  ],
  [/ALERT_CERTIFICATE_REVOKED/, "the client says that our certificate was revoked"],
  [/ALERT_UNRECOGNIZED_NAME/, "the client does not know the name it was answered for"],
  [/ALERT_HANDSHAKE_FAILURE|ALERT_INSUFFICIENT/, "the client found nothing that both sides allow"],
  [
    /ALERT_DECRYPT_ERROR|DECRYPTION_FAILED|BAD_RECORD_MAC|DIGEST_CHECK_FAILED|BAD_SIGNATURE/,
    "what arrived was damaged or forged",
  ],
  [
    /LENGTH_MISMATCH|EXCESSIVE_MESSAGE_SIZE|BAD_EXTENSION|DECODE_ERROR|ILLEGAL|INVALID/,
    "the client's message is malformed",
  ],
];

/** Whether OpenSSL took the client's first octets for a request of HTTP. */
export function sentPlainHttp({ code = "" }: HandshakeError): boolean {
  return /HTTP_REQUEST|HTTPS_PROXY_REQUEST/.test(code);
}

/** Closed before it was through: browsers do that with connections they opened in advance. */
const quiet = /^(ECONNRESET|EPIPE|ECONNABORTED|ETIMEDOUT|ERR_STREAM_PREMATURE_CLOSE)$/;

/** @returns undefined where the client just left, which is nobody's fault. */
export function failureWords(error: HandshakeError): string | undefined {
  const code = error.code ?? "";
  if (quiet.test(code)) {
    return undefined;
  }
  const row = rows.find(([pattern]) => pattern.test(code));
  return row?.[1] ?? error.reason ?? error.message;
}

/** Lines within one window, at most; the rest is counted. */
const mostLines = 5;
const window: Millis = 10_000;

/** One line for each failure, or, where they come in floods, a few and their number. */
export class HandshakeFailures {
  readonly #clock: Clock;
  readonly #reporter: Reporter;
  #until: Millis = Number.NEGATIVE_INFINITY;
  #lines = 0;
  #unsaid = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(clock: Clock, reporter: Reporter) {
    this.#clock = clock;
    this.#reporter = reporter;
  }

  tell(client: string, because: string): void {
    const now = this.#clock.now();
    if (now >= this.#until) {
      this.#sum();
      this.#until = now + window;
      this.#lines = 0;
    }
    if (this.#lines < mostLines) {
      this.#lines += 1;
      this.#reporter.warn(`TLS handshake with ${client} failed: ${because}`);
      return;
    }
    this.#unsaid += 1;
    this.#timer ??= setTimeout(() => this.#sum(), this.#until - now).unref();
  }

  close(): void {
    this.#sum();
  }

  #sum(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#unsaid > 0) {
      const handshakes = this.#unsaid === 1 ? "1 more TLS handshake" : `${this.#unsaid} more TLS handshakes`;
      this.#reporter.warn(`${handshakes} failed within ${window / 1000} s`);
      this.#unsaid = 0;
    }
  }
}
