/** TLS towards upstreams: what we offer, whom we trust, who we are, and sessions to take up again. */
import { constants, X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { createSecureContext, type SecureContext } from "node:tls";
import { isError, readIdentity } from "./identity.ts";
import { canonicalName } from "./names.ts";
import { contentsOf, nameOf, type PemBlock, type PemError, pemBlocks, readPem } from "./pem.ts";

export interface ClientTlsOptions {
  /** Host of the upstream, a name or an address: what its certificate must vouch for unless `serverName` is told. */
  readonly host: string | undefined;
  /** Asked for by SNI, and what the certificate must vouch for. */
  readonly serverName?: string | undefined;
  /** Certificates of those who vouch for the upstream, absolute paths or PEM text; unless told, those Node trusts. */
  readonly ca?: readonly string[] | undefined;
  /** Our certificate and its key, for upstreams that ask for one: absolute paths or PEM text. */
  readonly identity?:
    | { readonly cert: string; readonly key: string; readonly passphrase?: string | undefined }
    | undefined;
  /** false: any certificate will do, and anybody on the way can read and change everything. */
  readonly verify?: boolean | undefined;
  /** Offered by ALPN (RFC 7301), by preference; none: no ALPN. */
  readonly alpn: readonly string[];
}

/** Made once per upstream, and used for each connection to it. */
export interface ClientTls {
  readonly context: SecureContext;
  /** For SNI, which knows no addresses (RFC 6066 §3). */
  readonly serverName: string | undefined;
  /** What the certificate must vouch for; undefined: only that somebody trusted issued it. */
  readonly expects: string | undefined;
  readonly verify: boolean;
  readonly alpn: readonly string[];
  readonly sessions: ClientSessions;
  /** The same, offering something else by ALPN; sessions are shared. */
  offering(alpn: readonly string[]): ClientTls;
}

/** A setting that TLS cannot work with; `message` says which and why. */
export class ClientTlsError extends Error {
  override readonly name = "ClientTlsError";
  readonly about: "ca" | "cert" | "key" | "passphrase";

  constructor(about: ClientTlsError["about"], message: string) {
    super(message);
    this.about = about;
  }
}

/**
 * Reads the files and makes the context.
 *
 * @throws ClientTlsError
 */
export function createClientTls(options: ClientTlsOptions): ClientTls {
  const { host, alpn, verify = true } = options;
  const expects = options.serverName ?? host;
  const context = createSecureContext({
    minVersion: "TLSv1.2",
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...authorities(options.ca),
    ...identityOf(options.identity),
  });
  const shared = {
    context,
    serverName: expects !== undefined && isIP(expects) === 0 ? canonicalName(expects) : undefined,
    expects: expects === undefined ? undefined : canonicalName(expects),
    verify,
    sessions: new ClientSessions(),
  };
  const known: ClientTls[] = [];
  const offering = (wanted: readonly string[]): ClientTls => {
    let found = known.find((one) => one.alpn.join() === wanted.join());
    if (found === undefined) {
      found = { ...shared, alpn: wanted, offering };
      known.push(found);
    }
    return found;
  };
  return offering(alpn);
}

function authorities(ca: readonly string[] | undefined): { ca?: string[] } {
  if (ca === undefined || ca.length === 0) {
    return {};
  }
  return { ca: ca.flatMap(certificatesOf) };
}

/** A certificate that only vouches for itself will do: the upstream may show that very one. */
function certificatesOf(setting: string): string[] {
  let blocks: readonly PemBlock[];
  try {
    blocks = pemBlocks(readPem(setting));
  } catch (error) {
    throw new ClientTlsError("ca", `${nameOf(setting)} ${(error as PemError).message}`);
  }
  const found = blocks.filter(({ label }) => label === "CERTIFICATE").map(({ text }) => text);
  if (found.length === 0) {
    throw new ClientTlsError("ca", `${nameOf(setting)} holds no certificate, ${contentsOf(blocks)}`);
  }
  for (const text of found) {
    try {
      new X509Certificate(text);
    } catch {
      throw new ClientTlsError("ca", `${nameOf(setting)} is damaged: a certificate in it cannot be read`);
    }
  }
  return found;
}

function identityOf(identity: ClientTlsOptions["identity"]): { cert?: string; key?: string } {
  if (identity === undefined) {
    return {};
  }
  const reading = readIdentity(identity, Date.now());
  const fault = reading.faults.find(isError);
  if (fault !== undefined || reading.identity === undefined) {
    throw new ClientTlsError(fault?.about ?? "cert", fault?.message ?? "the certificate cannot be used");
  }
  const { cert, key } = reading.identity.pem;
  return { cert, key };
}

/** Sessions of one upstream: a resumed handshake costs neither a certificate nor a signature (RFC 8446 §2.2). */
export class ClientSessions {
  #session: Buffer | undefined;
  #until = 0;

  /** What the next handshake offers. @param wall - Milliseconds since the epoch. */
  offered(wall: number): Buffer | undefined {
    // The certificate is not looked at again, so the session must not outlive it.
    return wall < this.#until ? this.#session : undefined;
  }

  /** A certificate was found good; sessions that it led to end with it. */
  found(certificate: X509Certificate): void {
    this.#until = Date.parse(certificate.validTo);
  }

  /** @param session - Of a connection whose certificate was found good, or that resumed such a session. */
  keep(session: Buffer): void {
    this.#session = session;
  }

  /** A handshake that offered it failed. */
  forget(): void {
    this.#session = undefined;
  }
}
