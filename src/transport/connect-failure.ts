/** Why a connection that we open could not be had. */

/**
 * The kinds, beside the error types of RFC 9209 §2.3 that tell them:
 * refused, connection_refused; timeout, connection_timeout; unreachable, destination_ip_unroutable;
 * terminated (closed or reset before the handshake was through), connection_terminated;
 * tls-protocol, tls_protocol_error; tls-certificate, tls_certificate_error; tls-alert, tls_alert_received;
 * failed (this machine could not: no more open files, no permission …), proxy_internal_error.
 */
export type ConnectFailureKind =
  | "refused"
  | "timeout"
  | "unreachable"
  | "terminated"
  | "tls-protocol"
  | "tls-certificate"
  | "tls-alert"
  | "failed";

export class ConnectFailure extends Error {
  override readonly name = "ConnectFailure";
  readonly kind: ConnectFailureKind;
  /** In words, with address and port or the socket's path. */
  readonly detail: string;

  constructor(kind: ConnectFailureKind, detail: string) {
    super(detail);
    this.kind = kind;
    this.detail = detail;
  }
}

interface Words {
  readonly kind: ConnectFailureKind;
  readonly says: string;
}

/** Error codes of the system. */
const words: Readonly<Record<string, Words>> = {
  ECONNREFUSED: { kind: "refused", says: "connection refused" },
  ENOENT: { kind: "refused", says: "there is no such socket" },
  ENOTSOCK: { kind: "refused", says: "that is not a socket" },
  EPROTOTYPE: { kind: "refused", says: "that socket takes no connections of this type" },
  ETIMEDOUT: { kind: "timeout", says: "the system gave up waiting for an answer" },
  ENETUNREACH: { kind: "unreachable", says: "no route to that network" },
  EHOSTUNREACH: { kind: "unreachable", says: "no route to that host" },
  EADDRNOTAVAIL: { kind: "unreachable", says: "this machine has no address to reach it from" },
  EAFNOSUPPORT: { kind: "unreachable", says: "this machine does not speak that address family" },
  EINVAL: { kind: "unreachable", says: "that address cannot be connected to" },
  ENETDOWN: { kind: "unreachable", says: "the network is down" },
  EHOSTDOWN: { kind: "unreachable", says: "the host is down" },
  ECONNRESET: { kind: "terminated", says: "the connection was reset" },
  ECONNABORTED: { kind: "terminated", says: "the connection was aborted" },
  EPIPE: { kind: "terminated", says: "the connection was closed" },
  EMFILE: { kind: "failed", says: "this process has too many open files" },
  ENFILE: { kind: "failed", says: "this machine has too many open files" },
  EACCES: { kind: "failed", says: "permission denied" },
  EPERM: { kind: "failed", says: "not permitted (a firewall of this machine may refuse it)" },
  EAGAIN: { kind: "refused", says: "the socket's queue of waiting connections is full" },
};

/** Of several failures, the one that says most about the upstream. */
const telling: readonly ConnectFailureKind[] = ["refused", "terminated", "timeout", "unreachable", "failed"];

/** What an error of the system means. @param place - Address and port, or path. */
export function systemFailure(place: string, error: Error): ConnectFailure {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  const known = words[code];
  return new ConnectFailure(known?.kind ?? "failed", `${place}: ${known?.says ?? error.message}`);
}

/** Several attempts failed: one failure that names them all. */
export function joinedFailure(failures: readonly ConnectFailure[]): ConnectFailure {
  const [only] = failures;
  if (only !== undefined && failures.length === 1) {
    return only;
  }
  const kind = telling.find((one) => failures.some((failure) => failure.kind === one)) ?? "failed";
  return new ConnectFailure(kind, failures.map(({ detail }) => detail).join("; "));
}
