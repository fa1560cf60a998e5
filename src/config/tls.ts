/** TLS in a configuration: as a user writes it, and what it comes to. */
import { resolve } from "node:path";
import { type Duration, type Millis, parseDuration } from "../message/index.ts";
import {
  type CertificateFiles,
  type ClientAuthentication,
  defaultCiphers,
  defaultRotation,
  type IdentitySource,
  isInline,
  isLocalName,
  knownGroups,
  type TerminatedSite,
  type TicketSource,
  type TlsParameters,
  type TlsVersion,
} from "../tls/index.ts";
import { defaultHandshake } from "../transport/index.ts";
import type { Config, SiteConfig } from "./types.ts";

/** A certificate and its key in PEM: each a path relative to the config file, or the text itself. */
export interface CertificateConfig {
  /** The certificate, and after it those that lead to an authority ("fullchain"). */
  readonly cert: string;
  readonly key: string;
  /** Of the key, where it is encrypted. */
  readonly passphrase?: string;
}

export interface SiteTlsConfig {
  /** Several for several names, or for the same with another kind of key. Without it: that of the whole server, or for local names one of the local authority. */
  readonly certificates?: CertificateConfig | readonly CertificateConfig[];
  /** Certificates that clients show. */
  readonly clients?: ClientsConfig;
}

export interface ClientsConfig {
  /** "optional" serves clients without a good certificate too, "required" ends their handshake. */
  readonly mode: "optional" | "required";
  /** Who vouches for clients: certificates in PEM, paths or text. */
  readonly ca: string | readonly string[];
}

export interface TlsConfig {
  /** For sites that name none. */
  readonly certificates?: CertificateConfig | readonly CertificateConfig[];
  /** "1.2" unless told. */
  readonly minVersion?: TlsVersion;
  /** By preference, as OpenSSL or the RFCs name them. */
  readonly ciphers?: readonly string[];
  /** Groups for the key exchange, by preference. */
  readonly groups?: readonly string[];
  /** Resumed sessions; false: every handshake is a full one. */
  readonly tickets?: false | TicketsConfig;
  /** How long a handshake may take; 10 seconds unless told. */
  readonly handshake?: Duration;
}

export interface TicketsConfig {
  /** Shared by servers that resume each other's sessions: 32 characters or more, or a file. Unless told, each process has its own. */
  readonly secret?: string | { readonly file: string };
  /** Keys change this often; 12 hours unless told. */
  readonly rotate?: Duration;
}

/** What `createTermination` and the listeners need. */
export interface NormalTls {
  readonly sites: readonly TerminatedSite[];
  readonly parameters: TlsParameters;
  /** undefined: no session is resumed. */
  readonly tickets: TicketSource | undefined;
  readonly handshake: Millis;
}

/** What the local authority certifies for a site that answers for every host. */
export const everywhereLocal: readonly string[] = ["localhost", "127.0.0.1", "::1"];

/** Names in one certificate, at most. */
const mostNames = 100;

/** @param base - Absolute directory against which relative paths are resolved. */
export function normalTls({ tls = {}, sites }: Config, base: string): NormalTls {
  const { minVersion = "1.2", ciphers = defaultCiphers, groups = knownGroups() } = tls;
  return {
    sites: sites.map((site) => ({
      hosts: site.hosts.map((host) => host.toLowerCase()),
      identities: identitiesOf(site, tls, base),
      clients: clientsOf(site.tls?.clients, base),
    })),
    parameters: { minVersion, ciphers, groups },
    tickets: ticketsOf(tls.tickets, base),
    handshake: tls.handshake === undefined ? defaultHandshake : parseDuration(tls.handshake),
  };
}

/** The certificates that a site uses and where they are written; undefined: the local authority's. */
export function certificatesOf(
  site: SiteConfig,
  index: number,
  tls: TlsConfig | undefined,
):
  | { readonly list: readonly CertificateConfig[]; readonly at: (entry: number) => (string | number)[] }
  | undefined {
  const own = site.tls?.certificates;
  const certificates = own ?? tls?.certificates;
  if (certificates === undefined) {
    return undefined;
  }
  const at = [...(own === undefined ? [] : ["sites", index]), "tls", "certificates"];
  return isList(certificates)
    ? { list: certificates, at: (entry) => [...at, entry] }
    : { list: [certificates], at: () => at };
}

/** Whether the local authority may vouch for a site's host. */
export function mayBeLocal(host: string): boolean {
  return host === "*" || isLocalName(host);
}

function identitiesOf(site: SiteConfig, tls: TlsConfig, base: string): IdentitySource[] {
  const certificates = certificatesOf(site, 0, tls);
  if (certificates !== undefined) {
    return certificates.list.map((one) => ({ type: "files", ...certificateFiles(one, base) }));
  }
  const names = [
    ...new Set(site.hosts.flatMap((host) => (host === "*" ? everywhereLocal : [host.toLowerCase()]))),
  ];
  const parts = Array.from({ length: Math.ceil(names.length / mostNames) }, (_, part) =>
    names.slice(part * mostNames, (part + 1) * mostNames),
  );
  return parts.map((part) => ({ type: "local", names: part }));
}

/** With absolute paths. */
export function certificateFiles(
  { cert, key, passphrase }: CertificateConfig,
  base: string,
): CertificateFiles {
  return { cert: pathOrPem(cert, base), key: pathOrPem(key, base), passphrase };
}

/** With absolute paths. */
export function clientsOf(
  clients: ClientsConfig | undefined,
  base: string,
): ClientAuthentication | undefined {
  if (clients === undefined) {
    return undefined;
  }
  const list = typeof clients.ca === "string" ? [clients.ca] : clients.ca;
  return { mode: clients.mode, ca: list.map((one) => pathOrPem(one, base)) };
}

function pathOrPem(setting: string, base: string): string {
  return isInline(setting) ? setting : resolve(base, setting);
}

function ticketsOf(tickets: TlsConfig["tickets"], base: string): TicketSource | undefined {
  if (tickets === false) {
    return undefined;
  }
  const { secret, rotate } = tickets ?? {};
  return {
    secret: typeof secret === "object" ? { file: resolve(base, secret.file) } : secret,
    rotate: rotate === undefined ? defaultRotation : parseDuration(rotate),
  };
}

function isList(
  certificates: CertificateConfig | readonly CertificateConfig[],
): certificates is readonly CertificateConfig[] {
  return Array.isArray(certificates);
}
