/** What floors above a socket know of a connection, and the time it lives in. */
import type { Millis } from "./units.ts";

/** One end of a connection; for a Unix socket `address` is its path and `port` 0. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly family: "ipv4" | "ipv6" | "unix" | "memory";
}

/** What a TLS connection's handshake settled (RFC 8446, RFC 5246). */
export interface TlsFacts {
  /** "TLSv1.2" or "TLSv1.3". */
  readonly version: string;
  /** The cipher suite by its standard name, such as "TLS_AES_128_GCM_SHA256". */
  readonly cipher: string;
  /**
   * The host that the client asked for (SNI, RFC 6066 §3), lower case; undefined where it named none,
   * and for a resumed session of TLS 1.2 where one certificate answers every name.
   */
  readonly serverName: string | undefined;
  /** The protocol that ALPN settled (RFC 7301); undefined where the client offered none. */
  readonly alpn: string | undefined;
  /** An earlier session was resumed: no certificate was sent. */
  readonly resumed: boolean;
  /** The client's certificate, verified against the site's authorities; undefined without one. */
  readonly clientCertificate: ClientCertificate | undefined;
}

/** A verified certificate that a client showed. */
export interface ClientCertificate {
  /** Distinguished name as RFC 4514 writes it, such as "CN=ann,O=Example". */
  readonly subject: string;
  readonly issuer: string;
  /** Names of subjectAltName: "DNS:…", "email:…", "URI:…", "IP Address:…". */
  readonly names: readonly string[];
  /** Hexadecimal, upper case. */
  readonly serialNumber: string;
  /** SHA-256 of the DER, upper-case hexadecimal pairs joined with ":". */
  readonly fingerprint256: string;
  /** Milliseconds since the epoch. */
  readonly validTo: number;
}

/** Injected time. */
export interface Clock {
  /** Monotonic milliseconds. */
  now(): Millis;
  /** Milliseconds since the epoch. */
  wall(): number;
}
