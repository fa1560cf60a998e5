/** Why a handshake with an upstream failed, in words, and of which kind it was. */
import type { X509Certificate } from "node:crypto";
import type { HandshakeError } from "./handshake-failures.ts";
import { certifiedNames } from "./identity.ts";
import { covers } from "./names.ts";

export interface ClientTlsFailure {
  readonly kind: "tls-protocol" | "tls-certificate" | "tls-alert" | "terminated";
  /** Words that follow the upstream's place. */
  readonly detail: string;
}

/** Alerts that the upstream sent (RFC 8446 §6.2), as OpenSSL's codes have them. */
const alerts: readonly (readonly [RegExp, string])[] = [
  [/CERTIFICATE_REQUIRED/, "it requires a client certificate, and we showed none"],
  [/UNKNOWN_CA/, "it does not know who issued our client certificate"],
  [
    /BAD_CERTIFICATE|UNSUPPORTED_CERTIFICATE|CERTIFICATE_UNKNOWN/,
    "it does not accept our client certificate",
  ],
  [/CERTIFICATE_EXPIRED/, "it says that our client certificate has expired"],
  [/CERTIFICATE_REVOKED/, "it says that our client certificate was revoked"],
  [/ACCESS_DENIED/, "it refuses access to our client certificate"],
  [
    /HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY/,
    "it found nothing that both sides allow, or misses a client certificate",
  ],
  [/PROTOCOL_VERSION/, "no TLS version that both sides allow"],
  [/UNRECOGNIZED_NAME/, "it does not know the server name we asked for"],
  [/NO_APPLICATION_PROTOCOL/, "it speaks none of the protocols we offered (ALPN)"],
];

/** What we found ourselves. */
const faults: readonly (readonly [RegExp, string])[] = [
  [
    /WRONG_VERSION_NUMBER|HTTP_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|BAD_RECORD_TYPE|UNKNOWN_PROTOCOL/,
    "it does not speak TLS on this port",
  ],
  [/UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW/, "no TLS version that both sides allow"],
  [/DH_KEY_TOO_SMALL|EE_KEY_TOO_SMALL|CA_KEY_TOO_SMALL/, "its key is too short to be safe"],
  [
    /BAD_RECORD_MAC|DECRYPTION_FAILED|DIGEST_CHECK_FAILED|BAD_SIGNATURE/,
    "what arrived was damaged or forged",
  ],
];

const left = /^(ECONNRESET|EPIPE|ECONNABORTED|ERR_STREAM_PREMATURE_CLOSE)$/;

/** What an error of Node's TLS means. */
export function clientTlsFailure(error: HandshakeError): ClientTlsFailure {
  const code = error.code ?? "";
  if (left.test(code)) {
    return { kind: "terminated", detail: "the connection was closed during the TLS handshake" };
  }
  // OpenSSL names this one alert without the word.
  const alert = /ALERT|TLSV1_UNRECOGNIZED_NAME/.test(code);
  const row = (alert ? alerts : faults).find(([pattern]) => pattern.test(code));
  const words = row?.[1] ?? error.reason ?? error.message;
  return alert
    ? { kind: "tls-alert", detail: `the upstream ended the TLS handshake: ${words}` }
    : { kind: "tls-protocol", detail: `the TLS handshake failed: ${words}` };
}

/** Of OpenSSL's verification. */
const reasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet: one of the clocks may be wrong",
  CERT_REVOKED: "it was revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it vouches for itself: name it as `ca` to trust it",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not one that we trust: name that as `ca`",
  UNABLE_TO_GET_ISSUER_CERT: "its chain is not complete",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "nobody we trust issued it: name its authority as `ca`",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "nobody we trust issued it: name its authority as `ca`",
  INVALID_CA: "a certificate of its chain may not vouch for others",
  INVALID_PURPOSE: "it is not made for servers",
  CERT_UNTRUSTED: "its authority is not trusted for servers",
};

/**
 * Looks at what an upstream showed.
 *
 * @param unverified - What OpenSSL found, such as "CERT_HAS_EXPIRED"; undefined where it was content.
 * @param expects - Name or address that it must vouch for; undefined: any.
 * @returns What is wrong with it; undefined: it is good.
 * @source RFC 9525 §6: only subjectAltName counts, no common name.
 */
export function certificateFault(
  shown: X509Certificate | undefined,
  unverified: string | undefined,
  expects: string | undefined,
): string | undefined {
  if (shown === undefined) {
    return "the upstream showed no certificate";
  }
  const names = certifiedNames(shown);
  if (unverified !== undefined) {
    const reason = reasons[unverified] ?? unverified.toLowerCase().replaceAll("_", " ");
    return `the upstream's certificate (for ${listed(names)}, until ${dayOf(shown)}) is not good: ${reason}`;
  }
  if (expects !== undefined && !covers(names, expects)) {
    return `the upstream's certificate is for ${listed(names)}, not for ${expects}`;
  }
  return undefined;
}

const mostListed = 5;

function listed(names: readonly string[]): string {
  if (names.length === 0) {
    return "no name at all (it has no subjectAltName)";
  }
  const more = names.length > mostListed ? ` and ${names.length - mostListed} more` : "";
  return `${names.slice(0, mostListed).join(", ")}${more}`;
}

function dayOf({ validTo }: X509Certificate): string {
  const at = Date.parse(validTo);
  return Number.isNaN(at) ? validTo : new Date(at).toISOString().slice(0, 10);
}
