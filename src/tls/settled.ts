/** What a handshake settled, and whether its client may come in. */
import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import type { TlsFacts } from "../message/index.ts";
import { type ClientPolicy, clientCertificate } from "./clients.ts";

export type Settled =
  | { readonly type: "welcome"; readonly facts: TlsFacts }
  /** `because` in words for the operator. */
  | { readonly type: "refused"; readonly because: string };

/** The same few words on many connections. */
const words = new Map<string, string>();

/**
 * Looks at a handshake that is through.
 *
 * @param clients - What the site asks of its clients.
 * @param serverName - What the client asked for, lower case.
 * @param unverified - Why the client's certificate is not good, such as "CERT_HAS_EXPIRED"; undefined where it is.
 * @param wall - Milliseconds since the epoch.
 */
export function settle(
  socket: TLSSocket,
  clients: ClientPolicy | undefined,
  serverName: string | undefined,
  unverified: string | undefined,
  wall: number,
): Settled {
  const shown = clients === undefined ? undefined : socket.getPeerX509Certificate();
  const wrong = faultOf(shown, unverified, wall);
  if (clients?.mode === "required" && wrong !== undefined) {
    return { type: "refused", because: wrong };
  }
  const { alpnProtocol } = socket;
  const facts: TlsFacts = {
    version: word(socket.getProtocol() ?? "unknown"),
    cipher: word(socket.getCipher().standardName),
    serverName,
    alpn: typeof alpnProtocol === "string" ? word(alpnProtocol) : undefined,
    resumed: socket.isSessionReused(),
    clientCertificate: shown === undefined || wrong !== undefined ? undefined : clientCertificate(shown),
  };
  return { type: "welcome", facts };
}

function faultOf(
  shown: X509Certificate | undefined,
  unverified: string | undefined,
  wall: number,
): string | undefined {
  if (shown === undefined) {
    return "the client showed no certificate, and this site requires one";
  }
  if (unverified !== undefined) {
    const reason = reasons[unverified] ?? unverified.toLowerCase().replaceAll("_", " ");
    return `the client's certificate is not good: ${reason}`;
  }
  // A resumed session was verified when it was made.
  return Date.parse(shown.validTo) < wall
    ? `the client's certificate is not good: ${reasons.CERT_HAS_EXPIRED}`
    : undefined;
}

const reasons: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it vouches for itself",
  SELF_SIGNED_CERT_IN_CHAIN: "no authority of this site vouches for it",
  UNABLE_TO_GET_ISSUER_CERT: "no authority of this site vouches for it",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "no authority of this site vouches for it",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "no authority of this site vouches for it",
  INVALID_PURPOSE: "it is not meant for clients (extended key usage)",
};

function word(text: string): string {
  const known = words.get(text);
  if (known !== undefined) {
    return known;
  }
  if (words.size < 100) {
    words.set(text, text);
  }
  return text;
}
